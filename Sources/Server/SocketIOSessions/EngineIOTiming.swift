/// When an Engine.IO server does what; the defaults are the protocol's.
public struct EngineIOTiming: Hashable, Sendable {
    /// From the handshake, or from a pong, to the next ping.
    public var pingInterval: Duration = .seconds(25)
    /// For the pong.
    public var pingTimeout: Duration = .seconds(20)
    /// For a WebSocket to take over from polling.
    public var upgrade: Duration = .seconds(10)
    /// How often a poll is released while a WebSocket is about to take over.
    public var release: Duration = .milliseconds(100)
    /// How long a session that polls is kept for telling its client that it is closed.
    public var farewell: Duration = .seconds(30)

    public init() {}
}
