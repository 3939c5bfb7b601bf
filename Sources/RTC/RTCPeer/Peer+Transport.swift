public import RTCCore
internal import RTCCrypto
internal import RTCICE
internal import RTCWire

extension Peer {
    /// A datagram came on one of this peer's sockets; its bytes are decrypted in place.
    public mutating func receive(
        _ datagram: UnsafeMutableRawBufferPointer, on path: Path, arrivedAt: Instant, now: Instant
    ) {
        guard !isClosed else { return }
        toldAt = now
        switch ice.unwrap(datagram, on: path, now: now) {
        case .direct:
            take(datagram, on: path, arrivedAt: arrivedAt, now: now)
        case .consumed:
            afterTransport(now: now)
        case .relayed(let path, let range):
            take(UnsafeMutableRawBufferPointer(rebasing: datagram[range]), on: path, arrivedAt: arrivedAt, now: now)
        }
    }

    /// Bytes came on one of the streams that this peer has asked for.
    public mutating func receive(_ bytes: UnsafeMutableRawBufferPointer, onStream token: UInt64, now: Instant) {
        guard !isClosed else { return }
        toldAt = now
        var rest = UnsafeRawBufferPointer(bytes)
        while !rest.isEmpty {
            let taken = ice.put(rest, onStream: token)
            rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
            while let (datagram, path) = ice.nextDatagram(onStream: token, now: now) {
                take(datagram, on: path, arrivedAt: now, now: now)
            }
            guard taken > 0 else { break }
        }
        afterTransport(now: now)
    }

    private mutating func take(
        _ datagram: UnsafeMutableRawBufferPointer, on path: Path, arrivedAt: Instant, now: Instant
    ) {
        let bytes = UnsafeRawBufferPointer(datagram).bytes
        let kind = DatagramKind(bytes)
        if kind != .stun {
            statistics.transport.packetsReceived += 1
            statistics.transport.bytesReceived += UInt64(datagram.count)
            traffic.receive(bytes: datagram.count, on: path, at: now)
        }
        switch kind {
        case .rtp, .rtcp:
            if keepsEarly(path), early.keep(UnsafeRawBufferPointer(datagram), on: path, arrivedAt: arrivedAt) { return }
            receiveMedia(datagram, kind, on: path, arrivedAt: arrivedAt, now: now)
        case .stun:
            receiveSTUN(bytes, on: path, now: now)
        case .dtls:
            receiveDTLS(bytes, on: path, now: now)
        case .turnChannel, .unknown:
            statistics.transport.starlingMalformed += 1
        }
    }

    private mutating func receiveMedia(
        _ datagram: UnsafeMutableRawBufferPointer, _ kind: DatagramKind, on path: Path, arrivedAt: Instant, now: Instant
    ) {
        if kind == .rtp {
            receiveRTP(datagram, on: path, arrivedAt: arrivedAt, now: now)
        } else {
            receiveRTCP(datagram, on: path, arrivedAt: arrivedAt, now: now)
        }
    }

    /// Whether keys are on their way, and the path is one that ICE has seen work.
    private func keepsEarly(_ path: Path) -> Bool {
        !isConnected && dtls != nil && !hasReportedTransportEnd && !isClosing
            && (path == ice.selectedPath || provenPaths.contains(path))
    }

    private mutating func takeEarlyMedia(now: Instant) {
        for var datagram in early.take() {
            datagram.bytes.withUnsafeMutableBytes { bytes in
                let kind = DatagramKind(UnsafeRawBufferPointer(bytes).bytes)
                receiveMedia(bytes, kind, on: datagram.path, arrivedAt: datagram.arrivedAt, now: now)
            }
        }
    }

    /// Writes what is to be sent: connectivity checks, the handshake, reports, then media.
    public mutating func nextDatagrams(into batch: inout DatagramBatch, now: Instant) -> Drain {
        guard !isClosed else { return .drained }
        toldAt = now
        if case .full = ice.nextDatagrams(into: &batch) { return .full }
        guard let path = ice.selectedPath else {
            dropOutgoing(now: now)
            return isClosing ? releaseRelays(into: &batch, now: now) : .drained
        }
        var route = ice.route(of: path)
        let drain = writeDatagrams(into: &batch, along: &route, now: now)
        ice.noteSent(route)
        statistics.transport.packetsSent += UInt64(route.packets)
        statistics.transport.bytesSent += UInt64(route.payloadBytes)
        traffic.send(packets: route.packets, bytes: route.payloadBytes, on: path, at: now)
        return drain
    }

    private mutating func writeDatagrams(into batch: inout DatagramBatch, along route: inout IceRoute, now: Instant) -> Drain {
        if isConnected, case .full = writeReports(into: &batch, along: &route, now: now) { return .full }
        if case .full = writeHandshake(into: &batch, along: &route, now: now) { return .full }
        guard isClosing else { return isConnected ? writeMedia(into: &batch, along: &route, now: now) : .drained }
        return releaseRelays(into: &batch, now: now)
    }

    /// The last that is said: allocations go back once the goodbye has gone through them.
    private mutating func releaseRelays(into batch: inout DatagramBatch, now: Instant) -> Drain {
        ice.releaseRelays(now: now)
        if case .full = ice.nextDatagrams(into: &batch) { return .full }
        ice.dropRelays()
        isClosed = true
        return .drained
    }

    /// There is no way to the other side: what waits would be stale when there is one again.
    private mutating func dropOutgoing(now: Instant) {
        for index in transceivers.indices {
            for layer in transceivers[index].senders.indices { transceivers[index].senders[layer].dropWaiting() }
        }
        waitingRTCP.removeAll()
        transportWide.dropWaiting()
        if let due = reportDue, now >= due { reportDue = now + reportInterval() }
    }

    private mutating func writeHandshake(into batch: inout DatagramBatch, along route: inout IceRoute, now: Instant) -> Drain {
        guard dtls != nil else { return .drained }
        if isClosing { dtls?.endpoint.close(now: now) }
        while true {
            guard !batch.isFull else { return .full }
            let before = batch.count
            batch.append(along: &route) { slot in dtls?.endpoint.nextDatagram(into: slot) ?? 0 }
            guard batch.count > before else { return .drained }
        }
    }

    // MARK: - ICE and DTLS

    private mutating func receiveSTUN(_ bytes: RawSpan, on path: Path, now: Instant) {
        let before = ice.counters
        ice.receive(bytes, on: path, now: now)
        let after = ice.counters
        let isProof =
            after.checksReceived > before.checksReceived
            || (after.responsesReceived > before.responsesReceived && after.asymmetricResponses == before.asymmetricResponses)
        if isProof, !provenPaths.contains(path) {
            if provenPaths.count == Self.provenPathLimit { provenPaths.removeFirst() }
            provenPaths.append(path)
        }
        afterTransport(now: now)
    }

    private static let provenPathLimit = 32

    /// Carries on where ICE or DTLS have moved.
    package mutating func afterTransport(now: Instant) {
        while let event = ice.nextEvent() {
            switch event {
            case .stateChanged(let state):
                events.append(.iceStateChanged(state))
            case .selectedPathChanged(let path):
                statistics.transport.selectedCandidatePairChanges += 1
                events.append(.selectedPathChanged(path))
                let pair = ice.candidatePairs.first { $0.path == path }
                roundTripTime = pair?.statistics.currentRoundTripTime ?? roundTripTime
                startDTLSIfReady(now: now)
            case .candidateGathered(let candidate):
                events.append(.localCandidate(candidate.sdpValue))
            case .relayFailed(let failure):
                events.append(.relayFailed(failure))
            case .relayReplaced(let url):
                events.append(.iceRestartNeeded(reason: "relayed by \(url) now"))
            case .gatheringFailed(let failures):
                events.append(.gatheringFailed(failures))
            case .consentExpired:
                statistics.transport.selectedCandidatePairChanges += 1
            case .roleSwitched:
                break
            }
        }
        checkHandshake(now: now)
    }

    package mutating func makeDTLS(now: Instant) {
        guard dtls == nil, let dtlsRole else { return }
        dtls = DTLSTransport(
            DTLSEndpoint(
                context: configuration.dtls, certificate: configuration.certificate, role: dtlsRole,
                seed: SplitMix64.derive(configuration.seed, "dtls"), now: now))
    }

    package mutating func startDTLSIfReady(now: Instant) {
        guard ice.selectedPath != nil, !remoteFingerprints.isEmpty, dtlsRole == .client, dtls?.endpoint.state == .new else {
            return
        }
        dtls?.endpoint.start(now: now)
    }

    private mutating func receiveDTLS(_ bytes: RawSpan, on path: Path, now: Instant) {
        // A handshake is not authenticated before its end, so whoever knows the port could spoil it.
        guard path == ice.selectedPath || provenPaths.contains(path) else {
            statistics.transport.starlingUnprovenPath += 1
            return
        }
        if dtls == nil, dtlsRole == nil, signalingState == .haveLocalOffer {
            // A ClientHello that overtook the answer: the far side is the client.
            dtlsRole = .server
            makeDTLS(now: now)
        }
        guard dtls != nil else {
            statistics.transport.starlingTooEarly += 1
            return
        }
        dtls?.endpoint.receive(bytes, now: now)
        ice.noteInboundTraffic(on: path, at: now)
        afterTransport(now: now)
    }

    private mutating func checkHandshake(now: Instant) {
        guard let state = dtls?.endpoint.state else { return }
        if state == .connected, !isConnected, !hasReportedTransportEnd {
            guard let keys = dtls?.endpoint.srtpKeys else { return endTransport("the far side agreed to no SRTP profile") }
            do {
                srtpSender = try SRTPSender(
                    profile: keys.profile, key: keys.localKey, salt: keys.localSalt, backend: configuration.srtpBackend)
                srtpReceiver = try SRTPReceiver(
                    profile: keys.profile, key: keys.remoteKey, salt: keys.remoteSalt, backend: configuration.srtpBackend)
            } catch {
                return endTransport("SRTP: \(error)")
            }
            isConnected = true
            noteCertificates()
            reportDue = now + reportInterval()
            events.append(.connected)
            takeEarlyMedia(now: now)
        }
        if state == .failed || state == .closed, !hasReportedTransportEnd {
            endTransport(dtls?.endpoint.failure.map { String(describing: $0) } ?? "the far side closed the transport")
        }
    }

    private mutating func endTransport(_ reason: String) {
        hasReportedTransportEnd = true
        isConnected = false
        events.append(.transportClosed(reason: reason))
    }

    // MARK: - Sources

    package mutating func bind(ssrc: UInt32, to transceiver: Int, layer: Int = 0, isRTX: Bool) {
        sources.removeAll {
            $0.ssrc == ssrc || ($0.transceiver == transceiver && $0.layer == layer && $0.isRTX == isRTX)
        }
        sources.append(SourceBinding(ssrc: ssrc, transceiver: transceiver, layer: layer, isRTX: isRTX))
        if isRTX {
            transceivers[transceiver].receivers[layer].rtxSSRC = ssrc
        } else {
            transceivers[transceiver].receivers[layer].bind(to: ssrc)
        }
    }

    /// The source of a packet, learned from its mid or its payload type when signaling did not name the SSRC (RFC 9143 §9.2).
    private mutating func source(of header: RTPHeader, _ values: RTPExtensionValues) -> SourceBinding? {
        guard let payload = payloadTypes[Int(header.payloadType)] else { return nil }
        for source in sources where source.ssrc == header.ssrc { return source.isRTX == payload.isRTX ? source : nil }
        var index = payload.transceiver
        if let mid = values.mid {
            guard let named = transceivers.firstIndex(where: { !$0.isStopped && ($0.mid.map { mid == $0 } ?? false) }) else {
                return nil
            }
            index = named
        }
        if values.mid == nil {
            guard let waiting = waitingTransceiver(for: header.payloadType, isRTX: payload.isRTX) else { return nil }
            index = waiting
        }
        guard let layer = layer(of: index, values, header, isRTX: payload.isRTX) else { return nil }
        bind(ssrc: header.ssrc, to: index, layer: layer, isRTX: payload.isRTX)
        return SourceBinding(ssrc: header.ssrc, transceiver: index, layer: layer, isRTX: payload.isRTX)
    }

    /// The layer of a simulcast that a new source says it is, or repairs (RFC 8852 §3); `nil` where it says nothing that was agreed.
    private func layer(of index: Int, _ values: RTPExtensionValues, _ header: RTPHeader, isRTX: Bool) -> Int? {
        let transceiver = transceivers[index]
        guard !transceiver.receivedLayers.isEmpty else { return 0 }
        if let rid = isRTX ? values.rrid : values.rid { return transceiver.receivers.firstIndex { $0.rid == rid } }
        guard isRTX else { return nil }
        let repaired = transceiver.repairs.first { $0.ssrcs[1] == header.ssrc }?.ssrcs[0]
        return transceiver.receivers.firstIndex { $0.ssrc != nil && $0.ssrc == repaired }
    }

    /// The one section that receives this payload type and has no source yet; with several nobody could tell.
    private func waitingTransceiver(for payloadType: UInt8, isRTX: Bool) -> Int? {
        var found: Int?
        for index in transceivers.indices {
            guard transceivers[index].mayReceive || transceivers[index].currentDirection == nil,
                transceivers[index].receivedPayloadTypes.contains(payloadType),
                transceivers[index].receivers.contains(where: { (isRTX ? $0.rtxSSRC : $0.ssrc) == nil })
            else { continue }
            guard found == nil else { return nil }
            found = index
        }
        return found
    }

    // MARK: - RTP

    private mutating func receiveRTP(
        _ datagram: UnsafeMutableRawBufferPointer, on path: Path, arrivedAt: Instant, now: Instant
    ) {
        guard isConnected else {
            statistics.transport.starlingTooEarly += 1
            return
        }
        let whole = UnsafeRawBufferPointer(datagram).bytes
        guard let header = try? RTPHeader.parse(whole) else {
            statistics.transport.starlingMalformed += 1
            return
        }
        let result = srtpReceiver?.unprotect(
            datagram, headerSize: header.headerSize, ssrc: header.ssrc, sequenceNumber: header.sequenceNumber)
        switch result {
        case .packet(let payload, _):
            ice.noteInboundTraffic(on: path, at: now)
            deliver(datagram, header: header, payload: payload, arrivedAt: arrivedAt, now: now)
        case .authenticationFailed:
            statistics.transport.starlingSRTPAuthenticationFailures += 1
        case .replayed:
            statistics.transport.starlingSRTPReplays += 1
        case .malformed, nil:
            statistics.transport.starlingMalformed += 1
        }
    }

    private mutating func deliver(
        _ datagram: UnsafeMutableRawBufferPointer, header: RTPHeader, payload: Range<Int>, arrivedAt: Instant, now: Instant
    ) {
        let packet = UnsafeRawBufferPointer(rebasing: datagram[..<payload.upperBound])
        let values = RTPExtensionValues.parse(packet.bytes, header: header, map: extensionMap)
        if usesTransportFeedback, let sequence = values.transportSequenceNumber {
            transportWide.receive(sequence, arrivedAt: arrivedAt, now: now)
        }
        guard let source = source(of: header, values) else {
            statistics.transport.starlingUnknownSSRC += 1
            return
        }
        guard let padding = RTPHeader.paddingSize(of: packet.bytes, header: header) else {
            statistics.transport.starlingMalformed += 1
            return
        }
        var bodyStart = header.headerSize
        let bodyEnd = packet.count - padding
        var sequenceNumber = header.sequenceNumber
        if source.isRTX {
            // The first two bytes are the original sequence number (RFC 4588 §4); nothing behind them is a padding probe.
            guard bodyEnd - bodyStart > 2 else { return }
            sequenceNumber = packet.bytes.bigEndian(at: bodyStart, as: UInt16.self)
            bodyStart += 2
        }
        let body = UnsafeRawBufferPointer(rebasing: packet[bodyStart..<max(bodyStart, bodyEnd)])
        if let show = configuration.payloadReceived {
            show(
                ReceivedPayload(
                    transceiver: source.transceiver, layer: source.layer,
                    ssrc: transceivers[source.transceiver].receivers[source.layer].ssrc ?? header.ssrc,
                    sequenceNumber: sequenceNumber, timestamp: header.timestamp, marker: header.marker,
                    overRTX: source.isRTX, format: payloadTypes[Int(header.payloadType)]?.format, bytes: body,
                    arrivedAt: arrivedAt))
        }
        if let level = values.audioLevel?.level {
            transceivers[source.transceiver].receivers[source.layer].audioEnergy.add(level: level)
        }
        transceivers[source.transceiver].receivers[source.layer].receive(
            body, sequenceNumber: sequenceNumber, timestamp: header.timestamp, marker: header.marker,
            headerSize: header.headerSize + padding, payloadType: source.isRTX ? nil : header.payloadType,
            format: payloadTypes[Int(header.payloadType)]?.format, overRTX: source.isRTX,
            arrivedAt: arrivedAt, now: now)
    }

    private mutating func writeMedia(into batch: inout DatagramBatch, along route: inout IceRoute, now: Instant) -> Drain {
        for index in transceivers.indices {
            for layer in transceivers[index].senders.indices {
                while let waiting = transceivers[index].senders[layer].nextWaiting {
                    guard !batch.isFull else { return .full }
                    transceivers[index].senders[layer].removeFirstWaiting()
                    batch.append(along: &route) { slot in write(waiting, of: index, layer: layer, into: slot, now: now) }
                }
            }
        }
        return .drained
    }

    private mutating func write(
        _ waiting: RTPStreamSender.Waiting, of index: Int, layer: Int, into slot: UnsafeMutableRawBufferPointer, now: Instant
    ) -> Int {
        let isVideo = transceivers[index].kind == .video
        var header = RTPHeader(
            payloadType: waiting.payloadType,
            sequenceNumber: UInt16(truncatingIfNeeded: waiting.extendedSequence), timestamp: waiting.timestamp,
            ssrc: transceivers[index].senders[layer].ssrc, marker: waiting.marker)
        var values = RTPExtensionValues()
        var srtpIndex = waiting.extendedSequence
        var transportSequence = nextTransportSequence
        var isVerbatim = false
        var absSendTime: UInt32 = 0
        var carriesMid = !transceivers[index].senders[layer].isConfirmedByRemote
        let extensionMap = transceivers[index].sentExtensions
        // An original sequence number of two bytes, and the payload descriptor, go in front of the shared payload.
        var prefix: (UInt64, Int) = (0, 0)
        switch waiting.resent {
        case .no: break
        case .overRTX:
            srtpIndex = transceivers[index].senders[layer].takeRTXSequence()
            carriesMid = !transceivers[index].senders[layer].isRTXConfirmedByRemote
            prefix = (UInt64(header.sequenceNumber), 2)
            header.sequenceNumber = UInt16(truncatingIfNeeded: srtpIndex)
            header.ssrc = transceivers[index].senders[layer].rtxSSRC
        case .verbatim(let stored, let carried, let left):
            isVerbatim = true
            absSendTime = left
            transportSequence = stored
            carriesMid = carried
        }
        if extensionMap[.transportSequenceNumber] != nil {
            values.transportSequenceNumber = transportSequence
            if !isVerbatim { nextTransportSequence &+= 1 }
        }
        if extensionMap[.absSendTime] != nil {
            if !isVerbatim {
                absSendTime = RTPExtensionValues.absSendTime(ntp: configuration.wallClock.ntp(at: now))
            }
            values.absSendTime = absSendTime
        }
        if carriesMid, let mid = transceivers[index].midText { values.mid = mid }
        if carriesMid, transceivers[index].senders[layer].statesRid {
            let rid = transceivers[index].senders[layer].rid
            if case .overRTX = waiting.resent { values.rrid = rid } else { values.rid = rid }
        }
        if waiting.captureTimeNTP != 0 { values.absCaptureTime = waiting.captureTimeNTP }
        if waiting.audioLevel != RTPStreamSender.noLevel {
            values.audioLevel = .init(voice: waiting.audioLevel < 60, level: waiting.audioLevel)
        }
        if isVideo {
            switch waiting.packet.descriptor {
            case .none: break
            case .vp8:
                let first: UInt64 = waiting.packet.isFirstOfFrame ? 0x90 : 0x80
                prefix = ((prefix.0 << 32) | (first << 24) | 0x80_8000 | UInt64(waiting.pictureID), prefix.1 + 4)
            case .vp9(let flags):
                // Every picture is of the base layer, so TL0PICIDX counts what the picture id counts.
                let layers = UInt64(waiting.pictureID & 0xFF)
                let numbers = UInt64(flags) << 32 | UInt64(0x8000 | waiting.pictureID) << 16
                prefix = ((prefix.0 << 40) | numbers | layers, prefix.1 + 5)
            }
        }
        let headerSize = RTPHeaderWriter.write(header, extensions: values, map: extensionMap, into: scratch.header)
        let prefixSize = prefix.1
        var prefixBytes = (prefix.0 << UInt64(64 - 8 * prefixSize)).bigEndian
        if prefixSize == 0 { prefixBytes = 0 }
        let payloadSize = prefixSize + waiting.packet.payload.count
        let size = withUnsafeBytes(of: &prefixBytes) { prefixBuffer in
            srtpSender?.protect(
                header: UnsafeRawBufferPointer(rebasing: scratch.header[..<headerSize]),
                prefix: UnsafeRawBufferPointer(rebasing: prefixBuffer[..<prefixSize]), payload: waiting.packet.payload,
                ssrc: header.ssrc, index: srtpIndex, into: slot) ?? 0
        }
        transceivers[index].senders[layer].recordSent(
            waiting, headerSize: headerSize, payloadSize: payloadSize, transportSequence: transportSequence,
            carriesMid: carriesMid, absSendTime: absSendTime, now: now)
        return size
    }
}
