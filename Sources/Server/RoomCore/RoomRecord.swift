public import AccessCore
public import SignalingProtocol

/// What happened in the rooms that is worth writing down. Names, texts and identities of anonymous rooms are not in it.
public enum RoomRecord: Hashable, Sendable {
    /// - Parameter continues: The session that this one goes on from, so that it is no other visit.
    case sessionOpened(session: String, front: String, continues: String?)
    case sessionResumed(session: String, resumes: Int)
    case sessionClosed(session: String, reason: String)
    /// - Parameter room: Counts the rooms of this core; a name may come again under another number.
    case roomOpened(room: Int, name: String?, RoomMode, RoomSettings)
    case roomChanged(room: Int, RoomSettings)
    case roomClosed(room: Int, reason: String, mostParticipants: Int)
    /// - Parameters:
    ///   - identity: Who this is, where that is known and the room is not anonymous; the same goes for the name.
    case joined(participant: String, room: Int, session: String, identity: String?, name: String?, Role)
    /// A session goes on with the participant of another.
    case tookOver(participant: String, session: String)
    /// A newcomer hears the room from now on.
    ///
    /// - Parameter after: Since it came in, from outside or from the lobby.
    case heard(participant: String, after: Duration)
    case left(participant: String, reason: String)
    case changedName(participant: String, name: String)
    case changedRole(participant: String, Role)
    case chat(room: Int, ChatMessage)
    case chatDeleted(room: Int, message: Int64)
    /// - Parameters:
    ///   - room: Its name: a ban outlives the room.
    ///   - until: Milliseconds since 1970.
    ///   - by: The participant that did it; `nil` for who runs the server.
    case banned(room: String, identity: String?, address: String?, until: Int64, reason: String, by: String?)
    /// Whoever runs the server lets a token, by its `jti`, or an identity in no more.
    case revoked(token: String?, identity: String?)
    /// A one-time token has let somebody in.
    case spent(SpentToken)
    case stats(participant: String, StatsReport)
    /// Two were matched.
    ///
    /// - Parameter waits: How long each had waited, the times of earlier partners included.
    case matched(MatchMedia, waits: [Duration])
    /// Anything else that people may ask about later.
    case event(room: Int?, type: String, actor: String?, JSONObject)
}
