import Foundation
import Measurement
import RTCCore
import Testing

@Suite("Histograms that merge")
struct HistogramTests {
    private func samples(_ count: Int, _ random: inout SplitMix64) -> [Double] {
        // From a microsecond to a minute, every order of magnitude alike.
        (0..<count).map { _ in 1e-6 * exp(random.unitInterval() * log(6e7)) }
    }

    @Test("the merge of two is the histogram of both", arguments: UInt64(1)...40)
    func merge(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let left = samples(Int(random.next() % 300), &random)
        let right = samples(Int(random.next() % 300), &random)
        var merged = Histogram(left)
        merged.merge(Histogram(right))
        #expect(merged == Histogram(left + right))
        var other = Histogram(right)
        other.merge(Histogram(left))
        #expect(other == merged)
        #expect(merged.count == UInt64(left.count + right.count))
    }

    @Test("shards add up in any grouping, and an empty one changes nothing")
    func shards() {
        var random = SplitMix64(seed: 7)
        let shards = (0..<6).map { _ in samples(100, &random) }
        var all = Histogram()
        for shard in shards { all.merge(Histogram(shard)) }
        var pairs = Histogram()
        for start in [4, 0, 2] {
            var pair = Histogram(shards[start])
            pair.merge(Histogram(shards[start + 1]))
            pairs.merge(pair)
        }
        #expect(all == pairs)
        all.merge(Histogram())
        #expect(all == pairs)
    }

    @Test("percentiles of means would be wrong: the merged one is that of the union")
    func noAveraging() throws {
        let fast = [Double](repeating: 0.01, count: 900)
        let slow = [Double](repeating: 1, count: 100)
        var merged = Histogram(fast)
        merged.merge(Histogram(slow))
        #expect(try #require(merged.percentile(90)).contains(0.01))
        #expect(try #require(merged.percentile(91)).contains(1))
    }

    @Test("the exact percentile lies in the bucket of its rank, which is narrower than two digits", arguments: UInt64(1)...20)
    func percentiles(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let samples = samples(1 + Int(random.next() % 500), &random)
        let histogram = Histogram(samples)
        for (percent, aggregate) in [(50, Aggregate.p50), (90, .p90), (95, .p95), (99, .p99)] {
            let exact = aggregate.value(of: samples)
            let bucket = try #require(histogram.percentile(percent))
            #expect(bucket.contains(exact))
            #expect(bucket.upperBound - bucket.lowerBound <= max(1.01e-6, exact * 0.01 + 1e-6))
        }
    }

    @Test("bounds, sum and count are exact to the microsecond; what never came is not in it")
    func facts() {
        let histogram = Histogram([0.000_001, 0.25, 3.5, .infinity, -1])
        #expect(histogram.count == 4)
        #expect(histogram.sum == 3_750_001)
        #expect(histogram.min == 0)
        #expect(histogram.max == 3_500_000)
        #expect(Histogram([]).percentile(50) == nil && Histogram([]).mean == nil)
        #expect(Histogram([1e300]).count == 1)
    }

    @Test("the example in the document is that of 180, 300 and 3000 microseconds")
    func example() throws {
        let text = #"{ "unit": 1e-06, "sum": 3480, "min": 180, "max": 3000, "buckets": [[180, 1], [278, 1], [699, 1]] }"#
        #expect(try Documents.text("metrics.md").contains(text))
        let decoded = try JSONDecoder().decode(Histogram.self, from: Data(text.utf8))
        #expect(decoded == Histogram([0.000_18, 0.000_3, 0.003]))
    }

    @Test("what is written is read again, and only that")
    func coding() throws {
        var random = SplitMix64(seed: 3)
        let histogram = Histogram(samples(200, &random))
        let bytes = try JSONEncoder().encode(histogram)
        #expect(try JSONDecoder().decode(Histogram.self, from: bytes) == histogram)
        for wrong in [
            #"{"unit":0.001,"sum":1,"buckets":[[1,1]]}"#, #"{"unit":1e-06,"sum":1,"buckets":[[2,1],[1,1]]}"#,
            #"{"unit":1e-06,"sum":1,"buckets":[[1,0]]}"#, #"{"unit":1e-06,"sum":1,"buckets":[[999999,1]]}"#,
            #"{"unit":1e-06,"sum":1,"buckets":[[1]]}"#,
        ] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(Histogram.self, from: Data(wrong.utf8)) }
        }
    }
}
