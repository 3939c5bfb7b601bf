/// Counters of one sending stream; names and units of `RTCOutboundRtpStreamStats`, RTX included.
public struct RTPSendStatistics: Hashable, Sendable {
    public var packetsSent: UInt64 = 0
    /// Payload bytes, without RTP headers.
    public var bytesSent: UInt64 = 0
    public var headerBytesSent: UInt64 = 0
    public var retransmittedPacketsSent: UInt64 = 0
    public var retransmittedBytesSent: UInt64 = 0
    public var framesSent: UInt64 = 0
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
    public var packetsLost: Int64 = 0
    /// 0...1.
    public var fractionLost: Double = 0
    /// Seconds.
    public var jitter: Double = 0
    /// Seconds; `nil` until a report carried a delay since the last sender report.
    public var roundTripTime: Double?
    public var totalRoundTripTime: Double = 0
    public var roundTripTimeMeasurements: UInt64 = 0
    public var reportsReceived: UInt64 = 0

    public init() {}
}
