/// What the Socket.IO front has done since it began.
public struct SocketIOCounts: Hashable, Sendable {
    /// WebSockets opened.
    public var connections = 0
    public var messagesReceived = 0
    public var bytesReceived = 0
    /// Events sent.
    public var sent = 0
    /// Events of clients that no preset knows.
    public var unknownEvents = 0
    /// Sockets that came back as themselves.
    public var recovered = 0
    public var refusedTokens = 0
    /// Events over their rate.
    public var rateLimited = 0
    /// Signals that could not be read in the other dialect.
    public var untranslated = 0

    public init() {}

    mutating func received(_ bytes: Int) {
        messagesReceived += 1
        bytesReceived += bytes
    }
}
