public import SignalingProtocol

/// What one client may ask of the server. Rates and sockets are lifted for loopback where the configuration trusts it.
public struct ServerLimits: Hashable, Sendable {
    public var frame = FrameLimits()
    /// Messages other than signals, per connection.
    public var messages = RateLimit(perSecond: 50, burst: 200)
    public var signals = RateLimit(perSecond: 200, burst: 400)
    /// Messages over their rate before the connection closes with ``CloseCode/rateLimited``.
    public var abuse = RateLimit(perSecond: 10, burst: 100)
    /// Pings, pongs and closes of a WebSocket, and the parts of its messages.
    public var controls = RateLimit(perSecond: 100, burst: 400)
    /// Joins per address and identity.
    public var joins = RateLimit(perSecond: 10.0 / 60, burst: 10)
    public var socketsPerAddress = 20
    /// TCP connections in all.
    public var sockets = 16_384
    /// TCP connections whose first request is not whole; with more, the oldest make room.
    public var openRequests = 1024
    /// Bytes that may wait to be sent on one connection.
    public var outboundQueue = 1 << 20
    /// Events that a session keeps until its client acknowledges them, to tell them again after a resume.
    public var replayEvents = 512
    /// Bytes of their text.
    public var replayBytes = 1 << 20
    /// Sessions that ended lately and are told from those that never were.
    public var rememberedSessions = 1024
    /// Wishes to resume that one connection may have refused before it closes with ``CloseCode/protocolError``.
    public var refusedResumes = 4
    /// Answers of the STUN server, to all clients together.
    public var stun = RateLimit(perSecond: 5000, burst: 5000)
    /// Requests to the HTTP API, per address.
    public var api = RateLimit(perSecond: 10, burst: 50)
    /// Bytes of an HTTP request's head.
    public var requestHead = 16 * 1024

    public init() {}
}
