public import RTCCore
internal import RTCCrypto
internal import RTCICE
public import RTCWire

extension Peer {
    /// Adds an m-section to the next offer, or one that an offer of the far side will take.
    ///
    /// - Parameters:
    ///   - sendCodec: What will be sent, by its name and its parameters: it is offered first, and nothing else is sent.
    ///   - rids: The layers of a simulcast (RFC 8853), up to ``mostLayers``; the first is what is left where the far side takes no
    ///     simulcast. Such a transceiver stands in an offer of this side's, or takes one that asks for a simulcast.
    /// - Returns: The transceiver's number, by which media is sent and events are told.
    @discardableResult
    public mutating func addTransceiver(
        _ kind: MediaKind, direction: SDPDirection, streamID: String, trackID: String,
        sendCodec: SDPCodec? = nil, rids: [String] = []
    ) -> Int {
        precondition(rids.count <= Self.mostLayers, "a simulcast has at most \(Self.mostLayers) layers")
        var senders: [RTPStreamSender] = []
        for rid in rids {
            guard let text = InlineText(rid), !text.isEmpty else { preconditionFailure("'\(rid)' is longer than a rid may be") }
            senders.append(RTPStreamSender(kind: kind, cname: configuration.cname, rid: text, random: &random))
        }
        if senders.isEmpty { senders = [RTPStreamSender(kind: kind, cname: configuration.cname, random: &random)] }
        transceivers.append(
            Transceiver(
                kind: kind, direction: direction, senders: senders,
                receiver: RTPStreamReceiver(kind: kind, clockRate: Transceiver.clockRate(of: kind)), streamID: streamID,
                trackID: trackID))
        transceivers[transceivers.count - 1].sendCodec = sendCodec
        return transceivers.count - 1
    }

    /// The layers that a simulcast may have, in either direction: each has buffers of its own.
    public static let mostLayers = Transceiver.mostLayers

    /// Makes and applies the description that the signaling state calls for: an offer when stable, an answer to a remote offer
    /// (the parameterless `setLocalDescription()` of W3C webrtc-pc §4.4.1.6).
    ///
    /// - Parameter restartICE: New ICE credentials with the offer; the selected path stays in use meanwhile.
    public mutating func setLocalDescription(restartICE: Bool = false, now: Instant) throws(NegotiationError)
        -> SessionDescription
    {
        switch signalingState {
        case .stable:
            remember()
            if restartICE { ice.restart(role: nil, now: now) }
            for index in transceivers.indices where transceivers[index].mid == nil && !transceivers[index].isStopped {
                transceivers[index].mid = unusedMid()
                place(index)
            }
            for index in transceivers.indices { transceivers[index].offeredCodecs = offeredCodecs(index) }
            signalingState = .haveLocalOffer
            return describe(.offer)
        case .haveRemoteOffer:
            signalingState = .stable
            beforeOffer = nil
            let answer = describe(.answer)
            applyDirections(now: now)
            return answer
        case .haveLocalOffer, .closed:
            throw .wrongState(signalingState, doing: "make a description")
        }
    }

    /// Takes back an offer that was not answered (RFC 9429 §4.1.10.2): its m-sections and terms are given up, its ICE restart is not.
    public mutating func rollback() throws(NegotiationError) {
        guard signalingState == .haveLocalOffer || signalingState == .haveRemoteOffer else {
            throw .wrongState(signalingState, doing: "roll back")
        }
        signalingState = .stable
        guard let before = beforeOffer else { return }
        restore(before)
        beforeOffer = nil
    }

    /// Gives a transceiver the first line that both sides have given up, or a new one (RFC 9429 §5.2.2).
    private mutating func place(_ index: Int) {
        let free = sections.firstIndex { section in
            switch section {
            case .transceiver(let other): transceivers[other].isStopped
            case .refused: true
            }
        }
        if let free { sections[free] = .transceiver(index) } else { sections.append(.transceiver(index)) }
    }

    public mutating func setRemoteDescription(
        _ description: SessionDescription, _ type: DescriptionType, now: Instant
    ) throws(NegotiationError) {
        switch (type, signalingState) {
        case (.offer, .stable), (.answer, .haveLocalOffer): break
        default: throw .wrongState(signalingState, doing: "apply a remote \(type.rawValue)")
        }
        try checkSections(description, type)
        let transport = try remoteTransport(of: description, type)
        if type == .offer { remember() } else { beforeOffer = nil }
        offeredBundle = type == .offer ? description.bundleGroups.first ?? [] : []
        payloadTypes = Array(repeating: nil, count: 128)
        for (line, media) in description.media.enumerated() {
            applySection(media, of: description, line: line, type)
        }
        gatherTransportTerms()
        if let transport {
            remoteTaggedMid = transport.mid
            applyTransport(transport, type, now: now)
        }
        signalingState = type == .offer ? .haveRemoteOffer : .stable
        if type == .answer { applyDirections(now: now) }
        for media in description.media where !media.isRejected {
            for candidate in media.candidates { addRemoteCandidate(candidate, mid: media.mid, now: now) }
            if media.endOfCandidates { ice.endOfRemoteCandidates(now: now) }
        }
    }

    /// A trickled candidate: the value of an `a=candidate` line (RFC 8840). What cannot be used is counted, not refused.
    ///
    /// - Parameter mid: The section that it was signalled for. Whoever offers a bundle gathers for each of its sections, and gives all but
    ///   one of these transports up when the answer takes the bundle: their candidates answer checks for a while and are then gone.
    public mutating func addRemoteCandidate(_ line: String, mid: String? = nil, now: Instant) {
        guard mid == nil || remoteTaggedMid == nil || mid == remoteTaggedMid else {
            statistics.ignoredCandidates += 1
            return
        }
        do {
            ice.addRemoteCandidate(try IceCandidate(parsing: line), now: now)
        } catch {
            guard case .multicastName(let name) = error, namedCandidates.count < Self.namedCandidateLimit else {
                statistics.ignoredCandidates += 1
                return
            }
            let isSought = namedCandidates.contains { $0.name == name.lowercased() }
            namedCandidates.append((name.lowercased(), line))
            if !isSought { events.append(.nameWanted(name.lowercased())) }
        }
    }

    /// More named candidates than this are not waited for: each may cost a question to the network.
    private static let namedCandidateLimit = 32

    /// What came of seeking a name that ``PeerEvent/nameWanted(_:)`` asked for.
    ///
    /// - Parameter address: `nil` where nobody knows it: its candidates are dropped and counted. The far side may still be found by
    ///   the checks that it sends itself.
    public mutating func nameResolved(_ name: String, to address: SocketAddress?, now: Instant) {
        let candidates = namedCandidates.filter { $0.name == name }
        namedCandidates.removeAll { $0.name == name }
        guard let address else {
            statistics.transport.starlingNamesUnresolved += UInt64(candidates.count)
            return
        }
        for candidate in candidates {
            let words = candidate.line.split(separator: " ", omittingEmptySubsequences: true)
            let line = words.map { $0.lowercased() == name ? address.host : String($0) }.joined(separator: " ")
            addRemoteCandidate(line, now: now)
        }
        afterTransport(now: now)
    }

    public mutating func endOfRemoteCandidates(now: Instant) {
        ice.endOfRemoteCandidates(now: now)
    }

    // MARK: - Reading

    private struct RemoteTransport {
        var mid: String?
        var credentials: IceCredentials
        var isLite: Bool
        var fingerprints: [CertificateFingerprint]
        var setup: SDPSetup
    }

    /// What the bundle's first section says of the transport; `nil` where every section was refused.
    private func remoteTransport(of description: SessionDescription, _ type: DescriptionType) throws(NegotiationError)
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

    private func checkSections(_ description: SessionDescription, _ type: DescriptionType) throws(NegotiationError) {
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

    private mutating func applySection(
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
    private mutating func transceiver(of media: MediaDescription, line: Int, _ type: DescriptionType) -> Int? {
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
    private mutating func transceiver(for kind: MediaKind, asksForLayers: Bool) -> Int {
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

    private mutating func applyTransport(_ transport: RemoteTransport, _ type: DescriptionType, now: Instant) {
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

    private mutating func applyDirections(now: Instant) {
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

    // MARK: - Writing

    private mutating func describe(_ type: DescriptionType) -> SessionDescription {
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

    private func section(_ index: Int, _ type: DescriptionType) -> MediaDescription {
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
    private func unusedMid() -> String {
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

    private func source(_ ssrc: UInt32) -> SDPSource {
        SDPSource(ssrc: ssrc, attributes: [SDPAttribute("cname", configuration.cname)])
    }

    package static let supportedExtensions: [RTPExtension] = [
        .mid, .audioLevel, .transportSequenceNumber, .absSendTime, .absCaptureTime, .rtpStreamID, .repairedRTPStreamID,
    ]

    private static let referenceTime = "rcvr-rtt=all"
}

extension RTPExtension {
    fileprivate var isOfLayers: Bool { self == .rtpStreamID || self == .repairedRTPStreamID }

    fileprivate func isOf(_ kind: MediaKind) -> Bool {
        switch self {
        case .audioLevel: kind == .audio
        case .rtpStreamID, .repairedRTPStreamID: kind == .video
        default: true
        }
    }
}
