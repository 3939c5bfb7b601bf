/// Counters of one sending stream; names and units of `RTCOutboundRtpStreamStats`, RTX included.
public struct RTPSendStatistics: Hashable, Sendable {
    public var packetsSent: UInt64 = 0
    /// Payload bytes, without RTP headers.
    public var bytesSent: UInt64 = 0
    public var headerBytesSent: UInt64 = 0
    public var retransmittedPacketsSent: UInt64 = 0
    public var retransmittedBytesSent: UInt64 = 0
    /// Frames of which the last packet has left.
    public var framesSent: UInt64 = 0
    /// Frames handed to the packetiser: the files are encoded already.
    public var framesEncoded: UInt64 = 0
    /// Frames of at least two and a half times the size of the average before them.
    public var hugeFramesSent: UInt64 = 0
    public var frameWidth = 0
    public var frameHeight = 0
    public var framesPerSecond = 0
    /// Nanoseconds since the driver began; `nil` before the first frame.
    public var firstFrameAt: UInt64?
    public var keyFramesSent: UInt64 = 0
    /// NACK packets received.
    public var nackCount: UInt64 = 0
    public var pliCount: UInt64 = 0
    public var firCount: UInt64 = 0
    /// Nanoseconds from the packetiser to the batch, summed over packets.
    public var totalPacketSendDelay: UInt64 = 0
    /// Packets that were queued and then dropped because the transport went away.
    public var packetsDiscarded: UInt64 = 0
    /// Numbers asked for by NACK that had left the buffer or had been resent just before.
    public var retransmissionsUnavailable: UInt64 = 0
    /// What the far side reported last.
    public var remote = RemoteInboundStatistics()

    public init() {}
}

/// What receiver reports say about a stream; names and units of `RTCRemoteInboundRtpStreamStats`.
public struct RemoteInboundStatistics: Hashable, Sendable {
    /// What must have come, from the first packet sent to the highest reported, less what is reported lost.
    public var packetsReceived: UInt64 = 0
    public var packetsLost: Int64 = 0
    /// 0...1.
    public var fractionLost: Double = 0
    /// Seconds.
    public var jitter: Double = 0
    /// Seconds; `nil` until a report carried a delay since a sender report that had come.
    public var roundTripTime: Double?
    public var totalRoundTripTime: Double = 0
    public var roundTripTimeMeasurements: UInt64 = 0
    public var reportsReceived: UInt64 = 0

    public init() {}
}
