internal import RTCCore

/// One media section of a session description: an m-line and what follows it (RFC 8866 §5.14).
///
/// What a section leaves to the session as a whole is asked through ``SessionDescription``, such as
/// ``SessionDescription/fingerprints(for:)``.
public struct MediaDescription: Hashable, Sendable {
    public var kind: SDPMediaKind
    /// 9 where ICE decides, 0 for a section that is rejected or only bundled.
    public var port: UInt16
    /// `UDP/TLS/RTP/SAVPF` or `UDP/DTLS/SCTP` in WebRTC.
    public var proto: String
    /// Payload types, or `webrtc-datachannel`; follows ``codecs`` when those are set.
    public var formats: [String]
    public var connection: SDPAddress?
    public var bandwidths: [SDPBandwidth] = []
    /// The section's name within the session (RFC 9143 §15, RFC 5888).
    public var mid: String?
    /// Sendrecv where neither the section nor the session says anything.
    public var direction: SDPDirection = .sendrecv
    public var rtcpMux = false
    /// RFC 8858.
    public var rtcpMuxOnly = false
    /// RFC 5506.
    public var rtcpReducedSize = false
    /// The kinds of extended reports that may be sent, such as `rcvr-rtt=all` (RFC 3611 §5.1).
    public var extendedReports: [String] = []
    /// RFC 9143 §6.
    public var bundleOnly = false
    public var extmapAllowMixed = false

    public var iceUfrag: String?
    public var icePassword: String?
    /// `trickle`, `renomination`…
    public var iceOptions: [String] = []
    public var fingerprints: [SDPFingerprint] = []
    public var setup: SDPSetup?
    /// As written behind `a=`: `candidate:…` (RFC 8839 §5.1).
    public var candidates: [String] = []
    public var endOfCandidates = false

    /// What can be received, the preferred first; formats without a known `rtpmap` are left out.
    public var codecs: [SDPCodec] {
        didSet { formats = codecs.map { String($0.payloadType) } }
    }
    public var extensions: [SDPExtmap] = []
    public var msids: [SDPMsid] = []
    public var ssrcs: [SDPSource] = []
    public var ssrcGroups: [SDPSourceGroup] = []
    public var rids: [SDPRid] = []
    public var simulcast: SDPSimulcast?

    /// RFC 8841 §5.
    public var sctpPort: UInt16?
    /// Bytes; 0 for no limit, and 65,536 where it is absent (RFC 8841 §6).
    public var maxMessageSize: UInt64?

    /// All other attributes, in the order of the text.
    public var attributes: [SDPAttribute] = []

    /// A section of RTP; its formats are those of the codecs.
    public init(
        kind: SDPMediaKind, mid: String, codecs: [SDPCodec], port: UInt16 = 9, proto: String = "UDP/TLS/RTP/SAVPF"
    ) {
        self.kind = kind
        self.port = port
        self.proto = proto
        self.formats = codecs.map { String($0.payloadType) }
        self.connection = .unspecified
        self.codecs = codecs
        self.mid = mid
    }

    /// A section of data channels (RFC 8841 §5).
    public init(
        dataChannelsWithMid mid: String, sctpPort: UInt16 = 5000, maxMessageSize: UInt64? = nil
    ) {
        self.init(kind: .application, port: 9, proto: "UDP/DTLS/SCTP", formats: ["webrtc-datachannel"])
        self.connection = .unspecified
        self.mid = mid
        self.sctpPort = sctpPort
        self.maxMessageSize = maxMessageSize
    }

    /// A bare m-line.
    public init(kind: SDPMediaKind, port: UInt16, proto: String, formats: [String]) {
        self.kind = kind
        self.port = port
        self.proto = proto
        self.formats = formats
        self.connection = nil
        self.codecs = []
    }

    /// Whether the section carries RTP.
    public var isRTP: Bool {
        var rest: ByteText? = ByteText(proto)
        while let (part, next) = rest?.cut(at: UInt8(ascii: "/")) {
            if part == "RTP" { return true }
            rest = next
        }
        return false
    }

    /// Whether an answer refused the section, or an offer gave it up (RFC 3264 §6, §8.2).
    public var isRejected: Bool { port == 0 && !bundleOnly }

    /// The ids of the header extensions that Starling knows.
    public var extensionMap: RTPExtensionMap {
        var map = RTPExtensionMap()
        for entry in extensions {
            guard let id = UInt8(exactly: entry.id), let element = RTPExtension(uri: entry.uri) else { continue }
            map[element] = id
        }
        return map
    }

    /// The codec of a payload type.
    public func codec(payloadType: UInt8) -> SDPCodec? {
        codecs.first { $0.payloadType == payloadType }
    }

    /// The first of the other attributes with a name.
    public func attribute(_ name: String) -> SDPAttribute? {
        attributes.first { $0.name == name }
    }
}
