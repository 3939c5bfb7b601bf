public import NetworkImpairment
internal import RTCCore

/// Finds, for a packet that did not arrive, the entry of the impairment stage that says why.
public struct PacketLedger: Sendable {
    private struct Key: Hashable {
        var ssrc: UInt32
        var sequence: UInt16
    }

    private struct Entry {
        var at: Instant
        var cause: DropCause

        /// Sequence numbers wrap, so that an entry also has to be near in time.
        func isNear(_ sentAt: Instant) -> Bool {
            at + .milliseconds(1) >= sentAt && at - sentAt <= .seconds(20)
        }
    }

    private var entries: [Key: [Entry]] = [:]
    /// Entries that the bounded ledger had no room for.
    public var overflow: UInt64 = 0

    public init() {}

    public mutating func add(_ entry: LedgerEntry) {
        guard let ssrc = entry.ssrc, let sequence = entry.sequenceNumber else { return }
        entries[Key(ssrc: ssrc, sequence: sequence), default: []].append(Entry(at: entry.time, cause: entry.cause))
    }

    /// How many of the frame's packets were dropped when they were first sent.
    ///
    /// - Parameter renumbered: By how much a server raised the sequence numbers.
    func drops(ssrc: UInt32, frame: SentFrame, renumbered: UInt16 = 0) -> Int {
        (0..<UInt64(frame.packetCount)).count { offset in
            let sequence = UInt16(truncatingIfNeeded: frame.firstSequence + offset) &+ renumbered
            return entries[Key(ssrc: ssrc, sequence: sequence)]?.contains { $0.isNear(frame.sentAt) } ?? false
        }
    }

    /// Why one of the frame's packets did not arrive; `nil` if the ledger knows nothing of any.
    ///
    /// - Parameter renumbered: By how much a server raised the sequence numbers.
    public func cause(ssrc: UInt32, frame: SentFrame, renumbered: UInt16 = 0) -> DropCause? {
        for offset in 0..<UInt64(frame.packetCount) {
            let sequence = UInt16(truncatingIfNeeded: frame.firstSequence + offset) &+ renumbered
            for entry in entries[Key(ssrc: ssrc, sequence: sequence)] ?? [] where entry.isNear(frame.sentAt) {
                return entry.cause
            }
        }
        return nil
    }
}
