/// Counters of one receiving stream; names of `RTCInboundRtpStreamStats`, sums of time in nanoseconds.
public struct RTPReceiveStatistics: Hashable, Sendable {
    /// Packets of the stream, those recovered over RTX included.
    public var packetsReceived: UInt64 = 0
    /// Payload bytes, without RTP headers and padding.
    public var bytesReceived: UInt64 = 0
    /// RTP headers with their extensions, and padding.
    public var headerBytesReceived: UInt64 = 0
    public var retransmittedPacketsReceived: UInt64 = 0
    public var retransmittedBytesReceived: UInt64 = 0
    /// Expected minus received, after repair; may be negative (RFC 3550 §6.4.1).
    public var packetsLost: Int64 = 0
    /// Packets that came twice.
    public var packetsDuplicated: UInt64 = 0
    /// Packets that came too late for the reorder window or, for audio, for the jitter buffer (``AudioPlayout``).
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
    /// The payload type of the newest packet; `nil` before the first.
    public var payloadType: UInt8?

    // What left the jitter buffer, which decodes nothing (``VideoPlayout``, ``AudioPlayout``).
    /// Frames that a decoder could have taken, in the order in which it could have.
    public var framesDecoded: UInt64 = 0
    public var keyFramesDecoded: UInt64 = 0
    /// Frames that came whole and never could be decoded.
    public var framesDropped: UInt64 = 0
    public var framesPerSecond = 0
    /// From the first packet until a frame left, summed over frames of video and samples of audio.
    public var jitterBufferDelay: Double = 0
    public var jitterBufferTargetDelay: Double = 0
    /// Frames of video, samples of audio.
    public var jitterBufferEmittedCount: UInt64 = 0
    /// From the first to the completing packet of the frames that had several.
    public var totalAssemblyTime: UInt64 = 0
    public var framesAssembledFromMultiplePackets: UInt64 = 0
    /// Of video; with the pictures that left the jitter buffer.
    public var freezes = FreezeTotals()
    /// Of audio: packets that repeat the one before them (RFC 6716 §4.2.4), and those of them that did so in vain, because that one had come.
    public var fecPacketsReceived: UInt64 = 0
    public var fecPacketsDiscarded: UInt64 = 0
    /// Of audio.
    public var interruptionCount: UInt64 = 0
    public var totalInterruptions: UInt64 = 0
    public var openInterruption: UInt64 = 0
    /// Of the packets whose fate is settled: they lie as far back as a repair may reach.
    public var bursts = BurstGapCounter()
    /// RTP time of what left the jitter buffer last, and when it did.
    public var lastPlayed: PlayoutPoint?
    /// What the far side's sender reports say.
    public var remote = RemoteOutboundStatistics()

    public init() {}
}
