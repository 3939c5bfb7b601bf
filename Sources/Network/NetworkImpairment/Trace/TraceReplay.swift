/// A trace in a network: which one, and how it is played.
public struct TraceReplay: Hashable, Sendable {
    /// The file, as the scenario names it, or a name for people.
    public var path: String
    /// What is in it; `nil` until somebody has loaded it.
    public var trace: NetworkTrace?
    /// Whether it begins again at its end; otherwise its last step stays. Delivery opportunities always begin again.
    public var loops: Bool
    /// What waits before the link where the trace sets its rate.
    public var queue: RateLimit.Queue

    public init(
        path: String, trace: NetworkTrace? = nil, loops: Bool = true, queue: RateLimit.Queue = RateLimit.defaultQueue
    ) {
        self.path = path
        self.trace = trace
        self.loops = loops
        self.queue = queue
    }
}
