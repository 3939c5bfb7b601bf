/// Durations in buckets whose width grows with them, so that histograms of several peers, runs or machines add up without loss.
///
///     microseconds   0 1 2 … 255 │ 256 258 … 510 │ 512 516 … 1020 │ 1024 …
///     width                 1    │       2       │        4       │    8
///
/// From 256 µs on each doubling has 128 buckets: a bucket is less than a hundredth of what lies in it wide, which is two significant
/// digits. Counts, sum, least and greatest are whole numbers, and merging two histograms is the histogram of both.
public struct Histogram: Sendable, Hashable {
    /// Samples of each bucket that has any, by bucket.
    public private(set) var buckets: [Bucket] = []
    public private(set) var count: UInt64 = 0
    /// Microseconds.
    public private(set) var sum: UInt64 = 0
    public private(set) var min: UInt64?
    public private(set) var max: UInt64?

    public struct Bucket: Sendable, Hashable {
        public var index: Int
        public var count: UInt64
    }

    /// What one whole number stands for, in seconds.
    public static let unit = 1e-6
    /// The longest that is told apart, in microseconds: two and a half years.
    static let longest = UInt64(1) << 46

    public init() {}

    /// - Parameter samples: Seconds; what is negative counts as zero, what has no end is left out.
    public init(_ samples: [Double]) {
        var counts: [Int: UInt64] = [:]
        for sample in samples where sample.isFinite {
            let value = Swift.min(UInt64(Swift.max(0, Swift.min(sample, 1e9) / Self.unit).rounded()), Self.longest)
            counts[Self.index(of: value), default: 0] += 1
            count += 1
            sum += value
            min = Swift.min(min ?? value, value)
            max = Swift.max(max ?? value, value)
        }
        buckets = counts.map { Bucket(index: $0.key, count: $0.value) }.sorted { $0.index < $1.index }
    }

    /// - Parameter buckets: By bucket, none empty and none twice.
    init(buckets: [Bucket], sum: UInt64, min: UInt64?, max: UInt64?) {
        self.buckets = buckets
        self.sum = sum
        self.min = min
        self.max = max
        count = buckets.reduce(0) { $0 + $1.count }
    }

    public mutating func merge(_ other: Histogram) {
        var merged: [Bucket] = []
        merged.reserveCapacity(buckets.count + other.buckets.count)
        var (left, right) = (buckets[...], other.buckets[...])
        while let a = left.first, let b = right.first {
            if a.index <= b.index { left.removeFirst() }
            if b.index <= a.index { right.removeFirst() }
            merged.append(
                a.index == b.index ? Bucket(index: a.index, count: a.count + b.count) : a.index < b.index ? a : b)
        }
        buckets = merged + left + right
        count += other.count
        sum += other.sum
        min = [min, other.min].compactMap { $0 }.min()
        max = [max, other.max].compactMap { $0 }.max()
    }

    /// The bucket of the nearest rank as ``Aggregate`` takes it, in seconds; `nil` without a sample.
    ///
    /// The sample at that rank lies in it.
    public func percentile(_ percent: Int) -> ClosedRange<Double>? {
        guard count > 0 else { return nil }
        let rank = Swift.max(1, (count * UInt64(percent) + 99) / 100)
        var seen: UInt64 = 0
        for bucket in buckets {
            seen += bucket.count
            guard seen >= rank else { continue }
            let range = Self.values(of: bucket.index)
            // A sample is rounded to a microsecond before it is counted.
            return (Double(range.lowerBound) - 0.5) * Self.unit...(Double(range.upperBound) + 0.5) * Self.unit
        }
        return nil
    }

    /// Seconds; `nil` without a sample.
    public var mean: Double? { count == 0 ? nil : Double(sum) * Self.unit / Double(count) }

    static func index(of value: UInt64) -> Int {
        guard value >= 256 else { return Int(value) }
        let shift = 63 - value.leadingZeroBitCount - 7
        return 256 + (shift - 1) * 128 + Int(value >> UInt64(shift)) - 128
    }

    /// Every microsecond that falls into a bucket.
    static func values(of index: Int) -> ClosedRange<UInt64> {
        guard index >= 256 else { return UInt64(index)...UInt64(index) }
        let shift = UInt64((index - 256) / 128 + 1)
        let first = (UInt64((index - 256) % 128) + 128) << shift
        return first...(first + (UInt64(1) << shift) - 1)
    }
}

extension Histogram: Codable {
    private enum Key: String, CodingKey {
        case unit, sum, min, max, buckets
    }

    /// `{"unit": 1e-06, "sum": …, "min": …, "max": …, "buckets": [[index, count], …]}`, whole numbers all but the unit.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Self.unit, forKey: .unit)
        try container.encode(sum, forKey: .sum)
        try container.encodeIfPresent(min, forKey: .min)
        try container.encodeIfPresent(max, forKey: .max)
        try container.encode(buckets.map { [UInt64($0.index), $0.count] }, forKey: .buckets)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func refuse(_ what: String) -> DecodingError {
            .dataCorruptedError(forKey: .buckets, in: container, debugDescription: what)
        }
        guard try container.decode(Double.self, forKey: .unit) == Self.unit else {
            throw refuse("another unit than microseconds")
        }
        let last = Self.index(of: Self.longest)
        var buckets: [Bucket] = []
        for pair in try container.decode([[UInt64]].self, forKey: .buckets) {
            guard pair.count == 2, pair[0] <= UInt64(last), pair[1] > 0, pair[1] < 1 << 40,
                Int(pair[0]) > buckets.last?.index ?? -1
            else { throw refuse("buckets are pairs of an index and a count, in ascending order") }
            buckets.append(Bucket(index: Int(pair[0]), count: pair[1]))
        }
        self.init(
            buckets: buckets, sum: try container.decode(UInt64.self, forKey: .sum),
            min: try container.decodeIfPresent(UInt64.self, forKey: .min),
            max: try container.decodeIfPresent(UInt64.self, forKey: .max))
    }
}
