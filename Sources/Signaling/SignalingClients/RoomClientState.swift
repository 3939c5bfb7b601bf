/// Where a ``RoomClient`` is in its life.
public enum RoomClientState: Hashable, Sendable {
    /// The connection is not open yet.
    case connecting
    /// `hello` is on its way.
    case greeting
    /// `join` is on its way.
    case joining
    /// In the room, but the server holds events back until ``RoomClient/ready(now:)``.
    case joined
    /// In the room and hearing of it.
    case ready
    /// `leave` is on its way.
    case leaving
    /// Connected and in no room: refused, or left.
    case outside
    case closed
}
