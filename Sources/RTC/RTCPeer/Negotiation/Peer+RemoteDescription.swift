internal import RTCCore
internal import RTCCrypto
internal import RTCICE
internal import RTCWire

/// Reading the far side's description (RFC 9429 §5.6 to §5.10).
extension Peer {
    struct RemoteTransport {
        var mid: String?
        var credentials: IceCredentials
        var isLite: Bool
        var fingerprints: [CertificateFingerprint]
        var setup: SDPSetup
    }

    /// What the bundle's first section says of the transport; `nil` where every section was refused.
    func remoteTransport(of description: SessionDescription, _ type: DescriptionType) throws(NegotiationError)
        -> RemoteTransport?
    {
        guard !description.media.isEmpty else { throw .missing("m-sections", mid: nil) }
        let bundled = description.bundleGroups.first ?? []
        let accepted = description.media.filter { !$0.isRejected }
        let tagged = bundled.lazy.compactMap { mid in accepted.first { $0.mid == mid } }.first
        guard let media = tagged ?? accepted.first(where: Self.isSupported) ?? accepted.first else { return nil }
        guard let ufrag = description.iceUfrag(for: media), let password = description.icePassword(for: media) else {
            throw .missing("ICE credentials", mid: media.mid)
        }
        // RFC 8839 §5.4; an agent could not put longer ones into a check.
        guard (4...256).contains(ufrag.utf8.count), (22...256).contains(password.utf8.count) else {
            throw .unsupported("ICE credentials of this length", mid: media.mid)
        }
        let fingerprints = description.fingerprints(for: media).compactMap {
            CertificateFingerprint(algorithm: $0.hashFunction, bytes: $0.bytes)
        }
        guard !fingerprints.isEmpty else { throw .missing("a certificate fingerprint", mid: media.mid) }
        if isConnected, !fingerprints.contains(where: { remoteFingerprints.contains($0) }) {
            // RFC 8842 §4: other fingerprints ask for a new association.
            throw .unsupported("another certificate on a connected transport", mid: media.mid)
        }
        guard let setup = description.setup(for: media) else { throw .missing("a=setup", mid: media.mid) }
        guard setup != .holdconn else { throw .unsupported("a=setup:holdconn", mid: media.mid) }
        guard type == .offer || setup != .actpass else { throw .mismatch("a=setup:actpass does not choose a role") }
        return RemoteTransport(
            mid: media.mid, credentials: IceCredentials(ufrag: ufrag, password: password), isLite: description.iceLite,
            fingerprints: fingerprints, setup: setup)
    }

    private static let mostTransceivers = 512

    func checkSections(_ description: SessionDescription, _ type: DescriptionType) throws(NegotiationError) {
        guard description.media.count <= 64 else { throw .unsupported("more than 64 m-sections", mid: nil) }
        // A line that is given up and used again makes another transceiver each time, and each is kept.
        guard type == .answer || transceivers.count < Self.mostTransceivers else {
            throw .unsupported("more than \(Self.mostTransceivers) tracks in the life of a connection", mid: nil)
        }
        if type == .answer, description.media.count != sections.count {
            throw .mismatch("\(description.media.count) m-sections for \(sections.count)")
        }
        guard description.media.count >= sections.count else {
            throw .unsupported("taking m-sections away (RFC 3264 §8)", mid: nil)
        }
        let bundled = description.bundleGroups.first ?? []
        let accepted = description.media.filter { !$0.isRejected && Self.isSupported($0) }
        for (line, media) in description.media.enumerated() {
            if line < sections.count { try checkPlace(of: media, line: line, type) }
            guard !media.isRejected, Self.isSupported(media) else { continue }
            guard let mid = media.mid else { throw .missing("a=mid", mid: nil) }
            guard description.media.count(where: { $0.mid == mid }) == 1 else {
                throw .unsupported("two m-sections of one mid", mid: mid)
            }
            guard accepted.count == 1 || bundled.contains(mid) else {
                throw .unsupported("media outside the BUNDLE group", mid: mid)
            }
            guard media.rtcpMux else { throw .unsupported("RTCP without a=rtcp-mux", mid: mid) }
        }
    }

    /// A section keeps its place, its kind and its name for as long as it lives (RFC 3264 §6 and §8.2, RFC 9143 §7.1).
    private func checkPlace(of media: MediaDescription, line: Int, _ type: DescriptionType) throws(NegotiationError) {
        guard case .transceiver(let index) = sections[line], !transceivers[index].isStopped else {
            guard type == .offer || media.isRejected else { throw .mismatch("m-section \(line) was not offered") }
            return
        }
        guard media.kind == transceivers[index].kind.sdp else {
            throw .mismatch("m-section \(line) has kind '\(media.kind.name)'")
        }
        guard media.isRejected || media.mid == transceivers[index].mid else {
            throw .mismatch("m-section \(line) has mid '\(media.mid ?? "")'")
        }
    }

    /// RTP over DTLS and UDP under any of its names (RFC 9429 §5.1.2).
    private static func isSupported(_ media: MediaDescription) -> Bool {
        guard MediaKind(media.kind) != nil else { return false }
        switch media.proto.uppercased() {
        case "UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF", "RTP/SAVP": return true
        default: return false
        }
    }

    mutating func applySection(
        _ media: MediaDescription, of description: SessionDescription, line: Int, _ type: DescriptionType
    ) {
        guard let index = transceiver(of: media, line: line, type) else { return }
        if type == .offer {
            transceivers[index].mid = media.mid ?? transceivers[index].mid
            transceivers[index].proto = media.proto
            transceivers[index].offeredFormats = media.formats
        }
        remoteDirections[index] = media.isRejected ? SDPDirection.inactive : media.direction
        remoteStreams[index] = media.msids.first.flatMap { $0.stream == "-" ? nil : $0.stream }
        remoteTrackNames[index] = media.msids.first?.track
        guard !media.isRejected, !transceivers[index].isStopping else {
            transceivers[index].isStopped = true
            return
        }
        transceivers[index].isStopped = false
        transceivers[index].usesReducedSize = media.rtcpReducedSize
        transceivers[index].usesReferenceTime = media.extendedReports.contains(Self.referenceTime)
        negotiateExtensions(description.extensions(for: media), layers: media.simulcast != nil, index: index)
        negotiateCodecs(media, index: index, type)
        negotiateLayers(media, index: index, type)
        bindSources(media, index: index)
    }

    /// The transceiver of a section, found or made; `nil` for a section that is refused as a whole.
    mutating func transceiver(of media: MediaDescription, line: Int, _ type: DescriptionType) -> Int? {
        if line < sections.count, case .transceiver(let index) = sections[line] {
            let isRecycled = type == .offer && transceivers[index].isStopped && media.mid != transceivers[index].mid
            if !isRecycled, media.kind == transceivers[index].kind.sdp { return index }
        }
        guard type == .offer else { return nil }
        var section = Section.refused(
            RefusedSection(kind: media.kind, proto: media.proto, formats: media.formats, mid: media.mid))
        if !media.isRejected, Self.isSupported(media), let kind = MediaKind(media.kind) {
            section = .transceiver(transceiver(for: kind, asksForLayers: media.simulcast?.receive.isEmpty == false))
        }
        if line < sections.count { sections[line] = section } else { sections.append(section) }
        guard case .transceiver(let index) = section else { return nil }
        return index
    }

    /// One that waits for its section, unless it has layers that nobody asks for: those are for an offer of this side's.
    mutating func transceiver(for kind: MediaKind, asksForLayers: Bool) -> Int {
        let free = transceivers.indices.filter { index in
            let transceiver = transceivers[index]
            return transceiver.mid == nil && transceiver.kind == kind && !transceiver.isStopped && !transceiver.isOnlyOffered
        }
        if let fitting = free.first(where: { transceivers[$0].sendsSimulcast == asksForLayers }) { return fitting }
        if asksForLayers, let single = free.first { return single }
        let made = addTransceiver(kind, direction: .recvonly, streamID: "-", trackID: "-")
        transceivers[made].isMadeByOffer = true
        return made
    }

    /// Whether another section of the bundle has given an id to another extension, which none may (RFC 9143 §9.1): a receiver could not tell.
    private func isTaken(extensionID id: UInt8, by known: RTPExtension, index: Int) -> Bool {
        transceivers.indices.contains { other in
            guard other != index, transceivers[other].mid != nil, !transceivers[other].isStopped else { return false }
            return transceivers[other].receivedExtensions.element(withID: id).map { $0 != known } ?? false
        }
    }

    /// Both sides use the ids of the offer, in the sections that have them (RFC 8285 §6).
    ///
    /// - Parameter layers: Whether there is a simulcast, whose packets say what layer they are of.
    private mutating func negotiateExtensions(_ offered: [SDPExtmap], layers: Bool, index: Int) {
        var map = RTPExtensionMap()
        var agreed: [SDPExtmap] = []
        for extmap in offered {
            guard let known = RTPExtension(uri: extmap.uri), Self.supportedExtensions.contains(known),
                known.isOf(transceivers[index].kind), layers || !known.isOfLayers, map[known] == nil,
                let id = UInt8(exactly: extmap.id), id != 0, id != 15, map.element(withID: id) == nil,
                !isTaken(extensionID: id, by: known, index: index)
            else { continue }
            agreed.append(SDPExtmap(id: extmap.id, direction: extmap.direction?.reversed, uri: extmap.uri))
            map[known] = id
        }
        var sent = map
        for extmap in agreed {
            if let known = RTPExtension(uri: extmap.uri), extmap.direction?.sends == false { sent[known] = nil }
        }
        if map[.transportSequenceNumber] != nil, let other = map[.absSendTime] {
            // One of the two serves: the counter, whose feedback is of each packet.
            agreed.removeAll { $0.id == Int(other) }
            map[.absSendTime] = nil
            sent[.absSendTime] = nil
        }
        transceivers[index].agreedExtensions = agreed
        transceivers[index].receivedExtensions = map
        transceivers[index].send(extensions: sent)
    }

    /// The layers that go each way (RFC 8853 §5.3): of those that the other side names, with a line for each, what this side has.
    ///
    /// A layer with alternatives is the first of them that serves. Nothing of it holds where packets cannot say what layer they are of.
    private mutating func negotiateLayers(_ media: MediaDescription, index: Int, _ type: DescriptionType) {
        let isTold = transceivers[index].receivedExtensions[.rtpStreamID] != nil
        let simulcast = isTold ? media.simulcast : nil
        func rid(_ layer: SDPSimulcast.Layer, _ direction: SDPRid.Direction, of formats: [UInt8]) -> SDPRid? {
            media.rids.first { rid in
                rid.id == layer.rid && rid.direction == direction
                    && (rid.payloadTypes.isEmpty || rid.payloadTypes.contains { formats.contains($0) })
            }
        }
        let own = transceivers[index].senders.compactMap(\.rid)
        let sentFormats = [transceivers[index].sender.payloadType]
        let wanted = (simulcast?.receive ?? []).compactMap { alternatives in
            alternatives.first { layer in own.contains { $0 == layer.rid } && rid(layer, .receive, of: sentFormats) != nil }
        }
        transceivers[index].agreeToSend(wanted)

        let formats = transceivers[index].negotiatedCodecs.map(\.payloadType)
        let offered = transceivers[index].receivedLayers.map(\.rid)
        let coming = (simulcast?.send ?? []).compactMap { alternatives -> (SDPSimulcast.Layer, SDPRid)? in
            for layer in alternatives where type == .offer || offered.contains(layer.rid) {
                guard var rid = rid(layer, .send, of: formats) else { continue }
                rid.direction = .receive
                rid.payloadTypes.removeAll { !formats.contains($0) }
                return (layer, rid)
            }
            return nil
        }
        transceivers[index].agreeToReceive(coming.map(\.0), rids: coming.map(\.1))
    }

    /// What holds for the transport as a whole, from the sections that share it.
    package mutating func gatherTransportTerms() {
        extensionMap = RTPExtensionMap()
        usesReducedSize = true
        usesTransportFeedback = false
        usesReferenceTime = false
        for transceiver in transceivers where transceiver.mid != nil && !transceiver.isStopped {
            for known in Self.supportedExtensions where extensionMap[known] == nil {
                if let id = transceiver.receivedExtensions[known], extensionMap.element(withID: id) == nil {
                    extensionMap[known] = id
                }
            }
            if !transceiver.usesReducedSize { usesReducedSize = false }
            if transceiver.usesReferenceTime { usesReferenceTime = true }
            if transceiver.negotiatedCodecs.contains(where: { $0.feedback.contains("transport-cc") }) {
                usesTransportFeedback = true
            }
        }
    }

    private mutating func bindSources(_ media: MediaDescription, index: Int) {
        let isSimulcast = !transceivers[index].receivedLayers.isEmpty
        transceivers[index].repairs =
            isSimulcast ? media.ssrcGroups.filter { $0.semantics == "FID" && $0.ssrcs.count == 2 } : []
        // Which source is which layer, only its packets say.
        guard !isSimulcast else { return }
        guard let first = media.ssrcs.first?.ssrc else { return }
        let group = media.ssrcGroups.first { $0.semantics == "FID" && $0.ssrcs.count == 2 }
        bind(ssrc: group?.ssrcs[0] ?? first, to: index, isRTX: false)
        if let repair = group?.ssrcs[1] { bind(ssrc: repair, to: index, isRTX: true) }
    }

    mutating func applyTransport(_ transport: RemoteTransport, _ type: DescriptionType, now: Instant) {
        ice.setRemoteIsLite(transport.isLite)
        if let known = remoteCredentials, known != transport.credentials, type == .offer {
            // A restart keeps the roles (RFC 8445 §9).
            ice.restart(role: nil, now: now)
        } else if remoteCredentials == nil, type == .offer, !transport.isLite {
            ice.setRole(.controlled)
        }
        remoteCredentials = transport.credentials
        ice.setRemoteCredentials(transport.credentials, now: now)
        let isFirst = remoteFingerprints.isEmpty
        remoteFingerprints = transport.fingerprints
        if type == .offer { offeredSetup = transport.setup }
        // An answerer that may choose is active, so that the handshake starts a round trip earlier (RFC 8842 §5.2).
        let role: DTLSEndpoint.Role = transport.setup == .active ? .server : .client
        if let guessed = dtlsRole, guessed != role, type == .answer, isFirst, dtls?.endpoint.state != .connected {
            // Taken on by a ClientHello that the answer does not own to. A later answer leaves a handshake as it is (RFC 8842 §5.5).
            dtls = nil
            dtlsRole = role
        }
        dtlsRole = dtlsRole ?? role
        makeDTLS(now: now)
        dtls?.endpoint.setRemoteFingerprints(transport.fingerprints)
        startDTLSIfReady(now: now)
    }

    mutating func applyDirections(now: Instant) {
        for index in transceivers.indices {
            let before = transceivers[index].mayReceive
            let remote = transceivers[index].isStopped ? .inactive : remoteDirections[index] ?? .inactive
            transceivers[index].currentDirection = transceivers[index].direction.intersection(remote.reversed)
            guard let mid = transceivers[index].mid else { continue }
            if before, !transceivers[index].mayReceive {
                for layer in transceivers[index].receivers.indices {
                    transceivers[index].receivers[layer].stopRepairs()
                    transceivers[index].receivers[layer].flush()
                }
                events.append(.trackRemoved(transceiver: index, mid: mid))
            }
            if transceivers[index].mayReceive, !before {
                events.append(
                    .trackAdded(
                        transceiver: index, mid: mid, kind: transceivers[index].kind, streamID: remoteStreams[index]))
            }
        }
    }
}
