internal import RTCCore

/// Makes traces of a rate that wanders like a recorded one: a Markov chain over twenty rates, one step a second.
///
/// The rates are the middles of twenty equally likely parts of the recorded distribution, read off its quantiles. The chain moves up and
/// down alike and stays where it would leave the range, so every rate is equally likely in the long run and the quantiles come out.
public struct SyntheticTrace: Hashable, Sendable {
    /// Quantiles of the rate over one second, in megabits per second.
    public struct Shape: Hashable, Sendable {
        public var name: String
        public var p5: Double
        public var p50: Double
        public var p95: Double

        public init(name: String, p5: Double, p50: Double, p95: Double) {
            precondition(0 <= p5 && p5 <= p50 && p50 <= p95 && p95 > 0, "quantiles ascend")
            self.name = name
            self.p5 = p5
            self.p50 = p50
            self.p95 = p95
        }
    }

    /// Quantiles as measured on the recordings that mahimahi ships; the recordings themselves are not here.
    public static let shapes: [Shape] = [
        Shape(name: "att-lte-driving-down", p5: 0.7, p50: 5.4, p95: 9.5),
        Shape(name: "att-lte-driving-up", p5: 0, p50: 1.0, p95: 1.2),
        Shape(name: "tmobile-lte-down", p5: 4.1, p50: 13.8, p95: 37),
        Shape(name: "tmobile-lte-up", p5: 2.5, p50: 11.8, p95: 28),
        Shape(name: "verizon-lte-down", p5: 1.1, p50: 4.3, p95: 11),
        Shape(name: "verizon-lte-up", p5: 1.2, p50: 5.7, p95: 11),
        Shape(name: "tmobile-umts-driving-down", p5: 0, p50: 1.9, p95: 5.4),
        Shape(name: "verizon-evdo-driving-down", p5: 0, p50: 0.4, p95: 1.5),
    ]

    public static let stateCount = 20
    /// Probability that a second has the rate of the one before; ours, for a rate that keeps for some seconds.
    static let stay = 0.4

    public let shape: Shape
    private var random: SplitMix64

    public init(_ shape: Shape, seed: UInt64) {
        self.shape = shape
        random = SplitMix64(seed: SplitMix64.derive(seed, "trace.\(shape.name)"))
    }

    /// - Parameter seconds: At least 1.
    public mutating func make(seconds: Int) -> NetworkTrace {
        precondition(seconds > 0, "a trace has a length")
        var state = Int(random.next() % UInt64(Self.stateCount))
        let steps = (0..<seconds).map { second in
            if second > 0 { state = next(state) }
            return NetworkTrace.Step(at: .seconds(second), bitsPerSecond: rate(of: state))
        }
        return NetworkTrace(steps: steps, length: .seconds(seconds))
    }

    /// In whole kilobits, as they are written.
    private func rate(of state: Int) -> Double {
        let share = (Double(state) + 0.5) / Double(Self.stateCount)
        let megabits =
            switch share {
            case ..<0.05: shape.p5 * share / 0.05
            case ..<0.5: shape.p5 + (shape.p50 - shape.p5) * (share - 0.05) / 0.45
            case ..<0.95: shape.p50 + (shape.p95 - shape.p50) * (share - 0.5) / 0.45
            default: shape.p95
            }
        return (megabits * 1000).rounded() * 1000
    }

    private mutating func next(_ state: Int) -> Int {
        guard random.unitInterval() >= Self.stay else { return state }
        let moved = state + [-2, -1, 1, 2][Int(random.next() % 4)]
        return (0..<Self.stateCount).contains(moved) ? moved : state
    }
}
