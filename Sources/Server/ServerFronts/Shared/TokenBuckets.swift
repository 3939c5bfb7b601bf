package import RTCCore

/// Counts against one ``RateLimit`` for each of those who come, of whom only so many are remembered.
///
/// With more, those are forgotten who have not come for long, and where that makes too little room, all: a limit that is loose for a moment
/// harms nobody, where a table without bound, or one that is searched again for each newcomer, would.
package struct TokenBuckets<Key: Hashable> {
    private let remembered: Int
    private var buckets: [Key: TokenBucket] = [:]

    package init(remembered: Int = 10_000) {
        self.remembered = remembered
    }

    package var count: Int { buckets.count }

    /// - Returns: How long the next time has to wait; `nil` where it may be now.
    package mutating func take(_ limit: RateLimit, for key: Key, now: Instant) -> Duration? {
        if buckets.count >= remembered, buckets[key] == nil {
            buckets = buckets.filter { !$0.value.isFull(limit, now: now) }
            if buckets.count > remembered / 2 { buckets = [:] }
        }
        return buckets[key, default: TokenBucket(limit, at: now)].take(limit, now: now)
    }
}
