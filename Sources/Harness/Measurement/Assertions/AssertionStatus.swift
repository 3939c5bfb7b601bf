/// What became of an assertion.
public enum AssertionStatus: String, Sendable, Hashable, CaseIterable {
    case pass
    case fail
    /// There was nothing to compare: the run did not measure the metric, or the window held no sample. Never a pass.
    case error
}
