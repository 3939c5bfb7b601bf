package import RTCWire

/// When two descriptions of a codec are of the same one, whatever their payload types (RFC 3264 §6.1, RFC 9429 §5.3.1).
extension SDPCodec {
    package var isRTX: Bool { isNamed("rtx") }

    /// Whether both are of one codec in one configuration, so that an answer may take up the offer.
    package func matches(_ other: SDPCodec) -> Bool {
        guard isNamed(other.name), clockRate == other.clockRate, !isRTX else { return false }
        switch PayloadFormat(codec: self) {
        case .h264:
            return packetizationMode == other.packetizationMode
                && profileLevel.profile == other.profileLevel.profile
        case .vp9: return number("profile-id") == other.number("profile-id")
        case .av1: return number("profile") == other.number("profile")
        case .opus, .vp8, nil: return true
        }
    }

    /// Whether a side that decodes nothing takes what `offered` describes: any profile, as long as its packets are understood.
    package func accepts(_ offered: SDPCodec) -> Bool {
        guard isNamed(offered.name), clockRate == offered.clockRate, !isRTX else { return false }
        // RFC 6184 §6.4: packets of the interleaved mode come in another order.
        return PayloadFormat(codec: self) != .h264 || offered.packetizationMode <= 1
    }

    /// What an answer says of an offered codec: the offer's configuration where that names one, else what this side wants to receive
    /// (RFC 6184 §8.2.2, RFC 9628 §5.2, RFC 7587 §7.1).
    package func parametersAnswering(_ offered: SDPCodec) -> [SDPParameter] {
        let configuration: [String]
        switch PayloadFormat(codec: self) {
        case .h264:
            configuration = ["level-asymmetry-allowed", "packetization-mode", "profile-level-id"]
        case .vp9: configuration = ["profile-id"]
        case .av1: configuration = ["profile", "level-idx", "tier"]
        case .opus, .vp8, nil: return parameters
        }
        return offered.parameters.filter { parameter in
            configuration.contains { $0 == parameter.key.lowercased() }
        }
    }

    /// Whether the writer of this can receive `stream`, in its profile and up to its level.
    package func carries(_ stream: SDPCodec) -> Bool {
        guard matches(stream) else { return false }
        switch PayloadFormat(codec: self) {
        case .h264: return stream.profileLevel.level <= profileLevel.level
        // Index 5, which is level 3.1, where nothing is said (AV1 in RTP §7.2).
        case .av1:
            return stream.number("level-idx") <= number("level-idx", unstated: 5)
                && stream.number("tier") <= number("tier")
        case .opus, .vp8, .vp9, nil: return true
        }
    }

    private var packetizationMode: Int { number("packetization-mode") }

    private var profileLevel: H264ProfileLevel {
        parameter("profile-level-id").flatMap { H264ProfileLevel($0) } ?? .unstated
    }

    private func number(_ key: String, unstated: Int = 0) -> Int {
        parameter(key).flatMap { Int($0) } ?? unstated
    }
}
