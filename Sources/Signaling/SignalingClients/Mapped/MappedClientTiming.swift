/// How long a ``MappedClient`` waits, and how much it takes.
public struct MappedClientTiming: Hashable, Sendable {
    /// For the answer to its join, and for the message that tells it its id.
    public var reply: Duration = .seconds(10)
    /// Messages about the room that may come before the answer to the join.
    public var earlyMessages = 256
    /// URLs of STUN and TURN servers that it takes from the service.
    public var iceServers = 16
    /// People whom it believes in.
    public var participants = 512

    public init() {}
}
