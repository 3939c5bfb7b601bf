/// How long a ``RoomClient`` waits for what.
public struct RoomClientTiming: Hashable, Sendable {
    /// For the reply to a request; the server promises one within this time.
    public var reply: Duration = .seconds(10)
    /// How long a ping may stay unanswered before the client says that the connection is silent.
    public var silence: Duration = .seconds(10)
    /// A server that asks for pings more often gets them this often.
    public var shortestPing: Duration = .seconds(1)
    /// How long events wait for their acknowledgement.
    public var acknowledgement: Duration = .seconds(2)
    /// Events after which an acknowledgement leaves at once.
    public var acknowledgeEvery: Int64 = 32
    /// Requests that may wait for a lost connection to come back; signals beyond are dropped and counted.
    public var waitingRequests = 256
    /// Participants that are kept; who joins beyond is told as a broken protocol, since no room is as large.
    public var participants = 4096
    /// URLs of STUN and TURN servers that it takes; those beyond are told likewise.
    public var iceServers = 16
    /// Events of the room that may come before the answer to `join`; those beyond are dropped, and told likewise.
    public var earlyEvents = 1024

    public init() {}
}
