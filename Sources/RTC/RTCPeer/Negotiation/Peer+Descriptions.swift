public import RTCCore
internal import RTCCrypto
internal import RTCICE
public import RTCWire

extension Peer {
    /// Adds an m-section to the next offer, or one that an offer of the far side will take.
    ///
    /// - Returns: The transceiver's number, by which media is sent and events are told.
    @discardableResult
    public mutating func addTransceiver(
        _ kind: MediaKind, direction: SDPDirection, streamID: String, trackID: String
    ) -> Int {
        transceivers.append(
            Transceiver(
                kind: kind, direction: direction,
                sender: RTPStreamSender(kind: kind, cname: configuration.cname, random: &random),
                receiver: RTPStreamReceiver(kind: kind, clockRate: Transceiver.clockRate(of: kind)), streamID: streamID,
                trackID: trackID))
        return transceivers.count - 1
    }

    /// Makes and applies the description that the signaling state calls for: an offer when stable, an answer to a remote offer
    /// (the parameterless `setLocalDescription()` of W3C webrtc-pc §4.4.1.6).
    ///
    /// - Parameter restartICE: New ICE credentials with the offer; the selected path stays in use meanwhile.
    public mutating func setLocalDescription(restartICE: Bool = false, now: Instant) throws(NegotiationError)
        -> SessionDescription
    {
        switch signalingState {
        case .stable:
            if restartICE { ice.restart(role: nil, now: now) }
            for index in transceivers.indices where transceivers[index].mid == nil {
                transceivers[index].mid = String(nextMid)
                nextMid += 1
                sections.append(index)
            }
            signalingState = .haveLocalOffer
            return describe(.offer)
        case .haveRemoteOffer:
            signalingState = .stable
            let answer = describe(.answer)
            applyDirections(now: now)
            return answer
        case .haveLocalOffer, .closed:
            throw .wrongState(signalingState, doing: "make a description")
        }
    }

    /// Takes back an offer that was not answered (RFC 9429 §4.1.10.2).
    public mutating func rollback() throws(NegotiationError) {
        guard signalingState == .haveLocalOffer || signalingState == .haveRemoteOffer else {
            throw .wrongState(signalingState, doing: "roll back")
        }
        signalingState = .stable
    }

    public mutating func setRemoteDescription(
        _ description: SessionDescription, _ type: DescriptionType, now: Instant
    ) throws(NegotiationError) {
        switch (type, signalingState) {
        case (.offer, .stable), (.answer, .haveLocalOffer): break
        default: throw .wrongState(signalingState, doing: "apply a remote \(type.rawValue)")
        }
        if type == .answer, description.media.count != sections.count {
            throw .mismatch("\(description.media.count) m-sections for \(sections.count)")
        }
        let transport = try remoteTransport(of: description)
        try checkSections(description, type)
        for (line, media) in description.media.enumerated() { applySection(media, of: description, line: line, type) }
        applyTransport(transport, type, now: now)
        signalingState = type == .offer ? .haveRemoteOffer : .stable
        if type == .answer { applyDirections(now: now) }
        for media in description.media {
            for candidate in media.candidates { addRemoteCandidate(candidate, now: now) }
            if media.endOfCandidates { ice.endOfRemoteCandidates(now: now) }
        }
    }

    /// A trickled candidate: the value of an `a=candidate` line (RFC 8840). What cannot be used is counted, not refused.
    public mutating func addRemoteCandidate(_ line: String, now: Instant) {
        guard let candidate = try? IceCandidate(parsing: line) else {
            statistics.ignoredCandidates += 1
            return
        }
        ice.addRemoteCandidate(candidate, now: now)
    }

    public mutating func endOfRemoteCandidates(now: Instant) {
        ice.endOfRemoteCandidates(now: now)
    }

    // MARK: - Reading

    private struct RemoteTransport {
        var credentials: IceCredentials
        var isLite: Bool
        var fingerprints: [CertificateFingerprint]
        var setup: SDPSetup
    }

    private func remoteTransport(of description: SessionDescription) throws(NegotiationError) -> RemoteTransport {
        guard let media = description.media.first(where: { $0.port != 0 }) ?? description.media.first else {
            throw .missing("m-sections", mid: nil)
        }
        guard let ufrag = description.iceUfrag(for: media), let password = description.icePassword(for: media) else {
            throw .missing("ICE credentials", mid: media.mid)
        }
        let fingerprints = description.fingerprints(for: media).compactMap {
            CertificateFingerprint(algorithm: $0.hashFunction, bytes: $0.bytes)
        }
        guard !fingerprints.isEmpty else { throw .missing("a certificate fingerprint", mid: media.mid) }
        guard let setup = description.setup(for: media) else { throw .missing("a=setup", mid: media.mid) }
        return RemoteTransport(
            credentials: IceCredentials(ufrag: ufrag, password: password), isLite: description.iceLite,
            fingerprints: fingerprints, setup: setup)
    }

    private func checkSections(_ description: SessionDescription, _ type: DescriptionType) throws(NegotiationError) {
        guard description.media.count <= 64 else { throw .unsupported("more than 64 m-sections", mid: nil) }
        let bundled = description.bundleGroups.first ?? []
        for (line, media) in description.media.enumerated() where media.port != 0 || media.bundleOnly {
            guard let mid = media.mid else { throw .missing("a=mid", mid: nil) }
            guard description.media.count == 1 || bundled.contains(mid) else {
                throw .unsupported("media outside the BUNDLE group", mid: mid)
            }
            guard MediaKind(media.kind) == nil || media.rtcpMux else { throw .unsupported("RTCP without a=rtcp-mux", mid: mid) }
            if type == .answer {
                guard transceivers[sections[line]].mid == mid else { throw .mismatch("m-section \(line) has mid '\(mid)'") }
            }
        }
    }

    private mutating func applySection(
        _ media: MediaDescription, of description: SessionDescription, line: Int, _ type: DescriptionType
    ) {
        guard let kind = MediaKind(media.kind) else {
            if type == .offer, line >= sections.count { sections.append(Self.unsupportedSection) }
            return
        }
        let index: Int
        if line < sections.count {
            index = sections[line]
        } else {
            index = transceiver(for: media, kind: kind)
            sections.append(index)
        }
        guard index != Self.unsupportedSection else { return }
        if let mid = media.mid {
            transceivers[index].mid = mid
            if let number = Int(mid) { nextMid = max(nextMid, number + 1) }
        }
        let offered = media.port == 0 && !media.bundleOnly ? SDPDirection.inactive : media.direction
        remoteDirections[index] = offered
        transceivers[index].isStopped = media.port == 0 && !media.bundleOnly
        negotiateCodecs(media, index: index)
        for extmap in description.extensions(for: media) {
            if let known = RTPExtension(uri: extmap.uri), Self.supportedExtensions.contains(known) {
                extensionMap[known] = UInt8(exactly: extmap.id)
            }
        }
        bindSources(media, index: index)
    }

    private mutating func transceiver(for media: MediaDescription, kind: MediaKind) -> Int {
        if let free = transceivers.firstIndex(where: { $0.mid == nil && $0.kind == kind && !$0.isStopped }) { return free }
        return addTransceiver(kind, direction: .recvonly, streamID: "-", trackID: "-")
    }

    private mutating func negotiateCodecs(_ media: MediaDescription, index: Int) {
        let ours = configuration.codecs.codecs(for: transceivers[index].kind)
        var agreed: [SDPCodec] = []
        for codec in media.codecs where !codec.isRTX {
            guard let own = ours.first(where: { $0.matches(codec) }) else { continue }
            var common = codec
            common.feedback = codec.feedback.filter { own.feedback.contains($0) }
            agreed.append(common)
            let repairs = ours.contains { $0.isRTX }
            if repairs, let rtx = media.codecs.first(where: { $0.isRTX && $0.associatedPayloadType == codec.payloadType }) {
                agreed.append(rtx)
            }
        }
        transceivers[index].negotiatedCodecs = agreed
        guard let primary = agreed.first(where: { !$0.isRTX }) else {
            transceivers[index].isStopped = true
            return
        }
        transceivers[index].sender.payloadType = primary.payloadType
        transceivers[index].sender.rtxPayloadType =
            agreed.first { $0.isRTX && $0.associatedPayloadType == primary.payloadType }?.payloadType
        let nack = primary.feedback.contains("nack")
        transceivers[index].sender.usesNack = nack
        transceivers[index].receiver.usesNack = nack
        for codec in agreed where payloadTypes[Int(codec.payloadType & 0x7F)] == nil {
            payloadTypes[Int(codec.payloadType & 0x7F)] = PayloadBinding(transceiver: index, isRTX: codec.isRTX)
        }
    }

    private mutating func bindSources(_ media: MediaDescription, index: Int) {
        guard let first = media.ssrcs.first?.ssrc else { return }
        let group = media.ssrcGroups.first { $0.semantics == "FID" && $0.ssrcs.count == 2 }
        bind(ssrc: group?.ssrcs[0] ?? first, to: index, isRTX: false)
        if let repair = group?.ssrcs[1] { bind(ssrc: repair, to: index, isRTX: true) }
    }

    private mutating func applyTransport(_ transport: RemoteTransport, _ type: DescriptionType, now: Instant) {
        ice.setRemoteIsLite(transport.isLite)
        if let known = remoteCredentials, known != transport.credentials, type == .offer {
            ice.restart(role: transport.isLite ? .controlling : .controlled, now: now)
        } else if remoteCredentials == nil, type == .offer, !transport.isLite {
            ice.setRole(.controlled)
        }
        remoteCredentials = transport.credentials
        ice.setRemoteCredentials(transport.credentials, now: now)
        remoteFingerprints = transport.fingerprints
        if dtlsRole == nil {
            // An answerer chooses to be active, so that the handshake starts a round trip earlier (RFC 8842 §5.2).
            dtlsRole =
                type == .offer
                ? (transport.setup == .active ? .server : .client) : (transport.setup == .active ? .server : .client)
        }
        makeDTLS(now: now)
        dtls?.endpoint.setRemoteFingerprints(transport.fingerprints)
        startDTLSIfReady(now: now)
    }

    private mutating func applyDirections(now: Instant) {
        for index in transceivers.indices {
            guard let remote = remoteDirections[index], !transceivers[index].isStopped else {
                transceivers[index].currentDirection = .inactive
                continue
            }
            let before = transceivers[index].mayReceive
            transceivers[index].currentDirection = transceivers[index].direction.intersection(remote.reversed)
            if transceivers[index].mayReceive, !before, let mid = transceivers[index].mid {
                events.append(
                    .trackAdded(
                        transceiver: index, mid: mid, kind: transceivers[index].kind, streamID: remoteStreams[index]))
            }
        }
    }

    // MARK: - Writing

    private mutating func describe(_ type: DescriptionType) -> SessionDescription {
        descriptionVersion += 1
        var description = SessionDescription(origin: SDPOrigin(sessionID: sessionID, version: descriptionVersion))
        description.iceOptions = ["trickle"]
        description.media = sections.map { index in
            index == Self.unsupportedSection
                ? MediaDescription(kind: .application, port: 0, proto: "UDP/DTLS/SCTP", formats: ["webrtc-datachannel"])
                : section(index, type)
        }
        description.bundleGroups = [description.media.filter { !$0.isRejected }.compactMap(\.mid)]
        return description
    }

    private func section(_ index: Int, _ type: DescriptionType) -> MediaDescription {
        let transceiver = transceivers[index]
        let codecs =
            type == .offer
            ? configuration.codecs.codecs(for: transceiver.kind) : transceiver.negotiatedCodecs
        var media = MediaDescription(
            kind: transceiver.kind.sdp, mid: transceiver.mid ?? "", codecs: codecs, port: transceiver.isStopped ? 0 : 9)
        media.rtcpMux = true
        media.rtcpReducedSize = true
        media.iceUfrag = ice.localCredentials.ufrag
        media.icePassword = ice.localCredentials.password
        media.fingerprints = [
            SDPFingerprint(
                hashFunction: configuration.certificate.fingerprint.algorithm, bytes: configuration.certificate.fingerprint.bytes)
        ]
        media.setup = type == .offer ? .actpass : (dtlsRole == .server ? .passive : .active)
        media.direction =
            type == .offer
            ? transceiver.direction : transceiver.direction.intersection((remoteDirections[index] ?? .inactive).reversed)
        for known in Self.supportedExtensions where known != .audioLevel || transceiver.kind == .audio {
            if type == .offer {
                media.extensions.append(SDPExtmap(id: Int(extensionMap[known] ?? Self.preferredID(known)), uri: known.uri))
            } else if let id = extensionMap[known] {
                media.extensions.append(SDPExtmap(id: Int(id), uri: known.uri))
            }
        }
        if media.direction.sends {
            media.msids = [SDPMsid(stream: transceiver.streamID, track: transceiver.trackID)]
            media.ssrcs = [source(transceiver.sender.ssrc)]
            if codecs.contains(where: \.isRTX) {
                media.ssrcs.append(source(transceiver.sender.rtxSSRC))
                media.ssrcGroups = [
                    SDPSourceGroup(semantics: "FID", ssrcs: [transceiver.sender.ssrc, transceiver.sender.rtxSSRC])
                ]
            }
        }
        media.candidates = localCandidates
        return media
    }

    private func source(_ ssrc: UInt32) -> SDPSource {
        SDPSource(ssrc: ssrc, attributes: [SDPAttribute("cname", configuration.cname)])
    }

    static let unsupportedSection = -1

    static let supportedExtensions: [RTPExtension] = [.mid, .audioLevel, .transportSequenceNumber, .absCaptureTime]

    private static func preferredID(_ known: RTPExtension) -> UInt8 {
        switch known {
        case .mid: 1
        case .audioLevel: 2
        case .transportSequenceNumber: 3
        default: 4
        }
    }
}

extension SDPCodec {
    var isRTX: Bool { isNamed("rtx") }

    /// The same codec, whatever its payload type (RFC 3264 §6.1).
    func matches(_ other: SDPCodec) -> Bool {
        isNamed(other.name) && clockRate == other.clockRate && !isRTX
    }
}
