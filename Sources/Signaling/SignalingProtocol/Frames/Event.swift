/// What the server tells without being asked.
public enum Event: Hashable, Sendable {
    case peerJoined(PeerDescription)
    /// - Parameter reason: `leave`, `disconnected`, `replaced`, `kicked`, `banned` or `ended`.
    case peerLeft(participant: String, reason: String)
    /// The participant's connection is gone; it may come back.
    case peerReconnecting(participant: String)
    /// It came back before its grace was over.
    case peerResumed(participant: String)
    case peerUpdated(ParticipantChange)
    /// - Parameter permissions: Told only to whose role it is.
    case roleChanged(participant: String, role: String, permissions: [String]?)
    /// What is true of the room now.
    case roomUpdated(RoomSettings, spotlight: String?)
    case roomEnded(reason: String)
    /// Someone waits to be admitted.
    case lobbyRequest(WaitingParticipant)
    /// - Parameter reason: `denied`, `leave`, `disconnected` or `replaced`; who was admitted is told of by `peer_joined`.
    case lobbyLeft(participant: String, reason: String)
    /// The receiver is in the room; from here on it is as after a join.
    case lobbyAdmitted(RoomSnapshot)
    case lobbyDenied(reason: String)
    /// The receiver's source was switched off by a moderator.
    case muted(MediaSource, hard: Bool, by: String)
    /// The receiver is asked to switch a source on, and may.
    case unmuteAsked(MediaSource, by: String)
    case chat(ChatMessage)
    case chatDeleted(message: Int64, by: String)
    /// Volatile: not told again after a resume.
    case reaction(from: String, emoji: String, target: String?)
    /// Who has a hand raised, the first to raise it at the front.
    case hands([String])
    case activeSpeaker(participant: String?)
    /// - Parameter score: From 1 to 4.5 (``ConnectionQuality/meanOpinionScore(roundTrip:jitter:loss:)``).
    case connectionQuality(participant: String, String, score: Double)
    /// Someone wants the receiver's media, or no longer does.
    case subscribed(participant: String, wanted: Bool)
    case matchFound(MatchOffer)
    /// Both accepted: the room is theirs to join.
    case matchAccepted(room: String, MatchMedia)
    /// - Parameter queued: Whether the receiver is in the queue again.
    case matchEnded(MatchEnd, queued: Bool)
    case key(from: String, KeyMessage)
    /// - Parameter body: A JSON object.
    case signal(from: String, connection: String, epoch: Int64, kind: SignalKind, body: JSON)
    /// What this client sent was not delivered in time.
    case signalExpired(to: String, connection: String, epoch: Int64, kind: SignalKind)
    /// This session goes on: what was missed has been told.
    ///
    /// - Parameter rev: The room's newest revision; `nil` outside a room.
    case resumed(rev: Int64?, media: MediaHint)
    /// The server is about to close; connect again, to `url` if it names one, not before `retryMilliseconds` have passed.
    case goAway(reason: String, url: String?, retryMilliseconds: Int64? = nil)
    /// An event of a later version.
    case unknown(type: String)

    /// The name in the frame's `t`.
    public var type: String {
        switch self {
        case .peerJoined: "peer_joined"
        case .peerLeft: "peer_left"
        case .peerReconnecting: "peer_reconnecting"
        case .peerResumed: "peer_resumed"
        case .peerUpdated: "peer_updated"
        case .roleChanged: "role_changed"
        case .roomUpdated: "room_updated"
        case .roomEnded: "room_ended"
        case .lobbyRequest: "lobby.request"
        case .lobbyLeft: "lobby.left"
        case .lobbyAdmitted: "lobby.admitted"
        case .lobbyDenied: "lobby.denied"
        case .muted: "mod.muted"
        case .unmuteAsked: "mod.unmute_asked"
        case .chat: "chat"
        case .chatDeleted: "chat_deleted"
        case .reaction: "reaction"
        case .hands: "hands"
        case .activeSpeaker: "active_speaker"
        case .connectionQuality: "connection_quality"
        case .subscribed: "subscribed"
        case .matchFound: "match.found"
        case .matchAccepted: "match.accepted"
        case .matchEnded: "match.ended"
        case .key(_, let key): key.body == nil ? "e2ee.ratchet" : "e2ee.key"
        case .resumed: "resumed"
        case .signal: "signal"
        case .signalExpired: "signal_expired"
        case .goAway: "goaway"
        case .unknown(let type): type
        }
    }

    func writeDetail(to writer: inout JSONWriter) {
        guard case .signal(let from, let connection, let epoch, let kind, let body) = self else {
            writer.write(.object(detail))
            return
        }
        writer.raw("{\"body\":" as StaticString)
        writer.write(body)
        writer.raw(",\"epoch\":" as StaticString)
        writer.integer(epoch)
        writer.raw(",\"from\":" as StaticString)
        writer.string(from)
        writer.raw(",\"kind\":" as StaticString)
        writer.string(kind.rawValue)
        writer.raw(",\"pc\":" as StaticString)
        writer.string(connection)
        writer.raw("}" as StaticString)
    }
}
