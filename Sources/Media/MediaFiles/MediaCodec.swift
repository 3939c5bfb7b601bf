/// A video codec whose files are read.
public enum VideoCodec: String, Sendable, CaseIterable {
    case vp8 = "VP8"
    case vp9 = "VP9"
    case h264 = "H264"
    case av1 = "AV1"
}

/// An audio codec whose files are read.
public enum AudioCodec: String, Sendable, CaseIterable {
    case opus
}
