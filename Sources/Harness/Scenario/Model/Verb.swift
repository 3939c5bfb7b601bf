public import NetworkImpairment
public import SignalingProtocol

/// What an entry of the timeline does to a bot.
public enum Verb: Sendable, Hashable {
    /// From now on the bot has this network.
    case network(NetworkProfile)
    /// What is under way vanishes in silence for a time: nobody is told.
    case blackout(Blackout)
    /// The bot has another address from now on, as after a change from Wi-Fi to a mobile network, and knows it.
    case addressChange
    /// Connections break at once, and cannot be made again for a time.
    case kill(Kill)
    /// The bot leaves; for good where no ``rejoin`` follows.
    case leave
    /// The bot comes back into the room it left.
    case rejoin
    /// Whether sound is sent from now on.
    case mic(Bool)
    /// Whether pictures are sent from now on.
    case camera(Bool)
    /// Another file is played on a track that exists: `replaceTrack` of W3C webrtc-pc §5.2.
    case switchDevice(Publication)
    /// The bot shows this file as its screen, on a track of its own; `nil` takes it away.
    case screen(String?)
    /// New ICE credentials and checks on every connection, while the old paths stay in use (RFC 8445 §9).
    case iceRestart
    /// The bot writes into the room's chat.
    ///
    /// - Parameter to: The bot for whom alone it is; `nil` for all.
    case chat(String, to: String?)
    /// The bot shows a reaction to the room.
    case react(String)
    /// The bot raises its hand, or lowers it.
    case hand(Bool)
    /// A moderator lets in who waits in the lobby; `nil` for all of them.
    case admit(String?)
    /// A moderator sends away who waits in the lobby.
    case deny(String)
    /// A moderator puts somebody out.
    case kick(String)
    /// A moderator switches a source of somebody off.
    case mute(Mute)
    /// A moderator lets nobody in any more, or again.
    case lock(Bool)
    /// A host changes what somebody may do.
    case role(String, Role)
    /// Whose media the bot wants from now on.
    case subscribe(Wish)
    /// The bot accepts who was found for it.
    case acceptMatch
    /// The bot wants somebody else than who was found, or than who is in the room with it.
    case skipMatch
    /// The bot is out of the room or the queue and in the queue again.
    ///
    /// - Parameter wish: With whom it is to be matched from now on; `nil` for what it wished before.
    case enqueue(MatchWish?)

    public struct Mute: Sendable, Hashable {
        public var bot: String
        public var source: MediaSource
        /// Whether it may not be switched on again.
        public var isHard: Bool

        public init(bot: String, source: MediaSource, isHard: Bool) {
            self.bot = bot
            self.source = source
            self.isHard = isHard
        }
    }

    public enum Wish: Sendable, Hashable {
        case all
        case bots([String])
        /// So many, those who spoke last.
        case speakers(Int)
    }
}
