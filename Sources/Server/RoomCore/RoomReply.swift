public import SignalingProtocol

/// The one answer to a ``RoomCommand``.
public enum RoomReply: Hashable, Sendable {
    case joined(RoomSnapshot)
    case done
    case refused(RequestError)
}
