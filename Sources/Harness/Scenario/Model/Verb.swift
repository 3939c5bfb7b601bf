public import NetworkImpairment

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
    /// New ICE credentials and checks on every connection, while the old paths stay in use (RFC 8445 §9).
    case iceRestart
}
