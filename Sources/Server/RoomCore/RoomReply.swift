public import SignalingProtocol

/// The one answer to a ``RoomCommand``.
public enum RoomReply: Hashable, Sendable {
    case joined(RoomSnapshot)
    /// In the lobby: ``RoomEvent/lobbyAdmitted(_:)`` or ``RoomEvent/lobbyDenied(reason:)`` follows.
    case waiting(participant: String)
    /// - Parameter milliseconds: Since 1970.
    case said(message: Int64, milliseconds: Int64)
    case history(ChatHistory)
    case done
    case refused(RequestError)
}
