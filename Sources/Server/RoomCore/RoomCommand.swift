public import SignalingProtocol

/// What a session asks of the rooms, whatever the protocol in which its client said so.
public enum RoomCommand: Hashable, Sendable {
    case join(JoinRequest)
    case ready
    case signal(SignalRequest)
    /// Out of the room, or of the lobby.
    case leave
    case update(ParticipantUpdate)
    case admit(participant: String)
    case deny(participant: String, reason: String)
    case mute(MuteRequest)
    case askUnmute(participant: String, MediaSource)
    case kick(KickRequest)
    case setRole(participant: String, Role)
    case lock(Bool)
    case end(reason: String)
    case spotlight(participant: String?)
    case chat(ChatRequest)
    case chatHistory(ChatHistoryRequest)
    case deleteChat(message: Int64)
    case react(emoji: String, target: String?)
    case raiseHand
    case lowerHand(participant: String?)
    case subscribe(Subscription)
    case stats(StatsReport)
    case key(KeyMessage)
    case enqueue(MatchWish)
    case acceptMatch
    case skipMatch
    case cancelMatch
}
