public import RTCCore
internal import RTCCrypto
internal import RTCICE
internal import RTCWire

extension Peer {
    /// A snapshot of all counters.
    ///
    /// - Parameter now: By default when the peer was last told the time.
    public func statisticsSnapshot(at now: Instant? = nil) -> PeerStatistics {
        let now = now ?? toldAt
        var transport = statistics.transport
        transport.iceState = ice.state.rawValue
        transport.iceRole = ice.role == .controlling ? "controlling" : "controlled"
        transport.iceLocalUsernameFragment = ice.localCredentials.ufrag
        transport.dtlsState = dtls?.endpoint.state.rawValue ?? "new"
        transport.dtlsRole = dtlsRole.map { $0 == .client ? "client" : "server" } ?? "unknown"
        transport.tlsVersion = dtls?.endpoint.protocolVersion
        transport.dtlsCipher = dtls?.endpoint.cipherName
        transport.srtpCipher = dtls?.endpoint.srtpProfile?.name
        transport.starlingChecksRefused =
            ice.counters.badIntegrity + ice.counters.unknownUsername + ice.counters.unknownTransaction
        transport.starlingChecksMalformed = ice.counters.malformed
        transport.starlingCandidatesIgnored = ice.counters.candidatesIgnored + statistics.ignoredCandidates
        transport.starlingReportsMalformed = statistics.malformedReports
        var snapshot = PeerStatistics(ice: ice.counters)
        snapshot.at = now
        snapshot.wallClock = configuration.wallClock
        snapshot.tracks = transceivers.indices.flatMap { index in
            (0..<max(transceivers[index].senders.count, transceivers[index].receivers.count)).map {
                track(index, layer: $0, at: now)
            }
        }
        snapshot.transport = transport
        snapshot.candidatePairs = ice.candidatePairs
        snapshot.localCandidates = ice.localCandidates
        snapshot.traffic = Array(traffic.paths)
        snapshot.selectedPath = ice.selectedPath
        snapshot.availableOutgoingBitrate = statistics.availableOutgoingBitrate
        snapshot.localCertificate = certificates?.local
        snapshot.remoteCertificate = certificates?.remote
        return snapshot
    }

    /// Both halves of a section; of a simulcast one layer of each.
    private func track(_ index: Int, layer: Int, at now: Instant) -> PeerStatistics.Track {
        let transceiver = transceivers[index]
        let sender = transceiver.senders.indices.contains(layer) ? transceiver.senders[layer] : nil
        let receiver = transceiver.receivers.indices.contains(layer) ? transceiver.receivers[layer] : nil
        var track = PeerStatistics.Track(
            mid: transceiver.mid ?? "", kind: transceiver.kind, ssrc: sender?.ssrc ?? 0, remoteSSRC: receiver?.ssrc)
        track.encodingIndex = layer
        track.rid = sender?.rid?.string
        track.remoteRid = receiver?.rid?.string
        track.isActive = sender?.isWanted ?? false
        track.rtxSSRC = sender.flatMap { sender in sender.rtxPayloadType.map { _ in sender.rtxSSRC } }
        track.remoteRTXSSRC = receiver?.rtxSSRC
        track.outbound = transceiver.maySend ? sender?.snapshot(at: now) : nil
        track.inbound = transceiver.mayReceive ? receiver?.snapshot(at: now) : nil
        track.trackIdentifier = transceiver.trackID
        track.remoteTrackIdentifier = remoteTrackNames[index]
        track.outboundCodec = sender.flatMap { codec(transceiver, payloadType: $0.payloadType) }
        track.inboundCodec = track.inbound?.payloadType.flatMap { codec(transceiver, payloadType: $0) }
        return track
    }

    /// What a payload type stands for, in the terms of either side's description.
    private func codec(_ transceiver: Transceiver, payloadType: UInt8) -> CodecFacts? {
        let known = transceiver.negotiatedCodecs + transceiver.offeredCodecs
        guard let codec = known.first(where: { $0.payloadType == payloadType && !$0.isRTX }) else { return nil }
        return CodecFacts(
            payloadType: payloadType, mimeType: "\(transceiver.kind.rawValue)/\(codec.name)", clockRate: codec.clockRate,
            channels: transceiver.kind == .audio ? codec.channels : nil,
            sdpFmtpLine: codec.parameters.isEmpty ? nil : codec.parameters.map(\.text).joined(separator: ";"))
    }

    /// Remembers both certificates, which stay as they are for as long as the association does.
    package mutating func noteCertificates() {
        guard let theirs = dtls?.endpoint.remoteCertificate, certificates == nil else { return }
        let remote = CertificateFingerprint(ofCertificate: theirs)
        certificates = (
            CertificateFacts(configuration.certificate.fingerprint, der: configuration.certificate.der),
            CertificateFacts(remote, der: theirs)
        )
    }

    /// Counters of one receiving stream, without the cost of a whole snapshot.
    public func receiveStatistics(on transceiver: Int, layer: Int = 0) -> RTPReceiveStatistics {
        transceivers[transceiver].receivers[layer].statistics
    }

    /// How loud what comes in is, where the far side says so (RFC 6464).
    public func receivedAudioEnergy(on transceiver: Int) -> AudioEnergy {
        transceivers[transceiver].receivers[0].audioEnergy
    }

    /// Counters of one sending stream.
    public func sendStatistics(on transceiver: Int, layer: Int = 0) -> RTPSendStatistics {
        transceivers[transceiver].senders[layer].statistics
    }
}

extension CertificateFacts {
    init(_ fingerprint: CertificateFingerprint, der: [UInt8]) {
        self.init(
            fingerprint: fingerprint.text, fingerprintAlgorithm: fingerprint.algorithm, base64Certificate: Base64.encode(der))
    }
}
