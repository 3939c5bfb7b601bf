public import SignalingProtocol

/// What the rooms have to say to a session.
public enum RoomOutput: Hashable, Sendable {
    case reply(SessionKey, id: Int64, RoomReply)
    /// - Parameter seq: Counts from 1 without gaps in a session.
    /// - Parameter rev: The room's revision after what happened; `nil` for relay and for what is no change of the room.
    case event(SessionKey, seq: Int64, rev: Int64?, RoomEvent)
    /// Worth nothing later: it is not told again after a resume.
    case volatile(SessionKey, RoomEvent)
    /// The session is over; close its connection.
    case end(SessionKey, CloseCode, reason: String)
    /// The session is over, and had no connection any more.
    case over(SessionKey)
}
