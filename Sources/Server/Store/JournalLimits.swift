/// How much the journal holds.
public struct JournalLimits: Hashable, Sendable {
    /// Entries in a batch; with as many it is written at once.
    public var batch = 1000
    /// Entries that wait. More are dropped and counted: the calls go on, their record has a hole.
    public var waiting = 100_000

    public init() {}
}
