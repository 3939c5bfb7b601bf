public import SignalingProtocol

/// What a ``RoomClient`` tells its bot.
public enum RoomClientEvent: Hashable, Sendable {
    /// The server said yes, for the first time or after ``sessionLost(code:)``. Offer to each of `peers`, then call ``RoomClient/ready(now:)``; nothing else arrives before that (or 5 s).
    case joined(selfID: String, peers: [RemoteParticipant])
    /// A newcomer, who will offer to this client.
    case peerJoined(RemoteParticipant)
    case peerLeft(id: String, reason: String)
    /// A peer whose service shows no names has said its own.
    case peerNamed(id: String, name: String)
    /// - Parameter body: An SDP, or candidate lines, or a reason, by kind.
    case signal(from: String, connection: String, epoch: Int, kind: SignalKind, body: String)
    /// What this client sent did not arrive: refused, or not fetched in time (`timeout`).
    case signalFailed(to: String, connection: String, epoch: Int, kind: SignalKind, code: ErrorCode)
    /// `hello`, `join`, `ready` or `leave` was refused, or not answered within ten seconds (`timeout`).
    case refused(code: ErrorCode, message: String)
    /// The session goes on, on another connection: ids, peers and media are as they were.
    ///
    /// - Parameter replayed: Events that were missed, and have been told before this one.
    case resumed(replayed: Int)
    /// The session is over, and its participant with it unless ``joined(selfID:peers:)`` names the same. The client says hello and
    /// joins anew by itself.
    ///
    /// - Parameter code: Why the server refused to resume; `nil` where there was nothing to resume.
    case sessionLost(code: ErrorCode?)
    /// The peer's connection to the server is gone; it may come back.
    case peerReconnecting(id: String)
    /// It came back.
    case peerResumed(id: String)
    /// A ping has stayed unanswered for ``RoomClientTiming/silence``. Said once until the server answers again.
    case silent
    /// In the lobby: ``joined(selfID:peers:)`` or ``denied(reason:)`` follows.
    case waiting(participant: String)
    /// A moderator did not let this client in.
    case denied(reason: String)
    /// Someone waits to be admitted; only moderators are told.
    case knocked(WaitingParticipant)
    /// Who waited does so no longer, and was not admitted.
    case knockEnded(participant: String, reason: String)
    /// A peer, or this client itself.
    case peerUpdated(ParticipantChange)
    /// Of a peer, or of this client.
    case roleChanged(id: String, role: String)
    /// ``RoomClient/settings`` and ``RoomClient/spotlight`` are new.
    case roomUpdated
    /// The room is over, or the partner of a match has gone: this client is in no room.
    case roomEnded(reason: String)
    /// A moderator has switched this client's source off.
    case muted(MediaSource, hard: Bool, by: String)
    case unmuteAsked(MediaSource, by: String)
    /// Each message exactly once and in the room's order, over resumes, and over rejoins that keep the participant.
    case chat(ChatMessage)
    case chatDeleted(message: Int64, by: String)
    case reaction(from: String, emoji: String, target: String?)
    /// Who has a hand raised, the first at the front.
    case hands([String])
    /// Who speaks; `nil` in silence.
    case activeSpeaker(id: String?)
    case connectionQuality(id: String, ConnectionQuality, score: Double)
    /// A peer wants this client's media, or no longer does.
    case subscribed(id: String, wanted: Bool)
    case key(from: String, KeyMessage)
    /// Answer with ``RoomClient/acceptMatch(now:)`` or ``RoomClient/skipMatch(now:)`` in time.
    case matchFound(MatchOffer)
    /// Both accepted: the client joins the room by itself.
    case matchAccepted(MatchMedia)
    case matchEnded(MatchEnd, queued: Bool)
    /// What this client asked for has been done: anything but `hello`, `join`, `ready`, `signal`, `leave`, pings and statistics.
    case done(Request)
    /// What this client said in the chat has been taken.
    case said(message: Int64, ChatRequest)
    case history(ChatHistory)
    /// What this client asked for was refused, or not answered within ten seconds (`timeout`).
    case failed(Request, code: ErrorCode)
    /// This client has left the room at its own wish; the connection is still open.
    case left
    /// The server is about to close.
    case goingAway(reason: String)
    /// The server broke the protocol, such as by a gap in `seq`. The client goes on if it can.
    case protocolBroken(String)
    /// The server ended one call, whose participant stays: ``SignalingClient/askForOffer(from:now:)``, or an offer to the server itself,
    /// makes another.
    case hungUp(id: String, reason: String)
    /// Something that the server tells about a call, for people.
    case notice(from: String?, String)
    /// - Parameter code: The WebSocket close code, or `nil` where the connection broke or was never made.
    case closed(code: UInt16?, reason: String)
}
