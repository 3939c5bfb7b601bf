/// How late things were done that had a time: eight buckets to the octave from 1 µs to 34 s, so at most 12.5 % wide.
public struct LagHistogram: Sendable {
    private static let bucketCount = 209
    private static let lowestExponent = 10
    private static let highestExponent = 35

    private var buckets = InlineArray<209, UInt32>(repeating: 0)
    public private(set) var count: UInt64 = 0
    private var largest: UInt64 = 0
    private var sum: UInt64 = 0

    public init() {}

    public var max: Duration { .nanoseconds(Int64(largest)) }

    public var mean: Duration {
        count == 0 ? .zero : .nanoseconds(Int64(sum / count))
    }

    /// The upper end of the bucket below which `share` of all values lie, and not more than ``max``.
    ///
    /// - Parameter share: In 0...1.
    public func quantile(_ share: Double) -> Duration {
        let wanted = UInt64((Double(count) * share).rounded(.up))
        guard wanted > 0 else { return .zero }
        var seen: UInt64 = 0
        for index in 0..<Self.bucketCount {
            seen += UInt64(buckets[index])
            if seen >= wanted { return Swift.min(max, .nanoseconds(Self.upperEnd(of: index))) }
        }
        return max
    }

    public var p99: Duration { quantile(0.99) }

    /// - Parameter nanoseconds: Below zero counts as zero.
    public mutating func record(nanoseconds: Int64) {
        let value = UInt64(Swift.max(0, nanoseconds))
        let index = Self.bucket(of: value)
        buckets[index] = buckets[index] == .max ? .max : buckets[index] + 1
        count += 1
        sum &+= value
        largest = Swift.max(largest, value)
    }

    public mutating func merge(_ other: LagHistogram) {
        for index in 0..<Self.bucketCount {
            let (total, overflow) = buckets[index].addingReportingOverflow(other.buckets[index])
            buckets[index] = overflow ? .max : total
        }
        count += other.count
        sum &+= other.sum
        largest = Swift.max(largest, other.largest)
    }

    private static func bucket(of value: UInt64) -> Int {
        guard value >= 1 << UInt64(lowestExponent) else { return 0 }
        let exponent = 63 - value.leadingZeroBitCount
        guard exponent <= highestExponent else { return bucketCount - 1 }
        let eighth = Int(value >> UInt64(exponent - 3)) & 7
        return 1 + (exponent - lowestExponent) * 8 + eighth
    }

    private static func upperEnd(of index: Int) -> Int64 {
        guard index > 0 else { return 1 << Int64(lowestExponent) }
        let exponent = Int64((index - 1) / 8 + lowestExponent)
        let eighth = Int64((index - 1) % 8)
        return (9 + eighth) << (exponent - 3)
    }
}
