/// Maps a driver's ``Instant`` to NTP time, for sender reports and capture timestamps.
///
/// The driver reads the wall clock once; the simulation uses a fixed date, so that its bytes repeat.
public struct WallClock: Sendable, Hashable {
    /// NTP time of ``Instant/origin``: seconds since 1900 in the upper 32 bits, a binary fraction below (RFC 5905 §6).
    public let ntpAtOrigin: UInt64

    public init(ntpAtOrigin: UInt64) {
        self.ntpAtOrigin = ntpAtOrigin
    }

    /// - Parameter unixNanoseconds: Nanoseconds since 1970 at ``Instant/origin``.
    public init(unixNanosecondsAtOrigin unixNanoseconds: UInt64) {
        self.ntpAtOrigin = Self.ntpDuration(nanoseconds: unixNanoseconds) &+ (Self.secondsFrom1900To1970 << 32)
    }

    /// 2026-01-01T00:00:00Z, where every simulation begins.
    public static let simulation = WallClock(unixNanosecondsAtOrigin: 1_767_225_600_000_000_000)

    @inlinable
    public func ntp(at instant: Instant) -> UInt64 {
        ntpAtOrigin &+ Self.ntpDuration(nanoseconds: instant.nanoseconds)
    }

    /// The instant of an NTP time, before the origin clamped to it.
    @inlinable
    public func instant(atNTP ntp: UInt64) -> Instant {
        let delta = ntp &- ntpAtOrigin
        guard Int64(bitPattern: delta) >= 0 else { return .origin }
        let fraction = ((delta & 0xFFFF_FFFF) &* 1_000_000_000) >> 32
        return Instant(nanoseconds: (delta >> 32) &* 1_000_000_000 &+ fraction)
    }

    /// Seconds since 1970 at an instant.
    public func unixSeconds(at instant: Instant) -> Int64 {
        Int64(ntp(at: instant) >> 32) - Int64(Self.secondsFrom1900To1970)
    }

    /// Milliseconds since 1970 at an instant, to a microsecond: W3C's `DOMHighResTimeStamp`.
    public func unixMilliseconds(at instant: Instant) -> Double {
        Self.unixMilliseconds(ofNTP: ntp(at: instant))
    }

    public static func unixMilliseconds(ofNTP ntp: UInt64) -> Double {
        // Whole numbers until the end: a double has no microseconds left for the years since 1900.
        Double(Int64(microseconds(ofNTP: ntp)) - Int64(secondsFrom1900To1970) * 1_000_000) / 1000
    }

    /// Milliseconds since 1900, to a microsecond.
    public static func milliseconds(ofNTP ntp: UInt64) -> Double {
        Double(microseconds(ofNTP: ntp)) / 1000
    }

    private static func microseconds(ofNTP ntp: UInt64) -> UInt64 {
        (ntp >> 32) * 1_000_000 + ((ntp & 0xFFFF_FFFF) &* 1_000_000 &+ 1 << 31) >> 32
    }

    @usableFromInline static let secondsFrom1900To1970: UInt64 = 2_208_988_800

    @inlinable
    static func ntpDuration(nanoseconds: UInt64) -> UInt64 {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return seconds << 32 | (rest << 32) / 1_000_000_000
    }
}
