/// What happens to the datagrams of one direction between a machine and its network.
///
/// Order in the pipe: corruption and duplication, then loss, then rate and queue, then delay and jitter.
public struct Impairment: Hashable, Sendable {
    public var loss: LossModel
    /// One-way delay added to every datagram.
    public var delay: Duration
    /// Random delay on top of ``delay``.
    public var jitter: Jitter
    /// A bottleneck with its queue; `nil` for an endless one.
    public var rate: RateLimit?
    /// Probability that a datagram is delivered twice, in 0...1.
    public var duplicate: Double
    /// Probability that one bit of a datagram is flipped, in 0...1.
    public var corrupt: Double
    /// Largest IP packet in bytes that passes; longer ones vanish (a black hole, RFC 4821 §1); `nil` for no limit.
    public var mtu: Int?

    public init(
        loss: LossModel = .none, delay: Duration = .zero, jitter: Jitter = .none, rate: RateLimit? = nil,
        duplicate: Double = 0, corrupt: Double = 0, mtu: Int? = nil
    ) {
        self.loss = loss
        self.delay = delay
        self.jitter = jitter
        self.rate = rate
        self.duplicate = duplicate
        self.corrupt = corrupt
        self.mtu = mtu
    }

    /// Lets everything pass, at once.
    public static let none = Impairment()
}

/// How datagrams are lost.
public enum LossModel: Hashable, Sendable {
    case none
    /// Each datagram is lost with this probability, in 0...1.
    case bernoulli(Double)
    /// Gilbert–Elliott: `toBad` and `toGood` are the transition probabilities per datagram, `lossInGood` and `lossInBad` what is
    /// lost in each state. The state changes first, then decides.
    case gilbertElliott(toBad: Double, toGood: Double, lossInGood: Double, lossInBad: Double)

    /// A simple Gilbert model with a given mean loss and mean burst length in datagrams.
    ///
    /// - Parameters:
    ///   - loss: Stationary loss, in 0..<1.
    ///   - burst: Mean burst length, above `loss / (1 - loss)` and at least 1.
    public static func bursts(loss: Double, burst: Double) -> LossModel {
        precondition(loss >= 0 && loss < 1 && burst >= 1 && burst > loss / (1 - loss), "no such Gilbert model")
        return .gilbertElliott(toBad: loss / (1 - loss) / burst, toGood: 1 / burst, lossInGood: 0, lossInBad: 1)
    }

    /// The loss that a long run tends to, in 0...1.
    public var stationaryLoss: Double {
        switch self {
        case .none: return 0
        case .bernoulli(let probability): return probability
        case .gilbertElliott(let toBad, let toGood, let lossInGood, let lossInBad):
            guard toBad + toGood > 0 else { return lossInGood }
            let bad = toBad / (toBad + toGood)
            return bad * lossInBad + (1 - bad) * lossInGood
        }
    }
}

/// Random delay added to each datagram.
public struct Jitter: Hashable, Sendable {
    public enum Distribution: Hashable, Sendable {
        /// Uniform in ± ``Jitter/amount``.
        case uniform
        /// Normal with standard deviation ``Jitter/amount``, cut off at three of them (RFC 8868 §4.5).
        case normal
    }

    public var distribution: Distribution
    public var amount: Duration
    /// Whether a datagram may overtake an earlier one; otherwise the order holds.
    public var reorders: Bool

    public init(_ distribution: Distribution, amount: Duration, reorders: Bool = false) {
        self.distribution = distribution
        self.amount = amount
        self.reorders = reorders
    }

    public static let none = Jitter(.uniform, amount: .zero)
}

/// A bottleneck link.
public struct RateLimit: Hashable, Sendable {
    public enum Queue: Hashable, Sendable {
        /// Drops what would wait longer than this.
        case dropTail(Duration)
        /// Drops what does not fit into this many bytes.
        case bytes(Int)
    }

    /// Capacity in bits per second, IP and UDP headers included.
    public var bitsPerSecond: Double
    public var queue: Queue

    public init(bitsPerSecond: Double, queue: Queue = .dropTail(.milliseconds(300))) {
        precondition(bitsPerSecond > 0, "a link has a rate")
        self.bitsPerSecond = bitsPerSecond
        self.queue = queue
    }
}
