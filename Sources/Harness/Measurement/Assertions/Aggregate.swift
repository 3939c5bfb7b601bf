/// How many samples become the one value that an assertion compares.
public enum Aggregate: String, Sendable, Hashable, CaseIterable {
    case p50, p90, p95, p99
    case min, max, mean
    /// How many samples there are; a plain number.
    case count
    case sum
    /// The share of samples that are not zero.
    case rate

    /// The dimension of the value, given that of the samples.
    public func dimension(of samples: Dimension) -> Dimension {
        switch self {
        case .count: .number
        case .rate: .ratio
        default: samples
        }
    }

    /// The value of at least one sample.
    ///
    /// Percentiles are of the nearest rank: the smallest sample that at least that share of the samples does not exceed, so
    /// that the value is always one which was measured.
    public func value(of samples: [Double]) -> Double {
        precondition(!samples.isEmpty, "an aggregate of nothing")
        switch self {
        case .p50: return Self.percentile(50, of: samples)
        case .p90: return Self.percentile(90, of: samples)
        case .p95: return Self.percentile(95, of: samples)
        case .p99: return Self.percentile(99, of: samples)
        case .min: return samples.reduce(.infinity) { Swift.min($0, $1) }
        case .max: return samples.reduce(-.infinity) { Swift.max($0, $1) }
        case .mean: return samples.reduce(0, +) / Double(samples.count)
        case .count: return Double(samples.count)
        case .sum: return samples.reduce(0, +)
        case .rate: return Double(samples.count { $0 != 0 }) / Double(samples.count)
        }
    }

    private static func percentile(_ percent: Int, of samples: [Double]) -> Double {
        let rank = (samples.count * percent + 99) / 100
        return samples.sorted()[rank - 1]
    }
}
