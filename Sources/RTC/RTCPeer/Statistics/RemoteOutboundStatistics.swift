/// What sender reports say about a stream; names of `RTCRemoteOutboundRtpStreamStats`.
public struct RemoteOutboundStatistics: Hashable, Sendable {
    public var reportsSent: UInt64 = 0
    public var packetsSent: UInt32 = 0
    public var bytesSent: UInt32 = 0
    /// The newest report's NTP and RTP time, by the far side's clock.
    public var ntp: UInt64 = 0
    public var rtpTimestamp: UInt32 = 0
    /// Nanoseconds since the driver began.
    public var arrivedAt: UInt64 = 0
    /// Seconds, by extended reports (RFC 3611 §4.5); `nil` where the far side sends none.
    public var roundTripTime: Double?
    public var totalRoundTripTime: Double = 0
    public var roundTripTimeMeasurements: UInt64 = 0

    public init() {}
}
