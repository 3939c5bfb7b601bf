/// Whether a source sends, as its participant says and a moderator allows.
public enum MediaState: String, Hashable, Sendable, CaseIterable {
    case off
    case on
    /// Muted by a moderator: its participant cannot switch it on until a moderator asks it to.
    case locked
}
