/// How long a ``PeerJSClient`` waits for what; the library's own figures where it has them.
public struct PeerJSClientTiming: Hashable, Sendable {
    /// For `OPEN`.
    public var reply: Duration = .seconds(10)
    /// Between two `HEARTBEAT`s (`pingInterval` of the library 1.5).
    public var heartbeat: Duration = .seconds(5)
    /// After an `EXPIRE`, before somebody who was not there is called again.
    public var callAgain: Duration = .seconds(1)
    /// Calls of somebody who is not there.
    public var attempts = 5
    /// Others whom it talks to.
    public var participants = 512

    public init() {}
}
