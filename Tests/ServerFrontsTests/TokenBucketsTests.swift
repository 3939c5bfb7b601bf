import RTCCore
import ServerFronts
import Testing

@Suite("Limits of many")
struct TokenBucketsTests {
    private let limit = RateLimit(perSecond: 1, burst: 2)

    @Test("each has a bucket of its own, which fills again")
    func each() {
        var buckets = TokenBuckets<Int>()
        for _ in 0..<2 { #expect(buckets.take(limit, for: 1, now: .origin) == nil) }
        #expect(buckets.take(limit, for: 1, now: .origin) != nil && buckets.take(limit, for: 2, now: .origin) == nil)
        #expect(buckets.take(limit, for: 1, now: .seconds(1)) == nil)
    }

    @Test("only so many are remembered, however many come at once, and those who are there keep their own")
    func bound() {
        var buckets = TokenBuckets<Int>(remembered: 100)
        for key in 0..<100 { _ = buckets.take(limit, for: key, now: .origin) }
        _ = buckets.take(limit, for: 99, now: .origin)
        #expect(buckets.count == 100 && buckets.take(limit, for: 99, now: .origin) != nil)
        for key in 100..<10_000 {
            _ = buckets.take(limit, for: key, now: .origin)
            #expect(buckets.count <= 100)
        }
    }

    @Test("those who have not come for long make room first")
    func forgotten() {
        var buckets = TokenBuckets<Int>(remembered: 10)
        for key in 0..<6 { _ = buckets.take(limit, for: key, now: .origin) }
        for key in 6..<10 {
            for _ in 0..<2 { _ = buckets.take(limit, for: key, now: .seconds(9)) }
        }
        #expect(buckets.take(limit, for: 10, now: .seconds(9)) == nil && buckets.count == 5)
        #expect(buckets.take(limit, for: 9, now: .seconds(9)) != nil)
    }
}
