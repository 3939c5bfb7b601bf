/// What the PeerJS front has done since it began.
public struct PeerJSCounts: Hashable, Sendable {
    public var connections = 0
    /// Sockets that took over from an older one of the same peer.
    public var reconnects = 0
    public var idsTaken = 0
    public var refused = 0
    public var messagesReceived = 0
    public var messagesSent = 0
    /// Messages of a type that the protocol does not have.
    public var unknown = 0
    public var malformed = 0
    /// Messages that no peer came for.
    public var expired = 0
    /// What cannot be said in the other dialect, such as a second offer on one connection.
    public var untranslated = 0
    public var rateLimited = 0
    public var refusedTokens = 0

    public init() {}
}
