public import Store

/// How long records wait, and how long they are kept.
public struct StoreTiming: Hashable, Sendable {
    public var journal = JournalTiming()
    public var limits = JournalLimits()
    /// How old a killed server's last sign of life may be, where nothing else happened.
    public var heartbeat: Duration = .seconds(1)
    /// After which rows that are over are taken out; `nil` keeps them.
    public var retention: Duration? = .seconds(30 * 86_400)
    /// How often those are looked for.
    public var sweep: Duration = .seconds(3600)

    public init() {}
}
