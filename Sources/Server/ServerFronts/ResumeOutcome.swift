/// How a wish to resume a session ended.
public enum ResumeOutcome: String, Hashable, Sendable, CaseIterable {
    case resumed
    /// No such session, or a secret or identity that is not its own.
    case unknown
    /// Its grace was over.
    case expired
    /// More was missed than the server keeps.
    case gap
}
