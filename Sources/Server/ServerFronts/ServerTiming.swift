/// How long the server waits for a client.
public struct ServerTiming: Hashable, Sendable {
    /// For `hello`, once the connection is open.
    public var hello: Duration = .seconds(5)
    /// How often a client is told to send something.
    public var ping: Duration = .seconds(10)
    /// Silence after which the connection closes.
    public var idle: Duration = .seconds(15)
    /// How long media survives without consent (RFC 7675 §5.1), for what a resumed session is told of its media.
    public var consent: Duration = .seconds(30)
    /// How long clients are told to wait before they come back when the server stops; `nil` leaves it to them.
    public var comeBackAfter: Duration?
    /// For an HTTP request's whole head.
    public var requestHead: Duration = .seconds(10)
    /// For clients to go when the server stops.
    public var drain: Duration = .seconds(2)
    /// The server wakes for deadlines only at multiples of this, so that many sessions share a wake-up; above zero.
    public var timerGranularity: Duration = .milliseconds(5)

    public init() {}
}
