public import RTCCore

/// Tells from the arrivals of audio frames when there was nothing to hear.
///
/// An interruption is a stretch of at least 150 ms in which no intact frame came, counted from where the last one ended: what NetEq calls so
/// when it has to conceal for that long. No buffer is assumed, so frames that come in bunches interrupt, too.
public struct InterruptionDetector: Hashable, Sendable {
    /// The shortest stretch that counts, in nanoseconds (NetEq's `kInterruptionLenMs`).
    public static let shortest: Int64 = 150_000_000

    private var coveredUntil: Instant?
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

    /// How long there has been nothing to hear; zero below 150 ms, and before the first frame.
    public func open(at now: Instant) -> Duration {
        guard let coveredUntil, coveredUntil.nanoseconds(to: now) >= Self.shortest else { return .zero }
        return now - coveredUntil
    }

    /// Where the newest frame ends.
    public var end: Instant? { coveredUntil }
}
