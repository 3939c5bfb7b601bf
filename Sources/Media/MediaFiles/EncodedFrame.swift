/// One shown picture of an encoded video.
public struct EncodedFrame: Hashable, Sendable {
    /// Where its payload lies in ``EncodedVideo/bytes``.
    public var range: Range<Int>
    /// Nanoseconds from the first frame.
    public var presentationTime: UInt64
    public var isKey: Bool
    /// What RTP keeps apart, one behind the other: NAL units of H.264 without start codes, OBUs of AV1 without their sizes; one part for
    /// codecs that know none.
    public var parts: [Range<Int>]
    /// Where it began in the file, in bytes.
    public var fileOffset: Int

    public init(range: Range<Int>, presentationTime: UInt64, isKey: Bool, parts: [Range<Int>]? = nil, fileOffset: Int? = nil) {
        self.range = range
        self.presentationTime = presentationTime
        self.isKey = isKey
        self.parts = parts ?? [range]
        self.fileOffset = fileOffset ?? range.lowerBound
    }
}
