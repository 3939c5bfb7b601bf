public import RTCCore

/// Translates the kernel's CLOCK_REALTIME timestamps to a driver's time, as long as nobody sets the system's clock.
///
/// A worker takes a new one every second, so that a clock that is being slewed or was set does no lasting harm.
public struct RealtimeMapping: Sendable {
    /// CLOCK_REALTIME at ``RTCCore/Instant/origin``, in nanoseconds.
    public let realtimeAtOrigin: Int64

    @inlinable
    public init(realtimeAtOrigin: Int64) {
        self.realtimeAtOrigin = realtimeAtOrigin
    }

    /// - Parameter realtime: In nanoseconds since 1970; what lies before the origin becomes the origin.
    @inlinable
    public func instant(ofRealtime realtime: Int64) -> Instant {
        Instant(nanoseconds: UInt64(max(0, realtime &- realtimeAtOrigin)))
    }
}
