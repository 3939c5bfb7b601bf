public import SignalingProtocol

/// What a session hears of its room.
public enum RoomEvent: Hashable, Sendable {
    case peerJoined(PeerDescription)
    case peerLeft(participant: String, reason: LeaveReason)
    case peerReconnecting(participant: String)
    case peerResumed(participant: String)
    /// - Parameter signal: As the sender wrote it; `to` is the receiver.
    case signal(from: String, SignalRequest)
    case signalExpired(to: String, connection: String, epoch: Int64, kind: SignalKind)
}
