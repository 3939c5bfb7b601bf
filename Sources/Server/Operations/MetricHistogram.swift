/// Values counted by fixed bounds, as Prometheus does it.
public struct MetricHistogram: Hashable, Sendable {
    /// In ascending order; a value counts in the first that it does not exceed.
    public let bounds: [Double]
    /// One more than bounds: the last is of those above all of them.
    public private(set) var counts: [Int]
    public private(set) var sum = 0.0

    public init(_ bounds: [Double]) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "The bounds of a histogram ascend.")
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// Of durations in seconds, from a millisecond to ten seconds.
    public static let seconds = MetricHistogram([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])

    /// Of a server's own work on one message, in seconds: from ten microseconds to a second.
    public static let work = MetricHistogram([
        0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
    ])

    public var count: Int { counts.reduce(0, +) }

    /// - Parameter count: How often.
    public mutating func add(_ value: Double, count: Int = 1) {
        guard value.isFinite else { return }
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += count
        sum += value * Double(count)
    }
}
