public import RTCCore

/// One frame as it came: what the audit compares with what was sent.
public struct ReceivedFrame: Hashable, Sendable {
    public enum Outcome: UInt8, Hashable, Sendable {
        /// Every packet came.
        case intact
        /// Some packets came, never all.
        case damaged
    }

    public var outcome: Outcome
    public var rtpTimestamp: UInt32
    /// Of the encoded payload behind the payload descriptors; meaningful for intact frames.
    public var fingerprint: FrameFingerprint
    /// Kernel receive timestamps of the frame's first and of its completing packet.
    public var firstPacketAt: Instant
    public var completedAt: Instant
    public var packetCount: Int
    /// The sequence number of its first packet; of a damaged frame, of one that came.
    public var firstSequence: UInt16
    public var isKey: Bool
    /// Which of the transceiver's layers it belongs to: 0 where there is one stream.
    public var layer: UInt8 = 0

    public init(
        outcome: Outcome, rtpTimestamp: UInt32, fingerprint: FrameFingerprint, firstPacketAt: Instant, completedAt: Instant,
        packetCount: Int, firstSequence: UInt16 = 0, isKey: Bool
    ) {
        self.outcome = outcome
        self.rtpTimestamp = rtpTimestamp
        self.fingerprint = fingerprint
        self.firstPacketAt = firstPacketAt
        self.completedAt = completedAt
        self.packetCount = packetCount
        self.firstSequence = firstSequence
        self.isKey = isKey
    }
}
