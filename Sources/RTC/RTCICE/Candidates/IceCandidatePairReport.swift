public import RTCCore

/// One pair as W3C's `candidate-pair` statistics see it.
public struct IceCandidatePairReport: Hashable, Sendable {
    /// Frozen never comes: one component and one checklist have nothing to wait for.
    public enum State: String, Hashable, Sendable {
        case waiting
        case inProgress = "in-progress"
        case failed
        case succeeded
    }

    /// Never used again by the same agent, restarts or not.
    public var id: UInt32
    public var local: IceCandidate
    public var remote: IceCandidate
    public var path: Path
    public var state: State
    public var nominated: Bool
    public var priority: UInt64
    public var statistics: Statistics

    public init(
        id: UInt32, local: IceCandidate, remote: IceCandidate, path: Path, state: State, nominated: Bool, priority: UInt64,
        statistics: Statistics = Statistics()
    ) {
        self.id = id
        self.local = local
        self.remote = remote
        self.path = path
        self.state = state
        self.nominated = nominated
        self.priority = priority
        self.statistics = statistics
    }

    /// Counters and times under their W3C names.
    public struct Statistics: Hashable, Sendable {
        public var requestsReceived: UInt64 = 0
        public var requestsSent: UInt64 = 0
        public var responsesReceived: UInt64 = 0
        public var responsesSent: UInt64 = 0
        public var consentRequestsSent: UInt64 = 0
        /// The newest measured by a request that was sent once; `nil` before.
        public var currentRoundTripTime: Duration?
        /// The sum of all that were measured.
        public var totalRoundTripTime: Duration = .zero

        public init() {}
    }
}
