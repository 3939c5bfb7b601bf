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

    /// Opus (RFC 7587); VP8 (RFC 7741), VP9 (RFC 9628), H.264 (RFC 6184) and AV1, each with RTX (RFC 4588).
    public static let `default` = CodecPreferences(
        audio: [
            SDPCodec(
                payloadType: 111, name: "opus", clockRate: 48_000, channels: 2,
                parameters: [SDPParameter("minptime", "10"), SDPParameter("useinbandfec", "1")], feedback: ["transport-cc"])
        ],
        video: video("VP8", 96, 97) + video("VP9", 98, 99, [SDPParameter("profile-id", "0")])
            + video(
                "H264", 102, 103,
                [
                    SDPParameter("level-asymmetry-allowed", "1"), SDPParameter("packetization-mode", "1"),
                    SDPParameter("profile-level-id", "42e01f"),
                ]) + video("AV1", 45, 46))

    /// The same, with a wish to be sent nothing in silence (RFC 7587 §6.1, `usedtx=1`).
    public var discontinuous: CodecPreferences {
        var changed = self
        for index in changed.audio.indices where changed.audio[index].isNamed("opus") {
            changed.audio[index].parameters.removeAll { $0.key == "usedtx" }
            changed.audio[index].parameters.append(SDPParameter("usedtx", "1"))
        }
        return changed
    }

    private static func video(
        _ name: String, _ payloadType: UInt8, _ repair: UInt8, _ parameters: [SDPParameter] = []
    ) -> [SDPCodec] {
        [
            SDPCodec(
                payloadType: payloadType, name: name, clockRate: 90_000, parameters: parameters,
                feedback: ["ccm fir", "goog-remb", "nack", "nack pli", "transport-cc"]),
            SDPCodec(
                payloadType: repair, name: "rtx", clockRate: 90_000,
                parameters: [SDPParameter("apt", String(payloadType))]),
        ]
    }

    package func codecs(for kind: MediaKind) -> [SDPCodec] {
        kind == .audio ? audio : video
    }

    /// With what is sent in front, in a configuration of its own where none of these is.
    ///
    /// - Parameter others: What other sections have: a payload type means the same in the whole bundle (RFC 9143 §10.1).
    package func codecs(for kind: MediaKind, sending stream: SDPCodec?, others: [SDPCodec])
        -> [SDPCodec]
    {
        var codecs = codecs(for: kind)
        guard let stream else { return codecs }
        var own = codecs.first { $0.matches(stream) } ?? others.first { $0.matches(stream) }
        var repair = own.flatMap { own in
            (codecs + others).first { $0.associatedPayloadType == own.payloadType }
        }
        if own == nil {
            guard let model = codecs.first(where: { $0.isNamed(stream.name) }) else { return codecs }
            let used = (audio + video + others).map(\.payloadType)
            // RFC 3551 §6, and what libwebrtc takes once those are used up.
            let free = (Array(UInt8(104)...127) + Array(UInt8(47)...63)).filter { !used.contains($0) }
            guard free.count >= 2 else { return codecs }
            own = SDPCodec(
                payloadType: free[0], name: model.name, clockRate: model.clockRate,
                parameters: stream.parameters,
                feedback: model.feedback)
            repair = SDPCodec(
                payloadType: free[1], name: "rtx", clockRate: model.clockRate,
                parameters: [SDPParameter("apt", String(free[0]))])
            if !codecs.contains(where: \.isRTX) { repair = nil }
        }
        let first = [own, repair].compactMap { $0 }
        codecs.removeAll { codec in first.contains { $0.payloadType == codec.payloadType } }
        return first + codecs
    }
}
