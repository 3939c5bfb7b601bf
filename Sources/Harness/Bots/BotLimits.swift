/// What others may cost a bot: a server or a far side that does its worst is refused from here on, and the bot goes on.
public struct BotLimits: Sendable {
    /// Connections at a time; a room of the reference server takes fifty participants.
    public var connections = 256
    /// Connections in a whole life: everyone who comes again makes a new one, and each stays in the record.
    public var connectionsMade = 4096
    /// Entries of the event log; each says something that a report may show.
    public var events = 100_000

    public init() {}
}
