/// How the payloads of a codec are packed, for codecs whose packets are understood.
public enum PayloadFormat: UInt8, Hashable, Sendable, CaseIterable {
    case opus, vp8, vp9, h264, av1

    /// - Returns: `nil` for a codec that is not understood.
    public init?(codec: SDPCodec) {
        guard let format = Self.allCases.first(where: { codec.isNamed($0.name) }) else { return nil }
        self = format
    }

    /// As SDP spells it.
    public var name: String {
        switch self {
        case .opus: "opus"
        case .vp8: "VP8"
        case .vp9: "VP9"
        case .h264: "H264"
        case .av1: "AV1"
        }
    }
}
