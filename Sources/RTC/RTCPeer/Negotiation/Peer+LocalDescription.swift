internal import RTCCore
internal import RTCCrypto
internal import RTCICE
package import RTCWire

/// Writing this side's description (RFC 9429 §5.2, §5.3).
extension Peer {
    mutating func describe(_ type: DescriptionType) -> SessionDescription {
        descriptionVersion += 1
        var description = SessionDescription(origin: SDPOrigin(sessionID: sessionID, version: descriptionVersion))
        description.iceOptions = ["trickle"]
        description.media = sections.map { section in
            switch section {
            case .transceiver(let index): self.section(index, type)
            case .refused(let refused): refused.description
            }
        }
        let bundled = description.media.filter { !$0.isRejected }.compactMap(\.mid).filter {
            type == .offer || offeredBundle.contains($0)
        }
        description.bundleGroups = bundled.isEmpty ? [] : [bundled]
        return description
    }

    func section(_ index: Int, _ type: DescriptionType) -> MediaDescription {
        let transceiver = transceivers[index]
        guard !transceiver.isStopped, !transceiver.isStopping else {
            return RefusedSection(
                kind: transceiver.kind.sdp, proto: transceiver.proto, formats: transceiver.offeredFormats, mid: transceiver.mid
            ).description
        }
        let codecs = type == .offer ? transceiver.offeredCodecs : transceiver.negotiatedCodecs
        var media = MediaDescription(
            kind: transceiver.kind.sdp, mid: transceiver.mid ?? "", codecs: codecs, port: 9, proto: transceiver.proto)
        media.rtcpMux = true
        media.rtcpReducedSize = type == .offer || transceiver.usesReducedSize
        if type == .answer, transceiver.usesReferenceTime {
            media.extendedReports = [Self.referenceTime]
        }
        media.iceUfrag = ice.localCredentials.ufrag
        media.icePassword = ice.localCredentials.password
        media.fingerprints = [
            SDPFingerprint(
                hashFunction: configuration.certificate.fingerprint.algorithm, bytes: configuration.certificate.fingerprint.bytes)
        ]
        media.setup = type == .offer ? .actpass : answeredSetup
        media.direction =
            type == .offer
            ? transceiver.direction : transceiver.direction.intersection((remoteDirections[index] ?? .inactive).reversed)
        describeLayers(of: transceiver, type, in: &media)
        media.extensions =
            type == .offer
            ? offeredExtensions(of: transceiver.kind, layers: media.simulcast != nil) : transceiver.agreedExtensions
        if media.direction.sends {
            media.msids = [SDPMsid(stream: transceiver.streamID, track: transceiver.trackID)]
        }
        if media.direction.sends, media.simulcast?.send.isEmpty ?? true {
            media.ssrcs = [source(transceiver.sender.ssrc)]
            if codecs.contains(where: \.isRTX) {
                media.ssrcs.append(source(transceiver.sender.rtxSSRC))
                media.ssrcGroups = [
                    SDPSourceGroup(semantics: "FID", ssrcs: [transceiver.sender.ssrc, transceiver.sender.rtxSSRC])
                ]
            }
        }
        media.candidates = ice.localCandidates.map(\.sdpValue)
        return media
    }

    /// An offer names every layer that there is, an answer those of the offer that are taken (RFC 8853 §5.3.1, §5.3.2).
    private func describeLayers(of transceiver: Transceiver, _ type: DescriptionType, in media: inout MediaDescription) {
        var simulcast = SDPSimulcast()
        if media.direction.sends, transceiver.sendsSimulcast || !transceiver.sentLayers.isEmpty {
            let layers =
                type == .answer
                ? transceiver.sentLayers
                : transceiver.senders.compactMap { $0.rid.map { SDPSimulcast.Layer(rid: $0.string) } }
            simulcast.send = layers.map { [$0] }
            media.rids += layers.map { SDPRid(id: $0.rid, direction: .send) }
        }
        if media.direction.receives {
            simulcast.receive = transceiver.receivedLayers.map { [$0] }
            media.rids += transceiver.receivedRids
        }
        if !simulcast.send.isEmpty || !simulcast.receive.isEmpty { media.simulcast = simulcast }
    }

    /// The other half of what was offered (RFC 8842 §5.3), whatever role an association that goes on has.
    private var answeredSetup: SDPSetup {
        switch offeredSetup {
        case .active: .passive
        case .passive: .active
        default: dtlsRole == .server ? .passive : .active
        }
    }

    /// Every extension under the id it has on this transport, or under a free one.
    private func offeredExtensions(of kind: MediaKind, layers: Bool) -> [SDPExtmap] {
        var map = extensionMap
        var offered: [SDPExtmap] = []
        for known in Self.supportedExtensions where layers || !known.isOfLayers {
            let free = (UInt8(1)...14).first { map.element(withID: $0) == nil }
            guard let id = map[known] ?? free else { continue }
            map[known] = id
            if known.isOf(kind) { offered.append(SDPExtmap(id: Int(id), uri: known.uri)) }
        }
        return offered
    }

    /// The lowest number that names no section yet.
    func unusedMid() -> String {
        var number = 0
        while isUsed(mid: String(number)) { number += 1 }
        return String(number)
    }

    private func isUsed(mid: String) -> Bool {
        transceivers.contains { $0.mid == mid }
            || sections.contains {
                if case .refused(let refused) = $0 { refused.mid == mid } else { false }
            }
    }

    func source(_ ssrc: UInt32) -> SDPSource {
        SDPSource(ssrc: ssrc, attributes: [SDPAttribute("cname", configuration.cname)])
    }

    package static let supportedExtensions: [RTPExtension] = [
        .mid, .audioLevel, .transportSequenceNumber, .absSendTime, .absCaptureTime, .rtpStreamID, .repairedRTPStreamID,
    ]

    static let referenceTime = "rcvr-rtt=all"
}
