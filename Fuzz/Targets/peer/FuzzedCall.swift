import FuzzSupport
import RTCCore
import RTCCrypto
import RTCICE
import RTCPeer
import RTCWire

/// What may happen to a call.
enum Hand: UInt8, CaseIterable {
    case play, wait, mutate, replay, inject, drop, checks, media, reports, describe, candidates, renegotiate, socket, close
}

/// Two peers in virtual time, and what passes between them.
final class FuzzedCall {
    struct Datagram {
        var to: Int
        var path: Path
        var bytes: [UInt8]
    }

    final class Side {
        var peer: Peer
        var isClosed = false
        var received: Set<FrameFingerprint> = []
        var sentFrames = 0

        init(_ peer: consuming Peer) {
            self.peer = peer
        }
    }

    let sides: [Side]
    var steps = 0
    var now = Instant.seconds(1)
    /// On its way, in order.
    var flying: [Datagram] = []
    /// The last that were sent, to repeat and to damage.
    var seen: [Datagram] = []
    var descriptions: [[UInt8]] = []
    private var batch = DatagramBatch(capacity: 8)
    private let media: UnsafeMutableRawBufferPointer
    /// Whether the far side tells another certificate than it has: then nothing may ever be connected.
    let isMismatched: Bool

    static func address(_ side: Int, _ number: Int = 0) -> SocketAddress {
        SocketAddress(ipv4: 0x0A00_0001 + UInt32(side) << 8 + UInt32(number) << 16, port: 5000)
    }

    init(_ input: inout FuzzInput) {
        let choice = input.byte()
        isMismatched = choice & 0x80 != 0
        media = .allocate(byteCount: 4096, alignment: 8)
        for index in media.indices { media[index] = UInt8(truncatingIfNeeded: index &* 131 >> 3) }
        sides = (0...1).map { Side(Material.shared.peer($0, choice)) }
        for (number, side) in sides.enumerated() { side.peer.addLocalAddress(Self.address(number), now: now) }
        negotiate(from: Int(choice & 1))
        // Most inputs begin with a call that is up; the others meet it on its way there.
        if choice & 4 == 0 { run(for: .milliseconds(700)) }
    }

    deinit {
        media.deallocate()
    }

    func step(_ input: inout FuzzInput) {
        steps += 1
        let hand = Hand(rawValue: input.byte() % UInt8(Hand.allCases.count)) ?? .wait
        switch hand {
        case .play: play(input.below(8))
        case .wait: run(for: .milliseconds(Int64(input.below(12_000))))
        case .mutate: mutate(&input)
        case .replay: for _ in 0...input.below(8) { if let datagram = remembered(&input) { give(datagram) } }
        case .inject: give(Datagram(to: input.below(2), path: path(&input), bytes: input.chunk(upTo: 1200)))
        case .drop: drop(&input)
        case .checks: check(&input)
        case .media: sendMedia(&input)
        case .reports: sendReport(&input)
        case .describe: describe(&input)
        case .candidates: candidates(&input)
        case .renegotiate: renegotiate(&input)
        case .socket: socket(&input)
        case .close: if input.byte() & 7 == 0 { close(input.below(2)) }
        }
        drain()
        check()
    }

    /// Whatever was done, it ends: nothing spins, and what was closed is silent.
    func settle() {
        run(for: .seconds(3))
        for side in 0...1 { close(side) }
        run(for: .seconds(60))
        for side in sides { promise(side.peer.deadline == nil, "a closed peer waits for nothing") }
    }

    private func close(_ side: Int) {
        sides[side].peer.close(now: now)
        sides[side].isClosed = true
    }

    /// What must hold after each step.
    private func check() {
        for side in sides {
            let peer = side.peer.measures
            if isMismatched { promise(!peer.isConnected, "another certificate than the signalled one connects nobody") }
            promise(peer.candidatePairs <= 101, "the checklist is bounded: \(peer.candidatePairs)")
            promise(peer.remoteCandidates <= 300, "remote candidates are bounded: \(peer.remoteCandidates)")
            promise(peer.sources <= 2 * 64 + 8, "sources are bounded: \(peer.sources)")
            promise(peer.waitingReports <= 4096, "waiting reports are bounded: \(peer.waitingReports)")
            promise(peer.waitingPackets <= 8192, "waiting packets are bounded: \(peer.waitingPackets)")
        }
    }

    // MARK: - Time

    func run(for duration: Duration) {
        let end = now + duration
        var idle = 0
        var turns = 0
        drain()
        while true {
            // A datagram takes ten milliseconds, all that fly at once.
            var next = flying.isEmpty ? nil : now + .milliseconds(10)
            for side in sides { next = earliest(next, side.peer.deadline) }
            guard let next, next <= end else { break }
            idle = next <= now ? idle + 1 : 0
            now = max(now, next)
            if deliver() > 0 { idle = 0 }
            for side in sides {
                if let deadline = side.peer.deadline, deadline <= now { side.peer.advance(to: now) }
            }
            if drain() > 0 { idle = 0 }
            turns += 1
            promise(idle < 4, "a deadline stays in the past and nothing comes of it")
            promise(turns < 200_000, "an exchange without end")
        }
        now = end
    }

    private func deliver() -> Int {
        let due = flying
        flying.removeAll(keepingCapacity: true)
        for datagram in due { give(datagram) }
        return due.count
    }

    func give(_ datagram: Datagram) {
        var bytes = datagram.bytes
        bytes.withUnsafeMutableBytes { sides[datagram.to].peer.receive($0, on: datagram.path, arrivedAt: now, now: now) }
    }

    @discardableResult
    func drain() -> Int {
        var count = 0
        for (number, side) in sides.enumerated() {
            while true {
                let drain = side.peer.nextDatagrams(into: &batch, now: now)
                for index in 0..<batch.count {
                    count += 1
                    let path = batch[index].path
                    let bytes = Array(batch.bytes(at: index))
                    promise(bytes.count <= 1500, "a datagram fits the wire: \(bytes.count)")
                    if isMismatched, let first = bytes.first {
                        promise(first < 128 || first > 191, "media for a stranger")
                    }
                    guard let to = owner(of: path.remote) else { continue }
                    let datagram = Datagram(to: to, path: Path(local: path.remote, remote: path.local), bytes: bytes)
                    if to != number { flying.append(datagram) }
                    if seen.count < 96 { seen.append(datagram) } else { seen[steps % 96] = datagram }
                }
                batch.removeAll()
                if case .drained = drain { break }
            }
            while let event = side.peer.nextEvent() {
                count += 1
                if case .connected = event {
                    promise(!isMismatched, "another certificate than the signalled one connects nobody")
                }
            }
            for transceiver in 0..<side.peer.transceiverCount {
                while let frame = side.peer.nextFrame(on: transceiver) {
                    promise(!isMismatched, "media of a stranger")
                    promise(frame.packetCount > 0, "a frame has packets")
                }
            }
        }
        if flying.count > 4096 { flying.removeFirst(flying.count - 4096) }
        return count
    }

    private func owner(of address: SocketAddress) -> Int? {
        (0...1).first { side in (0...1).contains { Self.address(side, $0) == address } }
    }

    // MARK: - Signaling

    func negotiate(from offerer: Int) {
        do {
            let answerer = 1 - offerer
            let offer = try sides[offerer].peer.setLocalDescription(now: now).text
            remember(offer)
            try sides[answerer].peer.setRemoteDescription(SessionDescription(parsing: told(offer)), .offer, now: now)
            let answer = try sides[answerer].peer.setLocalDescription(now: now).text
            remember(answer)
            try sides[offerer].peer.setRemoteDescription(SessionDescription(parsing: told(answer)), .answer, now: now)
        } catch {
            fatalError("two peers do not agree: \(error)")
        }
        drain()
    }

    /// The description as the other side gets it.
    private func told(_ text: String) -> String {
        guard isMismatched else { return text }
        // By bytes: a line's end is one `Character`.
        let mark = Array("a=fingerprint:".utf8)
        let lines = text.utf8.split(separator: 10).map { line in
            line.starts(with: mark) ? mark + Array("\(Material.shared.strangersFingerprint)\r".utf8) : Array(line)
        }
        return String(decoding: Array(lines.joined(separator: [10])), as: UTF8.self) + "\n"
    }

    func remember(_ description: String) {
        if descriptions.count < 16 {
            descriptions.append(Array(description.utf8))
        } else {
            descriptions[steps % 16] = Array(description.utf8)
        }
    }

    // MARK: - Media

    /// Plays frames both ways and lets them arrive.
    func play(_ rounds: Int) {
        for round in 0...rounds {
            for side in sides {
                for transceiver in 0..<side.peer.transceiverCount where side.peer.maySend(on: transceiver) {
                    let packets = 1 + (side.sentFrames + round) % 3
                    let number = side.sentFrames
                    side.sentFrames += 1
                    let frame = OutgoingFrame(
                        captureTime: now, mediaTime: UInt32(truncatingIfNeeded: number &* 3000), isKey: number % 10 == 0,
                        audioLevel: 30)
                    _ = side.peer.send(frame, on: transceiver, packetCount: packets, now: now) { index in
                        let start = (number * 3 + index) * 61 % 3000
                        return OutgoingPacket(
                            payload: UnsafeRawBufferPointer(rebasing: media[start..<(start + 40 + index)]),
                            isFirstOfFrame: index == 0,
                            isLastOfFrame: index == packets - 1)
                    }
                }
            }
            run(for: .milliseconds(20))
        }
    }
}
