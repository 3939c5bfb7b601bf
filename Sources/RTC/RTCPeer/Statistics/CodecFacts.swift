/// What statistics tell of a codec.
public struct CodecFacts: Hashable, Sendable {
    public var payloadType: UInt8
    public var mimeType: String
    public var clockRate: UInt32
    /// For audio.
    public var channels: Int?
    public var sdpFmtpLine: String?
}
