public import SignalingProtocol

/// What a session asks of the rooms.
public enum RoomCommand: Hashable, Sendable {
    case join(JoinRequest)
    case ready
    case signal(SignalRequest)
    case leave
}
