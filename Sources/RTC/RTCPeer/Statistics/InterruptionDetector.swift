public import RTCCore

/// Tells from the arrivals of audio frames when there was nothing to hear.
///
/// An interruption is a stretch of at least 150 ms in which no intact frame came, counted from where the last one ended: what NetEq calls so
/// when it has to conceal for that long. No buffer is assumed, so frames that come in bunches interrupt, too.
public struct InterruptionDetector: Hashable, Sendable {
    /// The shortest stretch that counts, in nanoseconds (NetEq's `kInterruptionLenMs`).
    public static let shortest: Int64 = 150_000_000

    /// Opus is silent for no longer between two packets, in nanoseconds (libopus sends one of comfort noise after 400 ms).
    static let longestPause: Int64 = 400_000_000

    private var coveredUntil: Instant?
    private var hasPaused = false
    public private(set) var count: UInt64 = 0
    /// Nanoseconds.
    public private(set) var total: UInt64 = 0

    public init() {}

    /// An intact frame came.
    ///
    /// - Parameter duration: Of the frame.
    /// - Returns: When the interruption that it ends began.
    @discardableResult
    public mutating func receive(at now: Instant, duration: Duration) -> Instant? {
        let before = coveredUntil
        coveredUntil = max(before ?? now, now + duration)
        guard let before, before.nanoseconds(to: now) >= Self.shortest else { return nil }
        count += 1
        total += UInt64(before.nanoseconds(to: now))
        return before
    }

    /// The sender kept still on purpose for this long after the last frame (RFC 7587 §3.1.3).
    public mutating func pause(for silence: Duration) {
        hasPaused = true
        coveredUntil = coveredUntil.map { $0 + silence }
    }

    /// How long there has been nothing to hear; zero below 150 ms, and before the first frame. A sender that was still before may be
    /// still again, and says so every 400 ms at the least.
    public func open(at now: Instant) -> Duration {
        let shortest = Self.shortest + (hasPaused ? Self.longestPause : 0)
        guard let coveredUntil, coveredUntil.nanoseconds(to: now) >= shortest else { return .zero }
        return now - coveredUntil
    }

    /// Where the newest frame ends.
    public var end: Instant? { coveredUntil }
}
