public import RTCCore

/// One frame of a track: a picture, or an audio packet.
public struct MediaFrame: Hashable, Sendable {
    /// The index of its first packet in the track.
    public let firstPacket: Int
    public let packetCount: Int
    /// RTP ticks from the start of the file, in the track's ``MediaTrack/clockRate``, modulo 2³².
    public let rtpOffset: UInt32
    /// Nanoseconds from the start of the file at which the frame is due.
    public let dueOffset: UInt64
    /// Whether decoding can begin here; true of every audio frame.
    public let isKey: Bool
    /// Audio too small to tell one silence from another: it has no entry in ``MediaTrack/index(of:)``.
    public let isSilence: Bool
    /// Audio of two bytes and less: nothing has to be sent for it where the far side agrees (RFC 6716 §3.2.1, RFC 7587 §3.1.3).
    public let isDiscontinued: Bool
    /// Audio that follows such silence and is more than a sign of life in its midst.
    public let beginsTalkSpurt: Bool
    /// Audio that repeats the frame before it (RFC 6716 §4.2.4).
    public let hasRedundancy: Bool
    /// −dBov, 0 (loudest) to 127 (silence) (RFC 6464 §3); 127 for video. See ``MediaTrack/hasMeasuredLevels``.
    public let audioLevel: UInt8
    /// Bytes of payload.
    public let size: Int
    public let fingerprint: FrameFingerprint
}
