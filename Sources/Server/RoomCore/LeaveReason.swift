/// Why a participant left its room, or its lobby.
public enum LeaveReason: String, Hashable, Sendable, CaseIterable {
    case leave
    case disconnected
    case replaced
    case kicked
    case banned
    /// The room is over.
    case ended
    /// A moderator did not let it in.
    case denied
    /// The token of its session has expired, or was revoked.
    case expired
}
