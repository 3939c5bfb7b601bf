/// What one pipe did since its machine began, over datagrams of every kind.
///
/// `offered + duplicated` is `passed + dropped` and what is still under way.
public struct PipeCounters: Hashable, Sendable {
    /// Datagrams that were offered.
    public var offered: UInt64 = 0
    /// Their UDP payload in bytes.
    public var offeredBytes: UInt64 = 0
    /// Datagrams that were offered with an ECN-capable codepoint, marked ones included.
    public var offeredCapable: UInt64 = 0
    /// Datagrams that came out, duplicates included.
    public var passed: UInt64 = 0
    /// The UDP payload in bytes of what came out.
    public var bytes: UInt64 = 0
    /// Copies made beside the original.
    public var duplicated: UInt64 = 0
    /// Datagrams that came out after a later one (RFC 4737 §3.3), copies not counted.
    public var reordered: UInt64 = 0
    /// Datagrams that came out with a flipped bit.
    public var corrupted: UInt64 = 0
    /// Datagrams that this pipe marked with congestion experienced, by chance or by its queue.
    public var marked: UInt64 = 0
    /// Datagrams that had to wait for the bottleneck.
    public var queued: UInt64 = 0
    /// The longest wait for the bottleneck, without the time of transmission.
    public var maxQueueDelay: Duration = .zero
    /// The most that waited behind the packet in transmission, in bytes with IP and UDP headers.
    public var maxQueuedBytes = 0
    /// Entries that the ledger had no room for.
    public var ledgerOverflow: UInt64 = 0

    @usableFromInline var lost: UInt64 = 0
    @usableFromInline var overflowedQueue: UInt64 = 0
    @usableFromInline var droppedByCoDel: UInt64 = 0
    @usableFromInline var blackedOut: UInt64 = 0
    @usableFromInline var tooLong: UInt64 = 0
    @usableFromInline var cameTooLate: UInt64 = 0
    @usableFromInline var stoppedByNAT: UInt64 = 0

    public init() {}

    /// Datagrams that did not come out.
    public var dropped: UInt64 { lost + overflowedQueue + droppedByCoDel + blackedOut + tooLong + cameTooLate + stoppedByNAT }

    /// Datagrams by cause. What was corrupted is counted here too, although it came out.
    public func dropped(_ cause: DropCause) -> UInt64 {
        switch cause {
        case .loss: lost
        case .queue: overflowedQueue
        case .codel: droppedByCoDel
        case .blackout: blackedOut
        case .mtu: tooLong
        case .corrupted: corrupted
        case .closed: cameTooLate
        case .nat: stoppedByNAT
        }
    }

    mutating func count(_ cause: DropCause) {
        switch cause {
        case .loss: lost += 1
        case .queue: overflowedQueue += 1
        case .codel: droppedByCoDel += 1
        case .blackout: blackedOut += 1
        case .mtu: tooLong += 1
        case .corrupted: corrupted += 1
        case .closed: cameTooLate += 1
        case .nat: stoppedByNAT += 1
        }
    }
}
