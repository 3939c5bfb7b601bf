/// Where a ``RoomClient`` is in its life.
public enum RoomClientState: Hashable, Sendable {
    /// The connection is not open yet.
    case connecting
    /// `hello` is on its way, for a new session or for the one that was lost.
    case greeting
    /// `join` is on its way.
    case joining
    /// In the lobby, until a moderator decides.
    case waiting
    /// In the room, but the server holds events back until ``RoomClient/ready(now:)``.
    case joined
    /// In the room and hearing of it.
    case ready
    /// `leave` is on its way.
    case leaving
    /// Connected and in no room: refused, or left.
    case outside
    /// The connection is gone; the session, the participant and what was asked are kept for ``RoomClient/opened(now:)``.
    case lost
    case closed
}
