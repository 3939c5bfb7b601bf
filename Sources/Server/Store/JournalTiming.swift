/// How long the journal waits.
public struct JournalTiming: Hashable, Sendable {
    /// From a batch's first entry to its writing: what a killed process loses at most, with the time of one write.
    public var batch: Duration = .milliseconds(50)
    /// After a write that failed.
    public var retry: Duration = .seconds(1)

    public init() {}
}
