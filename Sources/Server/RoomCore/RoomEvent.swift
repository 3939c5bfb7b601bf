public import SignalingProtocol

/// What a session hears of its room.
public enum RoomEvent: Hashable, Sendable {
    case peerJoined(PeerDescription)
    case peerLeft(participant: String, reason: LeaveReason)
    case peerReconnecting(participant: String)
    case peerResumed(participant: String)
    case peerUpdated(ParticipantChange)
    /// - Parameter permissions: Told only to whose role it is.
    case roleChanged(participant: String, Role, permissions: [Permission]?)
    case roomUpdated(RoomSettings, spotlight: String?)
    /// The receiver is in no room any more.
    case roomEnded(reason: String)
    case lobbyRequest(WaitingParticipant)
    case lobbyLeft(participant: String, reason: LeaveReason)
    /// As the reply to a join.
    case lobbyAdmitted(RoomSnapshot)
    case lobbyDenied(reason: String)
    case muted(MediaSource, hard: Bool, by: String)
    case unmuteAsked(MediaSource, by: String)
    case chat(ChatMessage)
    case chatDeleted(message: Int64, by: String)
    case reaction(from: String, emoji: String, target: String?)
    case hands([String])
    case activeSpeaker(participant: String?)
    case connectionQuality(participant: String, ConnectionQuality, score: Double)
    case subscribed(participant: String, wanted: Bool)
    case key(from: String, KeyMessage)
    case matchFound(MatchOffer)
    case matchAccepted(room: String, MatchMedia)
    case matchEnded(MatchEnd, queued: Bool)
    /// - Parameter signal: As the sender wrote it; `to` is the receiver.
    case signal(from: String, SignalRequest)
    case signalExpired(to: String, connection: String, epoch: Int64, kind: SignalKind)
}
