/// What a participant may do in its room.
public enum Permission: String, Hashable, Sendable, CaseIterable {
    /// Send microphone, camera or screen.
    case publish
    case subscribe
    /// Exchange offers, answers and candidates with others.
    case signal
    case chat
    case react
    /// Raise one's own hand.
    case hand
    case data
    /// Let people in from the lobby, or turn them away.
    case admit
    /// Mute others, ask them to unmute, lower their hands.
    case mute
    case kick
    case lock
    /// Delete what others wrote.
    case deleteChat = "chat_delete"
    case spotlight
    /// Give others a role.
    case role
    case end
}
