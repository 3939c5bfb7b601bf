/// How much an Engine.IO server takes, and keeps.
public struct EngineIOLimits: Hashable, Sendable {
    /// Bytes of an HTTP body or a WebSocket message: `maxPayload`.
    public var payload = 1_000_000
    /// Packets in an HTTP body.
    public var packetsPerPayload = 1000
    /// Bytes that wait for a client that does not poll, before its session closes.
    public var waiting = 1 << 20
    /// Sessions at one time.
    public var sessions = 20_000

    public init() {}
}
