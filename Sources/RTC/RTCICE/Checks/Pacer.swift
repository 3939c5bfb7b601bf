internal import RTCCore

/// Spaces new transactions by Ta, with a small allowance so that the first leave at once (RFC 8445 §14.2).
struct Pacer {
    let interval: Duration
    private var fullAt = Instant.origin

    init(interval: Duration) {
        self.interval = interval
    }

    /// When one more may leave, where up to `burst` may leave together.
    func nextSlot(burst: Int) -> Instant {
        fullAt - interval * (burst - 1)
    }

    mutating func take(at now: Instant) {
        fullAt = max(fullAt, now) + interval
    }
}
