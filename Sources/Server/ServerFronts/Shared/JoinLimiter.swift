import RTCCore

/// Counts joins by address and identity, for the fronts that share the limit.
struct JoinLimiter {
    private struct Origin: Hashable {
        let address: String
        let identity: String
    }

    private var buckets: [Origin: TokenBucket] = [:]

    /// - Returns: How long the next join has to wait; `nil` where it may be made now.
    mutating func take(_ limit: RateLimit, address: String, identity: String?, now: Instant) -> Duration? {
        if buckets.count >= 10_000 { buckets = buckets.filter { !$0.value.isFull(limit, now: now) } }
        return buckets[Origin(address: address, identity: identity ?? ""), default: TokenBucket(limit, at: now)]
            .take(limit, now: now)
    }
}
