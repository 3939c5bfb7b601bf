public import Operations

/// What became of what was to be written down.
public struct StoreCounts: Hashable, Sendable {
    /// Where it goes, such as `sqlite:calls.db`.
    public var place: String
    /// Entries that wait.
    public var waiting = 0
    public var written = 0
    /// Entries for which there was no room.
    public var dropped = 0
    /// Batches that could not be written; they are tried again.
    public var failures = 0
    /// Why the last batch could not be written; `nil` where it could.
    public var error: String?
    /// Writes by how long they took.
    public var writes = MetricHistogram.seconds

    public init(
        place: String, waiting: Int = 0, written: Int = 0, dropped: Int = 0, failures: Int = 0, error: String? = nil,
        writes: MetricHistogram = .seconds
    ) {
        self.place = place
        self.waiting = waiting
        self.written = written
        self.dropped = dropped
        self.failures = failures
        self.error = error
        self.writes = writes
    }
}
