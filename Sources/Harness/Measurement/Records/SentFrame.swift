public import RTCCore

/// One frame that a bot's schedule made due, as the sender's book has it.
public struct SentFrame: Hashable, Sendable {
    /// When it was due: latency counts from here.
    public var due: Instant
    /// When the bot got to it.
    public var sentAt: Instant
    public var rtpTimestamp: UInt32
    /// Its place in the media file.
    public var frameIndex: Int32
    /// Zero for a frame that was due while the sender had no way to send it.
    public var packetCount: Int32
    /// Silence for which nothing was sent, by agreement with the far side.
    public var isSilence: Bool
    /// The extended sequence number of its first packet.
    public var firstSequence: UInt64

    public init(
        due: Instant, sentAt: Instant, rtpTimestamp: UInt32, frameIndex: Int32, packetCount: Int32, firstSequence: UInt64,
        isSilence: Bool = false
    ) {
        self.due = due
        self.sentAt = sentAt
        self.rtpTimestamp = rtpTimestamp
        self.frameIndex = frameIndex
        self.packetCount = packetCount
        self.isSilence = isSilence
        self.firstSequence = firstSequence
    }
}
