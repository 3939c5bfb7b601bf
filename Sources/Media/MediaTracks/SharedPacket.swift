/// One packet's share of a frame, in memory that is shared by every bot and never freed.
///
/// The payload descriptor (RFC 7741 §4.2) is not in it: the sender writes that per packet, from the flags here.
///
/// Unchecked, because a pointer is never `Sendable`: what it points to is written once, before the packet exists, and never
/// changed or freed.
public struct SharedPacket: @unchecked Sendable {
    @usableFromInline let start: UnsafeRawPointer
    @usableFromInline let size: UInt16
    /// The VP8 payload descriptor's S bit, as each frame begins a partition.
    public let isFirstOfFrame: Bool
    /// The RTP marker of video. (In audio the marker begins a spurt of talk, and each packet is the last of its frame.)
    public let isLastOfFrame: Bool

    init(start: UnsafeRawPointer, size: Int, isFirstOfFrame: Bool, isLastOfFrame: Bool) {
        self.start = start
        self.size = UInt16(size)
        self.isFirstOfFrame = isFirstOfFrame
        self.isLastOfFrame = isLastOfFrame
    }

    /// Bytes.
    @inlinable
    public var count: Int { Int(size) }

    @inlinable
    public var payload: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start, count: Int(size))
    }
}
