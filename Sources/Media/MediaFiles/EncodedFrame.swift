/// One shown picture of an encoded video.
public struct EncodedFrame: Hashable, Sendable {
    /// Where its payload lies in ``EncodedVideo/bytes``.
    public var range: Range<Int>
    /// Nanoseconds from the first frame.
    public var presentationTime: UInt64
    public var isKey: Bool

    public init(range: Range<Int>, presentationTime: UInt64, isKey: Bool) {
        self.range = range
        self.presentationTime = presentationTime
        self.isKey = isKey
    }
}
