internal import MediaTracks
public import NetworkImpairment
public import RTCCore
internal import RTCPeer

/// Accounts for every frame that one bot sent to another: each is intact, damaged, withheld or missing, and never two of these.
///
/// A frame is recognised by its fingerprint and by the continuity of RTP time, not by RTP numbers alone, which a server may rewrite.
/// Behind a server that forwards, what counts is what was due while the receiver was subscribed (``Subscription``).
public struct FrameAudit: Sendable {
    public enum Outcome: UInt8, Sendable {
        case intact
        case damaged
        case withheld
        case missing
    }

    public struct Frame: Sendable {
        public var due: Instant
        public var outcome: Outcome
        /// When the last of its packets came; for intact frames, and for silence when it would have.
        public var completedAt: Instant
        /// Withheld because the far side wants no packets of silence, which it knows of: the last packet or the one before it came.
        public var isSilence = false
        /// Lost, but repeated by the next frame, which came (in-band FEC).
        public var isCovered = false
        /// Intact, and so is every frame back to its key frame.
        public var isDecodable: Bool
        public var cause: DropCause?
        public var size: Int
        public var packets: Int
        /// Packets that the impairment stages dropped when they were first sent.
        public var packetsDropped: Int

        /// Whether there was something to hear or see at its time: it came, or there was nothing to come.
        var isHeard: Bool { outcome == .intact || isSilence }

        /// From the moment it was due, not from when it was sent.
        public var latency: Duration { completedAt - due }
    }

    public var from: String
    public var to: String
    public var kind: MediaKind
    /// The layer of a simulcast, each of which is a track of its own; `nil` where there is none.
    public var rid: String?
    /// In the order in which they were due.
    public var frames: [Frame] = []
    /// When packets of the track came, as far as received frames tell: the first and the completing one of each, by time.
    var arrivals: [Instant] = []
    /// What one frame lasts, on average.
    var frameDuration = Duration.zero
    /// Frames that came but that nobody sent: never zero by accident.
    public var foreign = 0
    /// Frames that came twice.
    public var repeated = 0
    /// Damaged or missing frames of which the ledger knows no packet.
    public var unexplained = 0
    /// The same where a server forwarded: nothing but the server and its own network is left to have lost them.
    public var lostByServer = 0
    /// Withheld frames that were due before the server began to forward to this subscriber.
    public var beforeForwarding = 0

    public var sent: Int { frames.count }

    public func count(_ outcome: Outcome) -> Int {
        frames.reduce(0) { $0 + ($1.outcome == outcome ? 1 : 0) }
    }

    /// - Parameters:
    ///   - sent: What the sender's book says, file by file; every frame in it was due while the track was connected.
    ///   - received: What came, in the order in which it came.
    ///   - ledger: What the impairment stages of both ends dropped; `nil` where a network of others lay between.
    ///   - subscription: What a server that forwards made of the track; `nil` where the two met directly.
    public init(
        from: String, to: String, sent: [SentTrackRecord], received: ReceivedTrackRecord?, ledger: PacketLedger?,
        subscription: Subscription? = nil
    ) {
        let sent = SentBook(sent)
        self.from = from
        self.to = to
        kind = sent.kind
        rid = sent.rid
        frames.reserveCapacity(sent.count)
        let arrivals = received?.frames ?? []
        self.arrivals = arrivals.flatMap { [$0.firstPacketAt, $0.completedAt] }.sorted()
        frameDuration = sent.frameDuration
        let shift = Self.timestampShift(sent: sent, arrivals: arrivals)
        var place: [UInt32: Int] = [:]
        place.reserveCapacity(sent.count)
        for index in 0..<sent.count { place[sent[index].rtpTimestamp] = index }

        var outcomes = (0..<sent.count).map { sent[$0].packetCount == 0 ? Outcome.withheld : .missing }
        var completions = [Instant](repeating: .origin, count: sent.count)
        var numbering = Renumbering()
        for arrival in arrivals {
            guard let index = place[arrival.rtpTimestamp &- shift] else {
                foreign += 1
                continue
            }
            if arrival.outcome == .intact, sent.facts(index).fingerprint != arrival.fingerprint {
                foreign += 1
                continue
            }
            switch (arrival.outcome, outcomes[index]) {
            case (.intact, .intact):
                repeated += 1
            case (.intact, _):
                outcomes[index] = .intact
                completions[index] = arrival.completedAt
                numbering.learn(from: arrival, of: sent[index], at: index)
            case (.damaged, .missing):
                outcomes[index] = .damaged
            case (.damaged, _):
                break
            }
        }
        var due = 0..<sent.count
        var forwarding: Forwarding?
        if let subscription {
            let came = outcomes.indices.filter { outcomes[$0] == .intact || outcomes[$0] == .damaged }
            due = subscription.due(in: sent, came: came)
            forwarding = Forwarding(ssrc: subscription.ssrc, numbering: numbering, began: came.first ?? due.upperBound)
        }
        appendFrames(
            sent, due, outcomes: outcomes, completions: completions, ledger: ledger, forwarding: forwarding)
    }

    /// Adds what another connection of the same two bots carried, in the order of time.
    mutating func append(_ other: FrameAudit) {
        let isLater = frames.last.map { last in other.frames.first.map { $0.due >= last.due } ?? true } ?? true
        frames += other.frames
        if !isLater {
            let ordered = frames.enumerated().sorted { ($0.element.due, $0.offset) < ($1.element.due, $1.offset) }
            frames = ordered.map(\.element)
        }
        arrivals = (arrivals + other.arrivals).sorted()
        foreign += other.foreign
        repeated += other.repeated
        unexplained += other.unexplained
        lostByServer += other.lostByServer
        beforeForwarding += other.beforeForwarding
    }

    private mutating func appendFrames(
        _ sent: SentBook, _ due: Range<Int>, outcomes: [Outcome], completions: [Instant], ledger: PacketLedger?,
        forwarding: Forwarding? = nil
    ) {
        var chainIsWhole = false
        // What the last frame that came took, while no two in a row were lost since.
        var latest: Duration?
        var lost = 0
        let ssrc = sent.ssrc
        for index in due {
            let frame = sent[index]
            let facts = sent.facts(index)
            if facts.isKey || kind == .audio { chainIsWhole = true }
            chainIsWhole = chainIsWhole && outcomes[index] == .intact
            var outcome = outcomes[index]
            var cause: DropCause?
            if outcome == .damaged || outcome == .missing, let ledger {
                cause = ledger.cause(ssrc: ssrc, frame: frame) ?? forwarding?.cause(of: frame, at: index, in: ledger)
                if cause == nil, let forwarding {
                    if index < forwarding.began {
                        outcome = .withheld
                        beforeForwarding += 1
                    } else {
                        lostByServer += 1
                    }
                } else if cause == nil {
                    unexplained += 1
                }
            }
            switch outcome {
            case .withheld: break
            case .intact: (latest, lost) = (completions[index] - frame.due, 0)
            case .damaged, .missing:
                lost += 1
                if lost > 1 { latest = nil }
            }
            if outcome == .intact, facts.hasRedundancy, kind == .audio, let last = frames.indices.last,
                index > due.lowerBound, frames[last].outcome == .missing || frames[last].outcome == .damaged
            {
                frames[last].isCovered = true
            }
            let isSilence = frame.isSilence && latest != nil
            frames.append(
                Frame(
                    due: frame.due, outcome: outcome,
                    completedAt: isSilence ? frame.due + (latest ?? .zero) : completions[index], isSilence: isSilence,
                    isDecodable: chainIsWhole, cause: cause, size: frame.isSilence ? 0 : facts.size,
                    packets: Int(frame.packetCount),
                    packetsDropped: ledger.map { ledger in
                        ledger.drops(ssrc: ssrc, frame: frame) + (forwarding?.drops(of: frame, at: index, in: ledger) ?? 0)
                    } ?? 0))
        }
    }

    private struct Votes {
        var count = 0
        /// Summed over the votes, in nanoseconds.
        var latency: Int64 = 0
    }

    /// How far the path shifted RTP time: the shift under which most of the first frames are the ones that were sent.
    ///
    /// A file that loops makes several shifts possible; of those with as many votes the one with the shortest latency is taken, which
    /// is the one of the latest sends. Silence is only asked where there is nothing else, for its frames look alike: then all of them
    /// vote, and only the shift that fits them from the first to the last has every vote.
    private static func timestampShift(sent: SentBook, arrivals: [ReceivedFrame]) -> UInt32 {
        var positions: [FrameFingerprint: [Int]] = [:]
        for position in 0..<sent.count { positions[sent.facts(position).fingerprint, default: []].append(position) }
        let intact = arrivals.filter { $0.outcome == .intact }
        let known = Array(intact.lazy.filter { sent.knows($0.fingerprint) }.prefix(100))
        var votes: [UInt32: Votes] = [:]
        for arrival in known.isEmpty ? intact : known {
            let latest = arrival.completedAt
            let earliest = known.isEmpty ? latest - .seconds(2) : .origin
            for position in positions[arrival.fingerprint] ?? [] {
                let frame = sent[position]
                guard frame.due <= latest, frame.due >= earliest else { continue }
                let shift = arrival.rtpTimestamp &- frame.rtpTimestamp
                votes[shift, default: Votes()].count += 1
                votes[shift, default: Votes()].latency &+= frame.due.nanoseconds(to: latest)
            }
        }
        return votes.max {
            ($0.value.count, $1.value.latency, $1.key) < ($1.value.count, $0.value.latency, $0.key)
        }?.key ?? 0
    }
}
