package import RTCCore
package import RTCWire

/// One m-section with both of its halves (W3C `RTCRtpTransceiver`).
package struct Transceiver {
    package let kind: MediaKind
    /// Given when the transceiver first stands in a description.
    package var mid: String? {
        didSet { midText = mid.flatMap { InlineText($0) } }
    }
    /// The mid as the header extension carries it; `nil` when it is longer than an extension.
    package private(set) var midText: InlineText?
    /// What this side wants.
    package var direction: SDPDirection
    /// What was agreed; `nil` before.
    package var currentDirection: SDPDirection?
    package var sender: RTPStreamSender
    package var receiver: RTPStreamReceiver
    /// The stream and track that this side's media belongs to (RFC 8830).
    package var streamID: String
    package var trackID: String
    /// Given up by either side for good: its section has port 0, and its line is free for another.
    package var isStopped = false
    /// Given up by this side, which the far side is yet to learn (W3C webrtc-pc, [[Stopping]]).
    package var isStopping = false
    /// Made to receive what an offer of the far side brought, so that a rollback of that offer takes it away.
    package var isMadeByOffer = false
    /// What both sides have, in the far side's order of preference, with the far side's payload types.
    package var negotiatedCodecs: [SDPCodec] = []
    /// The far side's codecs of those, as it wrote them: what it can receive.
    package var remoteCodecs: [SDPCodec] = []
    /// What this side has to send; `nil` where that is all the same.
    package var sendCodec: SDPCodec?
    /// As our last offer states them.
    package var offeredCodecs: [SDPCodec] = []
    /// What may come in for this section, RTX included.
    package var receivedPayloadTypes: [UInt8] = []
    /// As an answer of ours states them.
    package var agreedExtensions: [SDPExtmap] = []
    package var receivedExtensions = RTPExtensionMap()
    package var sentExtensions = RTPExtensionMap()
    package var usesReducedSize = true
    /// Whether receivers may ask for a round-trip time (RFC 3611 §4.4, `rcvr-rtt=all`).
    package var usesReferenceTime = false
    /// Whether the far side asks for an estimate of the bandwidth towards it (REMB) and for no feedback of each packet.
    package var usesReceiverEstimate = false
    /// The far side's word for RTP over DTLS, and its formats, for the answer to repeat.
    package var proto = "UDP/TLS/RTP/SAVPF"
    package var offeredFormats: [String] = []

    /// What this side no longer wants to send ends at once, not with the next answer (W3C webrtc-pc, removeTrack).
    package var maySend: Bool {
        (currentDirection?.sends ?? false) && direction.sends && !isStopping && sender.isAccepted
    }
    package var mayReceive: Bool { currentDirection?.receives ?? false }

    package init(
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

    package static func clockRate(of kind: MediaKind) -> UInt32 {
        kind == .audio ? 48_000 : 90_000
    }
}

extension MediaKind {
    /// `nil` for sections that carry no RTP.
    package init?(_ kind: SDPMediaKind) {
        switch kind {
        case .audio: self = .audio
        case .video: self = .video
        case .application, .other: return nil
        }
    }

    package var sdp: SDPMediaKind { self == .audio ? .audio : .video }
}
