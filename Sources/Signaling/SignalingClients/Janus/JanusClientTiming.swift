/// How long a ``JanusClient`` waits for what, and how much it takes.
public struct JanusClientTiming: Hashable, Sendable {
    /// For the answer to a request.
    public var reply: Duration = .seconds(10)
    /// The longest that the server hears nothing; Janus forgets a session after 60 s (`session_timeout`).
    public var keepalive: Duration = .seconds(25)
    /// How long a keepalive may stay unanswered before the client says that the connection is silent.
    public var silence: Duration = .seconds(10)

    /// Others whom it believes in, publishing or not.
    public var participants = 4096
    /// Requests that may wait for their answers; the oldest is given up for one more. Each feed may have two under way.
    public var requests = 16_384

    public init() {}
}
