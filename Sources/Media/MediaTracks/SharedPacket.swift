public import RTCCore

/// One packet's share of a frame, in memory that is shared by every bot and never freed.
///
/// What counts on from frame to frame is not in it: the sender writes that per packet, as ``descriptor`` says. What does not, such as the
/// headers of H.264's fragments, is part of the payload.
///
/// Unchecked, because a pointer is never `Sendable`: what it points to is written once, before the packet exists, and never
/// changed or freed.
public struct SharedPacket: @unchecked Sendable {
    @usableFromInline let start: UnsafeRawPointer
    @usableFromInline let size: UInt16
    public let descriptor: RunningDescriptor
    /// The VP8 payload descriptor's S bit, as each frame begins a partition.
    public let isFirstOfFrame: Bool
    /// The RTP marker of video. (In audio the marker begins a spurt of talk, and each packet is the last of its frame.)
    public let isLastOfFrame: Bool

    init(
        start: UnsafeRawPointer, size: Int, descriptor: RunningDescriptor, isFirstOfFrame: Bool, isLastOfFrame: Bool
    ) {
        self.start = start
        self.size = UInt16(size)
        self.descriptor = descriptor
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
