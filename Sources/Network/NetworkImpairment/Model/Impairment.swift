/// What happens to the datagrams of one direction between a machine and its network.
///
/// Order in the pipe: corruption, duplication and marks, then loss, then rate and queue, then delay and jitter.
/// ``lossPlace`` moves the loss behind the queue.
public struct Impairment: Hashable, Sendable {
    /// Where datagrams are lost. What is lost behind the bottleneck has taken its share of it, so a sender that estimates bandwidth
    /// sees another network.
    public enum LossPlace: String, Hashable, Sendable, CaseIterable {
        case beforeQueue = "before_queue"
        case afterQueue = "after_queue"
    }

    public var loss: LossModel
    public var lossPlace: LossPlace
    /// One-way delay added to every datagram.
    public var delay: Duration
    /// Random delay on top of ``delay``.
    public var jitter: Jitter
    public var reordering: Reordering
    /// A bottleneck with its queue; `nil` for an endless one.
    public var rate: RateLimit?
    /// Probability that a datagram is delivered twice, in 0...1.
    public var duplicate: Double
    /// Probability that one bit of a datagram is flipped, in 0...1.
    public var corrupt: Double
    /// Probability that a datagram whose sender understands congestion marks gets one, in 0...1 (RFC 3168 §5).
    public var mark: Double
    /// Largest IP packet in bytes that passes; longer ones vanish (a black hole, RFC 4821 §1); `nil` for no limit.
    public var mtu: Int?
    /// A recorded network that sets rate, delay and loss over time.
    public var trace: TraceReplay?

    public init(
        loss: LossModel = .none, lossPlace: LossPlace = .beforeQueue, delay: Duration = .zero, jitter: Jitter = .none,
        reordering: Reordering = .none, rate: RateLimit? = nil, duplicate: Double = 0, corrupt: Double = 0, mark: Double = 0,
        mtu: Int? = nil, trace: TraceReplay? = nil
    ) {
        self.loss = loss
        self.lossPlace = lossPlace
        self.delay = delay
        self.jitter = jitter
        self.reordering = reordering
        self.rate = rate
        self.duplicate = duplicate
        self.corrupt = corrupt
        self.mark = mark
        self.mtu = mtu
        self.trace = trace
    }

    /// Lets everything pass, at once.
    public static let none = Impairment()
}
