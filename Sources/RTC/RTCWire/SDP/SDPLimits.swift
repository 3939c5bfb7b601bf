/// What a description from outside may cost; a conference of hundreds of tracks stays far below.
public struct SDPLimits: Sendable {
    /// Bytes of the whole text.
    public var size = 1 << 20
    public var lines = 20_000
    public var mediaSections = 1_000
    /// `a=rtcp-fb` entries of one codec.
    public var feedbackPerCodec = 64

    public init() {}
}
