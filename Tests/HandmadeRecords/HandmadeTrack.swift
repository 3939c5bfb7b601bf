public import Measurement
public import MediaTracks
public import NetworkImpairment
public import RTCCore
public import RTCPeer

/// A track as its sender's book has it, and what could have come of it.
public struct HandmadeTrack: Sendable {
    public var sent: SentTrackRecord

    /// - Parameters:
    ///   - start: When the first frame was due.
    ///   - count: How many frames, looping.
    ///   - firstIndex: Where in the file it begins.
    ///   - firstSequence: The extended sequence number of the first packet.
    public init(
        _ media: MediaTrack = HandmadeMedia.video, ssrc: UInt32 = 0x1234_5678, from start: Instant = .seconds(1),
        count: Int = 60, firstIndex: Int = 0, firstSequence: UInt64 = 100
    ) {
        var frames: [SentFrame] = []
        var sequence = firstSequence
        let origin = media.frame(firstIndex)
        for position in 0..<count {
            let index = (firstIndex + position) % media.frameCount
            let loops = UInt64((firstIndex + position) / media.frameCount)
            let facts = media.frame(index)
            let due = start.advanced(
                byNanoseconds: Int64(facts.dueOffset + loops * media.loopDuration) - Int64(origin.dueOffset))
            let ticks = facts.rtpOffset &+ UInt32(truncatingIfNeeded: loops) &* media.loopTicks &- origin.rtpOffset
            frames.append(
                SentFrame(
                    due: due, sentAt: due, rtpTimestamp: ticks, frameIndex: Int32(index),
                    packetCount: Int32(facts.packetCount), firstSequence: sequence))
            sequence += UInt64(facts.packetCount)
        }
        sent = SentTrackRecord(kind: media.kind, media: media, ssrc: ssrc, frames: frames, framesNotOffered: 0)
    }

    /// A frame as it would have come.
    ///
    /// - Parameters:
    ///   - delay: From when it was due.
    ///   - shift: How far a server moved RTP time.
    ///   - renumbered: By how much it raised sequence numbers.
    public func arrival(
        _ position: Int, after delay: Duration = .milliseconds(20), shift: UInt32 = 0, renumbered: UInt16 = 0,
        outcome: ReceivedFrame.Outcome = .intact, fingerprint: FrameFingerprint? = nil
    ) -> ReceivedFrame {
        let frame = sent.frames[position]
        let facts = sent.media.frame(Int(frame.frameIndex))
        return ReceivedFrame(
            outcome: outcome, rtpTimestamp: frame.rtpTimestamp &+ shift, fingerprint: fingerprint ?? facts.fingerprint,
            firstPacketAt: frame.due + delay, completedAt: frame.due + delay, packetCount: facts.packetCount,
            firstSequence: UInt16(truncatingIfNeeded: frame.firstSequence) &+ renumbered, isKey: facts.isKey)
    }

    /// All frames but those that are named, whole and in order.
    public func arrivals(
        except missing: some Collection<Int> = EmptyCollection(), after delay: Duration = .milliseconds(20), shift: UInt32 = 0,
        renumbered: UInt16 = 0
    ) -> [ReceivedFrame] {
        let missing = Set(missing)
        return sent.frames.indices.filter { !missing.contains($0) }.map {
            arrival($0, after: delay, shift: shift, renumbered: renumbered)
        }
    }

    /// - Parameter subscription: What a server that forwards made of it.
    public func audit(
        _ arrivals: [ReceivedFrame], ledger: PacketLedger? = PacketLedger(), subscription: Subscription? = nil
    ) -> FrameAudit {
        FrameAudit(
            from: "callers[0]", to: "callers[1]", sent: [sent],
            received: ReceivedTrackRecord(kind: sent.kind, frames: arrivals), ledger: ledger,
            subscription: subscription)
    }

    /// What an impairment stage writes down when it drops a frame's packets.
    ///
    /// - Parameters:
    ///   - packet: Only this one of the frame's packets.
    ///   - later: How long after the frame was sent.
    ///   - source: The SSRC under which a server forwarded it; its own by default.
    ///   - renumbered: By how much that server raised sequence numbers.
    public func drops(
        of positions: some Collection<Int>, packet: Int? = nil, later: Duration = .zero, blackout: Bool = false,
        source: UInt32? = nil, renumbered: UInt16 = 0
    ) -> [LedgerEntry] {
        positions.flatMap { position in
            let frame = sent.frames[position]
            let packets = packet.map { $0..<($0 + 1) } ?? 0..<Int(frame.packetCount)
            return packets.map {
                Self.drop(
                    ssrc: source ?? sent.ssrc,
                    sequence: UInt16(truncatingIfNeeded: frame.firstSequence + UInt64($0)) &+ renumbered,
                    at: frame.sentAt + later, blackout: blackout)
            }
        }
    }

    /// One packet that went into an impairment stage and did not come out.
    public static func drop(ssrc: UInt32, sequence: UInt16, at instant: Instant, blackout: Bool = false) -> LedgerEntry {
        var pipe = ImpairedPipe(direction: .up, seed: 1)
        if blackout {
            pipe.blackout(from: .origin, for: .seconds(100_000))
        } else {
            pipe.set(Impairment(loss: .bernoulli(1)), at: .origin)
        }
        var bytes = [UInt8](repeating: 0, count: 20)
        bytes[0] = 0x80
        bytes[1] = 96
        bytes[2] = UInt8(sequence >> 8)
        bytes[3] = UInt8(truncatingIfNeeded: sequence)
        for (place, shift) in [24, 16, 8, 0].enumerated() { bytes[8 + place] = UInt8(truncatingIfNeeded: ssrc >> shift) }
        let path = Path(local: .loopback(port: 1), remote: .loopback(port: 2))
        let verdict = bytes.withUnsafeBytes { pipe.offer($0, on: path, now: instant) }
        precondition(verdict == .dropped(blackout ? .blackout : .loss), "the stage drops everything")
        var entries: [LedgerEntry] = []
        pipe.drainLedger { entries.append($0) }
        precondition(entries.count == 1, "one packet, one entry")
        return entries[0]
    }

    public static func ledger(_ entries: [LedgerEntry]) -> PacketLedger {
        var ledger = PacketLedger()
        for entry in entries { ledger.add(entry) }
        return ledger
    }
}
