/// A point on a driver's clock: nanoseconds since that driver began.
///
/// Machines are told the time and never ask for it, so one machine runs alike in real and in virtual time.
/// The mapping to wall-clock time is a ``WallClock`` that the driver injects.
public struct Instant: Hashable, Sendable {
    public var nanoseconds: UInt64

    @inlinable
    public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// The moment at which the driver began.
    public static let origin = Instant(nanoseconds: 0)

    @inlinable
    public static func seconds(_ seconds: Double) -> Instant {
        Instant(nanoseconds: UInt64(seconds * 1e9))
    }

    @inlinable
    public static func milliseconds(_ milliseconds: UInt64) -> Instant {
        Instant(nanoseconds: milliseconds * 1_000_000)
    }

    /// Seconds since the driver began.
    @inlinable
    public var seconds: Double { Double(nanoseconds) / 1e9 }

    /// This instant moved by a signed number of nanoseconds, stopping at the origin.
    @inlinable
    public func advanced(byNanoseconds delta: Int64) -> Instant {
        let moved = Int64(bitPattern: nanoseconds) &+ delta
        return Instant(nanoseconds: moved < 0 ? 0 : UInt64(moved))
    }

    /// Signed nanoseconds from this instant to `later`.
    @inlinable
    public func nanoseconds(to later: Instant) -> Int64 {
        Int64(bitPattern: later.nanoseconds &- nanoseconds)
    }
}

extension Instant: Comparable {
    @inlinable
    public static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

extension Instant {
    @inlinable
    public static func + (instant: Instant, duration: Duration) -> Instant {
        instant.advanced(byNanoseconds: duration.inNanoseconds)
    }

    @inlinable
    public static func - (instant: Instant, duration: Duration) -> Instant {
        instant.advanced(byNanoseconds: -duration.inNanoseconds)
    }

    @inlinable
    public static func - (left: Instant, right: Instant) -> Duration {
        .nanoseconds(right.nanoseconds(to: left))
    }

    @inlinable
    public static func += (instant: inout Instant, duration: Duration) {
        instant = instant + duration
    }
}

extension Instant: CustomStringConvertible {
    public var description: String { "\(seconds) s" }
}

extension Duration {
    /// This duration in whole nanoseconds; what lies below is cut off.
    @inlinable
    public var inNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
    }

    /// This duration in seconds.
    @inlinable
    public var inSeconds: Double { Double(inNanoseconds) / 1e9 }
}

/// The earlier of two deadlines, where `nil` means never.
@inlinable
public func earliest(_ left: Instant?, _ right: Instant?) -> Instant? {
    guard let left else { return right }
    guard let right else { return left }
    return min(left, right)
}
