internal import CStarlingSocket
public import RTCCore

/// The clock of the socket driver: CLOCK_MONOTONIC since it was made, shared by all workers.
public struct DriverClock: Sendable {
    private let start: Int64
    /// Wall-clock time as it was when the clock was made; later steps of the system's clock do not move it.
    public let wallClock: WallClock

    /// A clock whose ``RTCCore/Instant/origin`` is now.
    public init() {
        start = starling_monotonic()
        wallClock = WallClock(unixNanosecondsAtOrigin: UInt64(max(0, starling_realtime())))
    }

    public var now: Instant {
        Instant(nanoseconds: UInt64(starling_monotonic() &- start))
    }

    /// Reads both clocks of the kernel, to translate its receive timestamps.
    public func mapRealtime() -> RealtimeMapping {
        let before = starling_monotonic()
        let realtime = starling_realtime()
        let after = starling_monotonic()
        return RealtimeMapping(realtimeAtOrigin: realtime &- (before &+ (after &- before) / 2 &- start))
    }
}
