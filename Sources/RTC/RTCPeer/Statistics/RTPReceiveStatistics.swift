/// Counters of one receiving stream; names and units of `RTCInboundRtpStreamStats`.
public struct RTPReceiveStatistics: Hashable, Sendable {
    /// Packets of the stream, those recovered over RTX included.
    public var packetsReceived: UInt64 = 0
    /// Payload bytes, without RTP headers and padding.
    public var bytesReceived: UInt64 = 0
    public var headerBytesReceived: UInt64 = 0
    public var retransmittedPacketsReceived: UInt64 = 0
    public var retransmittedBytesReceived: UInt64 = 0
    /// Expected minus received, after repair; may be negative (RFC 3550 §6.4.1).
    public var packetsLost: Int64 = 0
    /// Packets that came twice.
    public var packetsDuplicated: UInt64 = 0
    /// Packets that came after their place in the reorder window was gone.
    public var packetsDiscarded: UInt64 = 0
    /// Seconds (RFC 3550 A.8).
    public var jitter: Double = 0
    /// Feedback packets sent.
    public var nackCount: UInt64 = 0
    public var pliCount: UInt64 = 0
    /// Frames that came whole.
    public var framesReceived: UInt64 = 0
    public var keyFramesReceived: UInt64 = 0
    /// Frames of which some packets came, but never all.
    public var framesDamaged: UInt64 = 0
    /// Nanoseconds since the driver began; `nil` before the first packet.
    public var lastPacketReceivedAt: UInt64?
    public var frameWidth: Int = 0
    public var frameHeight: Int = 0

    public init() {}
}
