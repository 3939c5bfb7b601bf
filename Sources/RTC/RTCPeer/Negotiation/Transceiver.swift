internal import RTCCore
internal import RTCWire

/// One m-section with both of its halves (W3C `RTCRtpTransceiver`).
struct Transceiver {
    let kind: MediaKind
    /// Given when the transceiver first stands in a description.
    var mid: String? {
        didSet { midText = mid.flatMap { InlineText($0) } }
    }
    /// The mid as the header extension carries it; `nil` when it is longer than an extension.
    private(set) var midText: InlineText?
    /// What this side wants.
    var direction: SDPDirection
    /// What was agreed; `nil` before.
    var currentDirection: SDPDirection?
    var sender: RTPStreamSender
    var receiver: RTPStreamReceiver
    /// The stream and track that this side's media belongs to (RFC 8830).
    var streamID: String
    var trackID: String
    var isStopped = false
    /// What both sides have, in the far side's order of preference, with the far side's payload types.
    var negotiatedCodecs: [SDPCodec] = []
    /// As our last offer states them.
    var offeredCodecs: [SDPCodec] = []
    /// As an answer of ours states them.
    var agreedExtensions: [SDPExtmap] = []
    var receivedExtensions = RTPExtensionMap()
    var sentExtensions = RTPExtensionMap()
    var usesReducedSize = true
    /// The far side's word for RTP over DTLS, and its formats, for the answer to repeat.
    var proto = "UDP/TLS/RTP/SAVPF"
    var offeredFormats: [String] = []

    var maySend: Bool { currentDirection?.sends ?? false }
    var mayReceive: Bool { currentDirection?.receives ?? false }

    init(
        kind: MediaKind, direction: SDPDirection, sender: RTPStreamSender, receiver: RTPStreamReceiver, streamID: String,
        trackID: String
    ) {
        self.kind = kind
        self.direction = direction
        self.sender = sender
        self.receiver = receiver
        self.streamID = streamID
        self.trackID = trackID
    }

    static func clockRate(of kind: MediaKind) -> UInt32 {
        kind == .audio ? 48_000 : 90_000
    }
}

extension MediaKind {
    /// `nil` for sections that carry no RTP.
    init?(_ kind: SDPMediaKind) {
        switch kind {
        case .audio: self = .audio
        case .video: self = .video
        case .application, .other: return nil
        }
    }

    var sdp: SDPMediaKind { self == .audio ? .audio : .video }
}
