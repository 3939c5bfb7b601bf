import RTCCore

/// Counts against a ``RateLimit``.
struct TokenBucket {
    private var level: Double
    private(set) var updatedAt: Instant

    init(_ limit: RateLimit, at now: Instant) {
        level = limit.burst
        updatedAt = now
    }

    /// - Returns: `nil` if it may happen now, otherwise how long until it may.
    mutating func take(_ limit: RateLimit, now: Instant) -> Duration? {
        level = min(limit.burst, level + max(0, (now - updatedAt).inSeconds) * limit.perSecond)
        updatedAt = now
        guard level < 1 else {
            level -= 1
            return nil
        }
        return .nanoseconds(Int64((1 - level) / max(limit.perSecond, 0.001) * 1e9) + 1)
    }

    func isFull(_ limit: RateLimit, now: Instant) -> Bool {
        level + (now - updatedAt).inSeconds * limit.perSecond >= limit.burst
    }
}
