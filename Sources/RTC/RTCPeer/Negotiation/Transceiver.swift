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
    /// One stream, or one for each layer of a simulcast (RFC 8853), in the order of preference.
    package var senders: [RTPStreamSender]
    /// One stream, or one for each layer that the far side sends.
    package var receivers: [RTPStreamReceiver]
    /// The layers that the far side takes; empty where there is one stream, without a rid.
    package private(set) var sentLayers: [SDPSimulcast.Layer] = []
    /// The layers that the far side sends, as an answer of ours repeats them; empty where there is one stream.
    package var receivedLayers: [SDPSimulcast.Layer] = []
    package var receivedRids: [SDPRid] = []
    /// The sources that repair others, where the description of a simulcast says it (RFC 5576 §4.2, FID).
    package var repairs: [SDPSourceGroup] = []
    /// The stream and track that this side's media belongs to (RFC 8830).
    package var streamID: String
    package var trackID: String
    /// Given up by either side for good: its section has port 0, and its line is free for another.
    package var isStopped = false
    /// Given up by this side, which the far side is yet to learn (W3C webrtc-pc, [[Stopping]]).
    package var isStopping = false
    /// Made to receive what an offer of the far side brought, so that a rollback of that offer takes it away.
    package var isMadeByOffer = false
    /// For an offer of this side's alone: it takes no section that the far side's offers bring.
    package var isOnlyOffered = false
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
    package private(set) var sentExtensions = RTPExtensionMap()
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
    package func maySend(layer: Int) -> Bool { maySend && senders[layer].isWanted }
    package var sendsSimulcast: Bool { senders.count > 1 }
    package var mayReceive: Bool { currentDirection?.receives ?? false }

    package init(
        kind: MediaKind, direction: SDPDirection, senders: [RTPStreamSender], receiver: RTPStreamReceiver, streamID: String,
        trackID: String
    ) {
        self.kind = kind
        self.direction = direction
        precondition(!senders.isEmpty, "a transceiver has a sender")
        self.senders = senders
        receivers = [receiver]
        self.streamID = streamID
        self.trackID = trackID
    }

    package static func clockRate(of kind: MediaKind) -> UInt32 {
        kind == .audio ? 48_000 : 90_000
    }
}

extension Transceiver {
    /// The only stream, or the first layer.
    package var sender: RTPStreamSender {
        _read { yield senders[0] }
        _modify { yield &senders[0] }
    }

    package var receiver: RTPStreamReceiver {
        _read { yield receivers[0] }
        _modify { yield &receivers[0] }
    }

    /// More layers than this are not taken from anyone: each has its own buffers.
    package static let mostLayers = 8

    /// Writes headers with these extensions from now on.
    package mutating func send(extensions: RTPExtensionMap) {
        guard sentExtensions != extensions else { return }
        sentExtensions = extensions
        for layer in senders.indices { senders[layer].forgetSentPackets() }
    }

    /// What the far side takes of a simulcast; with none of it the first stream is left (W3C webrtc-pc, setting a description).
    package mutating func agreeToSend(_ layers: [SDPSimulcast.Layer]) {
        sentLayers = layers
        for index in senders.indices {
            let layer = layers.first { layer in senders[index].rid.map { $0 == layer.rid } ?? false }
            let isWanted = layers.isEmpty ? index == 0 : layer?.isPaused == false
            let statesRid = layer != nil
            if senders[index].statesRid != statesRid { senders[index].forgetSentPackets() }
            senders[index].statesRid = statesRid
            senders[index].isWanted = isWanted
            if !isWanted { senders[index].dropWaiting() }
        }
    }

    /// Makes a receiver for each layer that has none yet, up to ``mostLayers``; the others are not agreed to.
    package mutating func agreeToReceive(_ layers: [SDPSimulcast.Layer], rids: [SDPRid]) {
        receivedLayers = []
        receivedRids = []
        for (layer, rid) in zip(layers, rids) {
            guard let text = InlineText(layer.rid), hasReceiver(for: text) else { continue }
            receivedLayers.append(layer)
            receivedRids.append(rid)
        }
    }

    private mutating func hasReceiver(for rid: InlineText) -> Bool {
        if receivers.contains(where: { $0.rid == rid }) { return true }
        if let free = receivers.firstIndex(where: { $0.rid == nil && $0.ssrc == nil }) {
            receivers[free].rid = rid
            return true
        }
        guard receivers.count < Self.mostLayers else { return false }
        var receiver = RTPStreamReceiver(kind: kind, clockRate: Self.clockRate(of: kind))
        receiver.usesNack = self.receiver.usesNack
        receiver.usesPictureLoss = self.receiver.usesPictureLoss
        receiver.rid = rid
        receivers.append(receiver)
        return true
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
