public import RTCCore

/// One packet of a media file, ready but for its header: the payload is shared by every bot that plays the file.
///
/// Unchecked, because a pointer is never `Sendable`: what it points to is written once, before the packet exists, and is not changed while any
/// peer may read it.
public struct OutgoingPacket: @unchecked Sendable {
    /// The codec's payload behind what counts on from frame to frame. Must stay valid for as long as the peer may resend it.
    public let payload: UnsafeRawBufferPointer
    /// Whether the packet begins a frame: the S bit of VP8 (RFC 7741 §4.2).
    public let isFirstOfFrame: Bool
    /// Whether the packet ends a frame: the RTP marker of video.
    public let isLastOfFrame: Bool
    /// What the peer writes in front of a payload of video.
    public let descriptor: RunningDescriptor

    @inlinable
    public init(
        payload: UnsafeRawBufferPointer, isFirstOfFrame: Bool, isLastOfFrame: Bool,
        descriptor: RunningDescriptor = .vp8
    ) {
        self.payload = payload
        self.descriptor = descriptor
        self.isFirstOfFrame = isFirstOfFrame
        self.isLastOfFrame = isLastOfFrame
    }
}

/// What all packets of one frame have in common.
public struct OutgoingFrame: Sendable {
    /// When the frame was due to be captured: latency counts from here, and abs-capture-time says it.
    public var captureTime: Instant
    /// RTP ticks since the track began; the stream adds its random offset.
    public var mediaTime: UInt32
    public var isKey: Bool
    /// Loudness in −dBov, 0 to 127, for audio (RFC 6464 §3).
    public var audioLevel: UInt8?
    /// In pixels; 0 where nobody knows, and for audio.
    public var width: Int
    public var height: Int
    /// Of audio: silence in which nothing was sent lies before it, which the marker says (RFC 3551 §4.1, RFC 7587 §4.2).
    public var beginsTalkSpurt: Bool

    @inlinable
    public init(
        captureTime: Instant, mediaTime: UInt32, isKey: Bool, audioLevel: UInt8? = nil, width: Int = 0,
        height: Int = 0, beginsTalkSpurt: Bool = false
    ) {
        self.beginsTalkSpurt = beginsTalkSpurt
        self.width = width
        self.height = height
        self.captureTime = captureTime
        self.mediaTime = mediaTime
        self.isKey = isKey
        self.audioLevel = audioLevel
    }
}
