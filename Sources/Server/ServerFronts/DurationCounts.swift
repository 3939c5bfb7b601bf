import RTCCore

/// Durations, counted by fixed bounds as Prometheus does it.
public struct DurationCounts: Hashable, Sendable {
    /// Seconds; a duration counts in the first that it does not exceed.
    public static let bounds: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// One more than bounds: the last is of those above all of them.
    public private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    /// Seconds.
    public private(set) var sum = 0.0

    public init() {}

    public var count: Int { counts.reduce(0, +) }

    public mutating func add(_ duration: Duration) {
        let seconds = duration.inSeconds
        counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
        sum += seconds
    }
}
