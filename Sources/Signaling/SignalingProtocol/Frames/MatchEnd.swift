/// Why a match came to nothing.
public enum MatchEnd: String, Hashable, Sendable, CaseIterable {
    /// This side wanted someone else.
    case skipped
    /// This side did not answer in time.
    case timeout
    /// The other side skipped, left or did not answer in time.
    case partnerGone = "partner_gone"
    /// This side's connection was lost in between.
    case disconnected
}
