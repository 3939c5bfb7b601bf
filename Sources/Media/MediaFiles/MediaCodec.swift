/// A video codec whose files are read.
public enum VideoCodec: String, Sendable, CaseIterable {
    case vp8 = "VP8"
}

/// An audio codec whose files are read.
public enum AudioCodec: String, Sendable, CaseIterable {
    case opus
}
