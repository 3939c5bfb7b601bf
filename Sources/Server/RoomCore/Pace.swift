import RTCCore

/// How often something may happen: so many at once, and so many each second from then on.
public struct Pace: Hashable, Sendable {
    public var perSecond: Double
    public var burst: Double

    public init(perSecond: Double, burst: Double) {
        self.perSecond = perSecond
        self.burst = burst
    }
}

/// Counts against a ``Pace``.
struct PaceMeter: Sendable {
    private var spent = 0.0
    private var updatedAt = Instant.origin

    /// - Returns: `nil` if it may happen now, otherwise the milliseconds until it may.
    mutating func take(_ pace: Pace, now: Instant) -> Int64? {
        spent = max(0, spent - max(0, (now - updatedAt).inSeconds) * pace.perSecond)
        updatedAt = now
        guard spent > pace.burst - 1 else {
            spent += 1
            return nil
        }
        return Int64((spent - pace.burst + 1) / max(pace.perSecond, 0.001) * 1000) + 1
    }
}
