public import AccessCore
public import Operations
public import RoomCore
public import SignalingProtocol

/// What a server has done since it began, and what it holds now.
public struct ServerMetrics: Hashable, Sendable {
    /// WebSockets opened since the start.
    public var connectionsOpened = 0
    /// WebSockets open now.
    public var connections = 0
    /// TCP connections open now.
    public var sockets = 0
    /// TCP connections that were closed at once because their address had too many.
    public var socketsRefused = 0
    /// TCP connections that made room for others while their request was not whole.
    public var requestsEvicted = 0
    /// TLS handshakes, and connections later, that went wrong.
    public var tlsFailures = 0
    /// Sessions, greeted and not yet gone, those without a connection included.
    public var sessions = 0
    /// Sessions that wait for their client to come back.
    public var sessionsInGrace = 0
    public var rooms = 0
    public var participants = 0
    /// People in lobbies.
    public var waiting = 0
    /// Sessions in the queue for a match.
    public var queued = 0
    public var messagesReceived = 0
    public var messagesSent = 0
    /// Bytes of text received.
    public var bytesReceived = 0
    /// Bytes of text sent.
    public var bytesSent = 0
    /// Requests refused, by code.
    public var errors: [ErrorCode: Int] = [:]
    /// Tokens that let nobody in, by reason.
    public var refusedTokens: [TokenRefusal.Reason: Int] = [:]
    /// Connections that the server closed, by code.
    public var closes: [CloseCode: Int] = [:]
    /// Wishes to resume a session, by how they ended.
    public var resumes: [ResumeOutcome: Int] = [:]
    /// Events that were told again, or late, because of a resume.
    public var replayedEvents = 0
    public var room = RoomStatistics()
    /// Engine.IO sessions open now.
    public var socketIOSessions = 0
    public var socketIO = SocketIOCounts()
    /// Peers of PeerJS, those that are waited for included.
    public var peerJSPeers = 0
    public var peerJS = PeerJSCounts()

    /// What clients tell of their calls.
    public var call = CallCounts()
    /// Alerts that fire now.
    public var alertsFiring: [String] = []
    public var webhooksDelivered = 0
    public var webhooksGivenUp = 0
    /// How long the server itself takes for requests and signals.
    public var service = ServiceTimes()
    /// From coming into a room to hearing it.
    public var joins = MetricHistogram.seconds
    /// How long those waited who were matched.
    public var matchWaits = MetricHistogram([0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600])
    /// How late the server's timers were.
    public var loopLag = MetricHistogram.seconds
    /// `nil` where nothing is written down.
    public var store: StoreCounts?

    public init() {}
}
