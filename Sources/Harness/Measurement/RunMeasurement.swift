internal import NetworkImpairment
public import RTCCore

/// Turns a run's record into audited tracks, and answers what assertions ask.
public struct RunMeasurement: Sendable {
    /// All that a bot sent to another of one kind, or as one layer of it, over however many connections.
    struct Track: Sendable {
        var audit: FrameAudit
        var sender: Int
        var receiver: Int
        /// Those of the receiver, in the order of time; the sender's where the receiver has none.
        var connections: [ConnectionRecord]
        /// From when on there should have been media: both bots were to be there, and a screen was shown.
        var due: Instant
        var range: TimeRange
        /// Intact frames in the order in which they were whole, with silence that was kept on purpose.
        var completions: [Instant]
    }

    public let record: RunRecord
    let tracks: [Track]
    /// Pairs of bots that share a room, of which one publishes and the other subscribes.
    let expectedPairs: [(receiver: Int, sender: Int)]

    /// What each receiver got of each sender: one row for an ordered pair and a kind, in the order of bots.
    public var audits: [FrameAudit] { tracks.map(\.audit) }

    /// - Parameter accountsForPackets: Whether nothing but the impairment stages lay between the bots, so that every frame that did
    ///   not arrive must be found in their ledgers.
    public init(_ record: RunRecord, accountsForPackets: Bool = true) {
        self.record = record
        var ledger = PacketLedger()
        for host in record.hosts {
            for entry in host.ledger { ledger.add(entry) }
            ledger.overflow += host.up.ledgerOverflow + host.down.ledgerOverflow
        }
        tracks = Self.tracks(of: record, ledger: accountsForPackets ? ledger : nil)
        expectedPairs = record.bots.indices.flatMap { receiver in
            record.bots.indices.filter { sender in
                record.bots[receiver].subscribes && sender != receiver && record.bots[sender].room == record.bots[receiver].room
                    && !record.bots[sender].publishes.isEmpty
            }.map { (receiver, $0) }
        }
    }

    /// Whether the receiver got at least one intact frame of every kind that the sender publishes, of a simulcast one of each layer.
    public func hasSeen(receiver: Int, sender: Int) -> Bool {
        record.bots[sender].publishes.allSatisfy { kind in
            let due = tracks.filter { $0.receiver == receiver && $0.sender == sender && $0.audit.kind == kind }
            return !due.isEmpty && due.allSatisfy { !$0.completions.isEmpty }
        }
    }

    /// Share of bots that got in, 0...1.
    public var joined: Double {
        guard !record.bots.isEmpty else { return 0 }
        return Double(record.bots.count { $0.joinedAt != nil }) / Double(record.bots.count)
    }

    /// Share of pairs that saw each other; zero where no media was ever due.
    public var seen: Double {
        guard !expectedPairs.isEmpty else { return 0 }
        return Double(expectedPairs.count { hasSeen(receiver: $0.receiver, sender: $0.sender) }) / Double(expectedPairs.count)
    }

    public var slip: ScheduleSlip {
        record.bots.reduce(into: ScheduleSlip()) { $0.merge($1.slip) }
    }

    // MARK: - Faults

    func fault(named name: String) -> RunRecord.Fault? {
        record.faults.first { $0.name == name }
    }

    /// From the end of a fault to the next intact frame, for each track that it hit; infinite where none came.
    func recoveries(from fault: RunRecord.Fault) -> [Double] {
        tracks.filter { isHit($0, by: fault) && $0.range.end > fault.end }.map { track in
            guard let next = track.completions.first(where: { $0 >= fault.end }) else { return .infinity }
            return (next - fault.end).inSeconds
        }
    }

    /// Whether it has an end at a bot that the fault hit, and was to be there before the fault was over.
    private func isHit(_ track: Track, by fault: RunRecord.Fault) -> Bool {
        guard track.due <= fault.end else { return false }
        return fault.hits.contains(track.audit.from) || fault.hits.contains(track.audit.to)
    }

    /// The stretches of the run that a window leaves.
    func ranges(of window: AssertionWindow?) -> [TimeRange] {
        let whole = TimeRange(start: record.epoch, end: record.stopAt + .seconds(60))
        guard let window, let fault = fault(named: window.event) else { return [whole] }
        switch window {
        case .from: return [TimeRange(start: fault.start, end: whole.end)]
        case .after: return [TimeRange(start: fault.end, end: whole.end)]
        case .outside:
            let slowest = recoveries(from: fault).max() ?? 0
            let end = slowest.isFinite ? fault.end + .nanoseconds(Int64(slowest * 1e9) + 1) : whole.end
            return [TimeRange(start: whole.start, end: fault.start), TimeRange(start: end, end: whole.end)]
        }
    }
}

extension RunMeasurement {
    /// What a fault did to one track with an end at a bot that it hit.
    public struct FaultEffect: Sendable, Hashable {
        public var from: String
        public var to: String
        public var kind: MediaKind
        public var rid: String?
        /// The longest stretch without intact media that the fault overlaps, in seconds.
        public var outage: Double
        /// From the end of the fault to the next intact frame, in seconds; `nil` if none came.
        public var recovery: Double?
        /// Whether the track was over before the fault was, so that nothing was to come.
        public var isOver: Bool
    }

    public func effects(of fault: RunRecord.Fault) -> [FaultEffect] {
        tracks.filter { isHit($0, by: fault) }.map { track in
            let span = TimeRange(start: fault.start, end: max(fault.end, fault.start + .nanoseconds(1)))
            var longest = 0.0
            for (start, end) in zip([track.range.start] + track.completions, track.completions + [track.range.end])
            where TimeRange(start: start, end: end).overlap(span) > .zero {
                longest = max(longest, (end - start).inSeconds)
            }
            let next = track.completions.first { $0 >= fault.end }
            return FaultEffect(
                from: track.audit.from, to: track.audit.to, kind: track.audit.kind, rid: track.audit.rid, outage: longest,
                recovery: next.map { ($0 - fault.end).inSeconds }, isOver: track.range.end <= fault.end)
        }
    }
}
