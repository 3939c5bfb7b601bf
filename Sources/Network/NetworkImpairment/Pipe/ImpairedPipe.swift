public import RTCCore

/// What lies between one machine and its network in one direction: loss, a bottleneck with its queue, delay, blackouts.
///
///     offered ─▶ blackout, MTU ─▶ corruption, duplication, marks ─▶ loss ─▶ queue, rate ─▶ delay, jitter, order ─▶ released
///                                                                 └── or here: ──────▲
///
/// Both drivers use it, the simulation in virtual time. Datagrams leave in the order in which they came, unless
/// ``Jitter/reorders`` or ``Impairment/reordering`` says otherwise. The same seed and the same offers give the same releases, and each model draws from a stream of its own.
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
        /// What comes out is not what came in: it was marked or damaged.
        var isChanged: Bool
        var ecn: ECN
        var place: ImpairmentDice.Place
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
    /// What loses datagrams now: the impairment's own, or a trace's.
    var lossModel = LossModel.none
    var losesAfterQueue = false

    var pacer: RatePacer?
    var queueHead = -1
    var queueTail = -1
    /// Bytes that wait behind the packet in transmission, headers included.
    var waitingBytes = 0
    /// Packets that wait behind it.
    var waitingCount = 0
    var queue = RateLimit.defaultQueue
    /// Of a queue that is bounded in time: nanoseconds, or bytes where a trace sets the rate.
    var queueLimit: Int64 = 0
    var codel = CoDel(CoDel.Parameters())

    var cursor = TraceCursor(startingAt: .origin)
    var hasSteps = false
    var traceSetsRate = false
    var traceLength = Duration.zero

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
    /// for what is still in the queue, and no rate at all lets the queue go. A trace begins, and begins anew.
    public mutating func set(_ impairment: Impairment, at now: Instant) {
        settle(at: now)
        if impairment.loss != self.impairment.loss { dice.forgetBursts() }
        if impairment.jitter != self.impairment.jitter { dice.forgetJitter() }
        let followedOpportunities = traceSetsRate && !hasSteps
        self.impairment = impairment
        interferes = impairment != .none
        let aLifetime: Int64 = 1_000_000_000_000_000_000
        delay = min(max(0, impairment.delay.inNanoseconds), aLifetime)
        jitterAmount = min(max(0, impairment.jitter.amount.inNanoseconds), aLifetime)
        lossModel = impairment.loss
        beginTrace(at: now)
        setQueue(impairment.rate?.queue ?? impairment.trace?.queue ?? RateLimit.defaultQueue)
        let followsOpportunities = traceSetsRate && !hasSteps
        if !traceSetsRate || followsOpportunities {
            setLink(
                followsOpportunities ? impairment.trace?.trace?.meanRate : impairment.rate?.bitsPerSecond,
                bucket: impairment.rate?.bucket ?? 0, at: now)
        }
        if hasSteps { applyTrace(at: now) }
        losesAfterQueue = impairment.lossPlace == .afterQueue && pacer != nil
        if followedOpportunities || followsOpportunities { restartTransmission(at: now) }
    }

    private mutating func setQueue(_ queue: RateLimit.Queue) {
        if case .codel(let parameters) = queue, queue != self.queue { codel = CoDel(parameters) }
        self.queue = queue
        guard case .dropTail(let limit) = queue else { return }
        let meanRate = traceSetsRate ? impairment.trace?.trace?.meanRate : nil
        queueLimit = meanRate.map { Int64($0 / 8 * limit.inSeconds) } ?? limit.inNanoseconds
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
