public import NetworkImpairment
public import RTCCore

/// All that a run left behind: what the bots wrote down, what their networks did to them, and how the generator itself fared.
public struct RunRecord: Sendable {
    /// A named event of the scenario, in the driver's time.
    public struct Fault: Sendable {
        public var name: String
        public var start: Instant
        public var end: Instant
        /// Names of the bots it hit.
        public var hits: [String]

        public init(name: String, start: Instant, end: Instant, hits: [String]) {
            self.name = name
            self.start = start
            self.end = end
            self.hits = hits
        }
    }

    public var epoch: Instant
    public var stopAt: Instant
    public var bots: [BotRecord]
    /// By place in ``bots``.
    public var hosts: [HostReport]
    public var faults: [Fault]
    public var generator: GeneratorHealth

    public init(
        epoch: Instant, stopAt: Instant, bots: [BotRecord], hosts: [HostReport], faults: [Fault], generator: GeneratorHealth
    ) {
        precondition(bots.count == hosts.count, "each bot has its network's report")
        self.epoch = epoch
        self.stopAt = stopAt
        self.bots = bots
        self.hosts = hosts
        self.faults = faults
        self.generator = generator
    }
}

/// Whether the machine that generated the load could.
public struct GeneratorHealth: Hashable, Sendable {
    /// Datagrams that the host's socket buffers dropped before the bots could read them.
    public var socketDrops: UInt64 = 0
    /// Datagrams that the host refused to send.
    public var sendFailures: UInt64 = 0
    /// CPU time of the process in seconds; zero in the simulation.
    public var cpuSeconds: Double = 0
    /// The longest that a worker woke up after it was due, in seconds.
    public var worstLoopLag: Double = 0
    /// Peak resident memory in bytes; zero in the simulation.
    public var peakMemory: UInt64 = 0
    /// Whether the run was ended by a signal.
    public var isInterrupted = false

    public init() {}
}
