/// How long the server waits for a client.
public struct ServerTiming: Hashable, Sendable {
    /// For `hello`, once the connection is open.
    public var hello: Duration = .seconds(5)
    /// How often a client is told to send something.
    public var ping: Duration = .seconds(10)
    /// Silence after which the connection closes.
    public var idle: Duration = .seconds(15)
    /// For an HTTP request's whole head.
    public var requestHead: Duration = .seconds(10)
    /// For clients to go when the server stops.
    public var drain: Duration = .seconds(2)

    public init() {}
}
