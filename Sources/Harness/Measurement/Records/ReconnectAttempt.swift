public import RTCCore

/// One attempt of a bot to come back after it had lost something.
public struct ReconnectAttempt: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A new connection to the server, and with it the old session where the server still has it.
        case signaling
        /// New checks on the same connection (RFC 8445 §9).
        case iceRestart = "ice_restart"
        /// Out of the room and in again, with new connections.
        case rejoin
    }

    public enum Outcome: String, Hashable, Sendable, CaseIterable {
        case succeeded
        case failed
        /// What was lost came back by other means, or there was nobody left to reach.
        case superseded
        /// The run ended first.
        case unfinished
    }

    public var kind: Kind
    /// The other bot, where one connection is concerned.
    public var peer: String?
    /// Its place in the series that began with the loss, from 1.
    public var number: Int
    /// When the loss was noticed.
    public var lostAt: Instant
    /// The longest that the policy let it wait.
    public var bound: Duration
    /// What was drawn from that.
    public var plannedWait: Duration
    /// How long it did wait: later than planned where signaling, which it needs, had to come back first.
    public var actualWait: Duration
    public var startedAt: Instant
    public var endedAt: Instant?
    public var outcome: Outcome
    /// Why it failed.
    public var reason: String?

    public init(
        kind: Kind, peer: String?, number: Int, lostAt: Instant, bound: Duration, plannedWait: Duration, actualWait: Duration,
        startedAt: Instant
    ) {
        self.kind = kind
        self.peer = peer
        self.number = number
        self.lostAt = lostAt
        self.bound = bound
        self.plannedWait = plannedWait
        self.actualWait = actualWait
        self.startedAt = startedAt
        outcome = .unfinished
    }
}
