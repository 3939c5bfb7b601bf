public import SignalingProtocol

/// Which names a dialect of Socket.IO has for what happens in a room.
///
/// Clients say a room as `room`, `roomId` or `room_id`, and whom they mean as `to`, `target`, `dest` or `userId`; in a room of two they
/// need not say whom. Whatever else the native protocol can ask for, moderation and matchmaking among it, is asked for under its native
/// name and with its native fields, and is told so too; ids are those of this front in both.
public struct SocketIOPreset: Hashable, Sendable {
    /// What a client's event does.
    public enum Action: Hashable, Sendable {
        /// `(room, id?, name?)` or `({room, id?, name?, status?})`; answered with the room.
        case join
        case leave
        /// `({to, sdp})`, `({to, candidate})` or `({to})`.
        case signal(SignalKind)
        /// Answered with who is here.
        case roster
        /// `({…})`: attributes that the others are shown beside the name, also those that come later.
        case status
        /// `({audio?, video?, screen?})`: which sources send.
        case media
        /// `(text)` or `({text, to?})`, for everybody, in one order for all.
        case chat
        /// `(emoji)` or `({emoji, target?})`
        case react
        /// `(isRaised)` or `({raised})`
        case hand
        /// For everybody else of this front, or for the one named by `to`, under this name.
        case relay(String)
    }

    /// What the server says.
    public struct Names: Hashable, Sendable {
        /// To the newcomer: `({id, participant, room, users, iceServers})`.
        public var joined = "room-joined"
        /// To the others: `(id, {id, name, participant, status?})`.
        public var peerJoined = "user-connected"
        public var peerLeft = "user-disconnected"
        public var peerReconnecting = "user-reconnecting"
        public var peerResumed = "user-reconnected"
        /// `({id, status})`.
        public var status = "user-status"
        /// `({id, audio, video, screen})`.
        public var media = "user-toggled-media"
        /// `({from, id, name, text, ts, to?})`.
        public var chat = "chat-message"
        /// `({from, emoji, target?})`.
        public var reaction = "reaction"
        /// `({ids})`, the first to raise its hand first.
        public var hands = "hands"
        /// `({from, sdp})`.
        public var offer = "offer"
        public var answer = "answer"
        /// `({from, candidate})`.
        public var candidate = "ice-candidate"
        public var bye = "hang-up"
        /// `({to, kind})`: what this client sent was not delivered in time.
        public var expired = "signal-expired"
        /// `({event, code, message})`, where the client did not ask for an answer.
        public var failed = "room-error"
        /// Whether what is said of a participant begins with its id.
        public var beginsWithID = true

        public init() {}
    }

    public var name: String
    public var actions: [String: Action]
    public var says: Names

    public init(name: String, actions: [String: Action], says: Names = Names()) {
        self.name = name
        self.actions = actions
        self.says = says
    }

    /// Mesh calls as most pages on Socket.IO make them.
    public static let livemeet = SocketIOPreset(
        name: "livemeet",
        actions: [
            "join-room": .join, "leave-room": .leave, "offer": .signal(.offer), "answer": .signal(.answer),
            "ice-candidate": .signal(.candidates), "hang-up": .signal(.bye), "get-users": .roster, "user-status": .status,
            "toggle-media": .media, "message": .relay("message"), "chat-message": .chat, "reaction": .react, "raise-hand": .hand,
        ])

    /// The channel beside a call whose media goes another way, such as PeerJS: who is here, how they are, and what they say.
    public static let coordination = SocketIOPreset(
        name: "coordination",
        actions: [
            "join": .join, "leave": .leave, "presence": .roster, "status": .status, "renegotiate": .relay("renegotiate"),
            "message": .relay("message"), "media": .media, "chat": .chat, "reaction": .react, "hand": .hand,
        ],
        says: {
            var says = Names()
            says.joined = "joined"
            says.peerJoined = "presence"
            says.peerLeft = "presence"
            says.peerReconnecting = "presence"
            says.peerResumed = "presence"
            says.status = "status"
            says.media = "media"
            says.chat = "chat"
            says.failed = "error-message"
            says.beginsWithID = false
            return says
        }())
}
