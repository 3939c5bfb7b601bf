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
    mutating func place(_ index: Int) {
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
}
