public import RTCCore

/// Decides when what was written down goes to the store: told the time, it hands out batches, one at a time.
///
///             add                  50 ms, or 1000 entries            finished
///   empty ─────────────▶ waiting ─────────────────────────▶ writing ──────────▶ empty, or waiting
///                           ▲                                  │ failed
///                           └──────────────────────────────────┘ again after a second
///
/// Entries keep their order, also through a write that failed.
public struct Journal {
    public let timing: JournalTiming
    public let limits: JournalLimits
    /// Entries that were written.
    public private(set) var written = 0
    /// Entries that found no room.
    public private(set) var dropped = 0
    /// Batches that could not be written.
    public private(set) var failures = 0
    /// Whether the last batch could not be written.
    public private(set) var isFailing = false

    private var entries: [StoreWrite] = []
    /// How many at the front are being written.
    private var underWay = 0
    private var dueAt: Instant?

    public init(timing: JournalTiming = JournalTiming(), limits: JournalLimits = JournalLimits()) {
        self.timing = timing
        self.limits = limits
    }

    /// Entries that are not written yet.
    public var waiting: Int { entries.count }

    /// When ``nextBatch(now:)`` next has one; `nil` while one is being written, and where nothing waits.
    public var deadline: Instant? { underWay == 0 ? dueAt : nil }

    public mutating func add(_ entry: StoreWrite, now: Instant) {
        guard entries.count < limits.waiting else {
            dropped += 1
            return
        }
        entries.append(entry)
        if !isFailing, entries.count - underWay >= limits.batch {
            dueAt = now
        } else if dueAt == nil {
            dueAt = now + timing.batch
        }
    }

    /// What is to be written now; ``finished(now:)`` or ``failed(now:)`` must follow.
    ///
    /// - Parameter isLast: Whatever waits is due.
    public mutating func nextBatch(now: Instant, isLast: Bool = false) -> [StoreWrite]? {
        guard underWay == 0, !entries.isEmpty, isLast || dueAt.map({ $0 <= now }) ?? false else { return nil }
        underWay = min(entries.count, limits.batch)
        dueAt = nil
        return Array(entries[..<underWay])
    }

    public mutating func finished(now: Instant) {
        precondition(underWay > 0, "No batch was being written.")
        written += underWay
        isFailing = false
        entries.removeFirst(underWay)
        underWay = 0
        if entries.count >= limits.batch { dueAt = now }
    }

    public mutating func failed(now: Instant) {
        precondition(underWay > 0, "No batch was being written.")
        failures += 1
        isFailing = true
        underWay = 0
        dueAt = now + timing.retry
    }
}
