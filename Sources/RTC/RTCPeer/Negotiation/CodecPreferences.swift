package import RTCCore
public import RTCWire

/// Codecs offered, each with its payload type, parameters and feedback, in order of preference.
public struct CodecPreferences: Hashable, Sendable {
    public var audio: [SDPCodec]
    public var video: [SDPCodec]

    public init(audio: [SDPCodec], video: [SDPCodec]) {
        self.audio = audio
        self.video = video
    }

    /// Opus (RFC 7587) and VP8 (RFC 7741) with RTX (RFC 4588).
    public static let `default` = CodecPreferences(
        audio: [
            SDPCodec(
                payloadType: 111, name: "opus", clockRate: 48_000, channels: 2,
                parameters: [SDPParameter("minptime", "10"), SDPParameter("useinbandfec", "1")], feedback: ["transport-cc"])
        ],
        video: [
            SDPCodec(
                payloadType: 96, name: "VP8", clockRate: 90_000,
                feedback: ["ccm fir", "nack", "nack pli", "transport-cc"]),
            SDPCodec(payloadType: 97, name: "rtx", clockRate: 90_000, parameters: [SDPParameter("apt", "96")]),
        ])

    package func codecs(for kind: MediaKind) -> [SDPCodec] {
        kind == .audio ? audio : video
    }
}
