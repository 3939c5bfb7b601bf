public import NetworkImpairment

/// What an entry of the timeline does to a bot.
public enum Verb: Sendable, Hashable {
    /// From now on the bot has this network.
    case network(NetworkProfile)
    /// Datagrams and signaling are cut for this long.
    case blackout(Duration)
    /// The bot leaves for good.
    case leave
}
