public import RTCCore

/// What lies between one machine and its network in one direction: loss, a bottleneck with its queue, delay, blackouts.
///
///     offered ─▶ blackout, MTU ─▶ corruption, duplication ─▶ loss ─▶ queue, rate ─▶ delay, jitter ─▶ released
///
/// Both drivers use it, the simulation in virtual time. Datagrams leave in the order in which they came, unless
/// ``Jitter/reorders``. The same seed and the same offers give the same releases, and each model draws from a stream of its own.
/// Nothing is allocated per datagram once the slab has grown to what the pipe holds at a time.
public struct ImpairedPipe: ~Copyable {
    /// How much a pipe keeps.
    public struct Limits: Sendable {
        /// Datagrams under way at a time; what comes on top is dropped as from a full queue.
        public var datagrams = 8192
        public init() {}
    }

    struct Held {
        var path: Path
        var size: Int
        var order: UInt64
        var offeredAt: Instant
        var jitter: Int64
        var flippedBit: Int32
        /// The slot behind this one in the queue, or -1.
        var next: Int
        var isDuplicate: Bool
    }

    public let direction: PipeDirection
    /// What is in force now.
    public private(set) var impairment = Impairment.none

    @usableFromInline var tally = PipeCounters()
    @usableFromInline var interferes = false
    @usableFromInline var underWay = 0
    @usableFromInline var blackoutEnd: Instant?

    var dice: ImpairmentDice
    var ledger = Ledger()
    var slab: DatagramSlab
    var held: [Held] = []
    var line = DueQueue<Int>()
    var lastRelease = Instant.origin
    var newestReleased: UInt64 = 0
    var delay: Int64 = 0
    var jitterAmount: Int64 = 0
    var queueLimit: Int64 = 0

    var pacer: RatePacer?
    var queueHead = -1
    var queueTail = -1
    /// Bytes that wait behind the packet in transmission, headers included.
    var waitingBytes = 0

    /// - Parameter seed: The machine's own seed; the direction is mixed in.
    public init(direction: PipeDirection, seed: UInt64) {
        self.init(direction: direction, seed: seed, limits: Limits())
    }

    public init(direction: PipeDirection, seed: UInt64, limits: Limits) {
        self.direction = direction
        dice = ImpairmentDice(direction: direction, seed: seed)
        slab = DatagramSlab(limit: limits.datagrams)
    }

    /// Whether there is nothing to do now: a driver may then pass a datagram by and call ``countPassed(size:)`` alone.
    @inlinable
    public var isTransparent: Bool { !interferes && underWay == 0 && blackoutEnd == nil }

    /// Datagrams that were taken in and have not come out.
    @inlinable
    public var heldCount: Int { underWay }

    @inlinable
    public var counters: PipeCounters { tally }

    /// Ledger entries that wait for ``drainLedger(_:)``, at most 65,536.
    public var ledgerCount: Int { ledger.count }

    /// Ledger entries that made room for later ones before anybody drained them.
    public var ledgerOverflow: UInt64 { ledger.overflow }

    /// Counts a datagram that went past a transparent pipe.
    ///
    /// - Parameter size: UDP payload in bytes.
    @inlinable
    public mutating func countPassed(size: Int) {
        tally.offered += 1
        tally.offeredBytes += UInt64(size)
        tally.passed += 1
        tally.bytes += UInt64(size)
    }

    /// Puts another impairment in force. What is under way stays: a new rate re-times the packet in transmission, a new delay holds
    /// for what is still in the queue, and no rate at all lets the queue go.
    public mutating func set(_ impairment: Impairment, at now: Instant) {
        settle(at: now)
        if impairment.loss != self.impairment.loss { dice.forgetBursts() }
        self.impairment = impairment
        interferes = impairment != .none
        let aLifetime: Int64 = 1_000_000_000_000_000_000
        delay = min(max(0, impairment.delay.inNanoseconds), aLifetime)
        jitterAmount = min(max(0, impairment.jitter.amount.inNanoseconds), aLifetime)
        setRate(impairment.rate, at: now)
    }

    /// Drops all that is offered from `now` on, and what waits or is in flight, for a duration; blackouts that overlap add up to
    /// the later end.
    public mutating func blackout(from now: Instant, for duration: Duration) {
        guard duration > .zero else { return }
        settle(at: now)
        let end = now + duration
        blackoutEnd = max(blackoutEnd ?? end, end)
        dropAllUnderWay(at: now)
    }

    /// Takes the ledger's entries out, oldest first: every datagram that was dropped, and every one that came out damaged.
    public mutating func drainLedger(_ body: (LedgerEntry) -> Void) {
        ledger.drain(body)
    }
}

extension Path {
    /// IP and UDP headers in bytes.
    var headerSize: Int { remote.family == .ipv4 ? 28 : 48 }
}
