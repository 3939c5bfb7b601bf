internal import RTCCore

/// A payload type with all that a section says of it: `rtpmap`, `fmtp` and `rtcp-fb` (RFC 8866 §6.6, §6.15, RFC 4585 §4.2).
public struct SDPCodec: Hashable, Sendable {
    /// 0…127.
    public var payloadType: UInt8
    /// As written; compare with ``isNamed(_:)``, for case does not count.
    public var name: String
    /// Ticks of the RTP clock per second.
    public var clockRate: UInt32
    /// 1 where the text says nothing.
    public var channels: Int
    /// The format's parameters in the order of the text.
    public var parameters: [SDPParameter]
    /// What feedback is understood: `nack`, `nack pli`, `ccm fir`, `transport-cc`, `goog-remb`…
    public var feedback: [String]

    public init(
        payloadType: UInt8, name: String, clockRate: UInt32, channels: Int = 1, parameters: [SDPParameter] = [],
        feedback: [String] = []
    ) {
        self.payloadType = payloadType
        self.name = name
        self.clockRate = clockRate
        self.channels = channels
        self.parameters = parameters
        self.feedback = feedback
    }

    /// A stream as its file describes it, before it has a payload type.
    ///
    /// - Parameter formatParameters: As an `fmtp` line has them.
    public init(
        sending name: String, clockRate: UInt32, channels: Int = 1, formatParameters: String = ""
    ) {
        self.init(payloadType: 0, name: name, clockRate: clockRate, channels: channels)
        parameters = SDPParameter.parse(ByteText(formatParameters))
    }

    /// Whether this is the codec, whatever the case of its letters.
    public func isNamed(_ name: String) -> Bool {
        self.name.isEqualIgnoringCase(name)
    }

    /// The value of a parameter, whatever the case of its key.
    public func parameter(_ key: String) -> String? {
        parameters.first { $0.key.isEqualIgnoringCase(key) }?.value
    }

    /// For RTX, the payload type whose packets it repeats (RFC 4588 §8.1).
    public var associatedPayloadType: UInt8? {
        isNamed("rtx") ? parameter("apt").flatMap { UInt8($0) } : nil
    }

    /// The payload types that need no `rtpmap` (RFC 3551 §6), as far as they are still seen.
    static func assigned(_ payloadType: UInt8) -> SDPCodec? {
        switch payloadType {
        case 0: SDPCodec(payloadType: 0, name: "PCMU", clockRate: 8000)
        case 3: SDPCodec(payloadType: 3, name: "GSM", clockRate: 8000)
        case 8: SDPCodec(payloadType: 8, name: "PCMA", clockRate: 8000)
        case 9: SDPCodec(payloadType: 9, name: "G722", clockRate: 8000)
        case 13: SDPCodec(payloadType: 13, name: "CN", clockRate: 8000)
        case 18: SDPCodec(payloadType: 18, name: "G729", clockRate: 8000)
        default: nil
        }
    }
}

extension String {
    /// Whether both are the same but for the case of the letters of ASCII, which is all that names of codecs have.
    fileprivate func isEqualIgnoringCase(_ other: String) -> Bool {
        utf8.count == other.utf8.count && zip(utf8, other.utf8).allSatisfy { $0 == $1 || ($0.isLetter && $0 ^ 0x20 == $1) }
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) }
}
