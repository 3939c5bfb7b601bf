import RTCCore

/// Counts joins by address and identity, for the fronts that share the limit.
struct JoinLimiter {
    private struct Origin: Hashable {
        let address: String
        let identity: String
    }

    private var buckets = TokenBuckets<Origin>()

    /// - Returns: How long the next join has to wait; `nil` where it may be made now.
    mutating func take(_ limit: RateLimit, address: String, identity: String?, now: Instant) -> Duration? {
        buckets.take(limit, for: Origin(address: address, identity: identity ?? ""), now: now)
    }
}
