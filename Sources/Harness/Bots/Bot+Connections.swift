internal import Measurement
internal import MediaTracks
internal import NetworkImpairment
internal import RTCCore
internal import RTCCrypto
internal import RTCICE
internal import RTCPeer
internal import RTCWire
internal import Scenario
internal import SignalingClients
internal import SignalingProtocol

/// The calls of a bot: in a mesh one connection to each other participant, negotiated through the room; with a server that forwards, one
/// to it for what the bot publishes, and one for each publisher to whom it subscribes, negotiated with the server.
///
/// Every offer begins an epoch of its connection. Of two offers that cross the newer epoch counts, and of two with the same epoch
/// that of the impolite side (the perfect negotiation of W3C webrtc-pc §10.7); an answer and candidates belong to the epoch
/// that they name.
extension Bot {
    /// - Returns: `nil` where there are as many as the limits allow.
    func connect(to id: String, name: String, now: Instant) -> MeshConnection? {
        guard connections.count < limits.connections,
            connections.count + partingConnections.count + closedConnections.count < limits.connectionsMade
        else {
            log(.refused, peer: name, detail: "more connections than a bot makes", now: now)
            return nil
        }
        names[id] = name
        let seed = SplitMix64.derive(context.plan.seed, "connection.\(nextToken)")
        let certificate = makeCertificate(seed: seed, now: now)
        let servers = iceServers
        var configuration = PeerConfiguration(
            seed: seed, wallClock: context.wallClock, dtls: context.dtls, certificate: certificate, cname: context.plan.name,
            stunServers: servers.stun)
        configuration.turnServers = servers.turn
        configuration.iceTransportPolicy = context.plan.transportPolicy == .relay ? .relay : .all
        configuration.usesTCP = context.plan.usesTCP
        // Whoever takes part in a run with such a file wishes for no packets of silence, whoever makes the offer.
        // order: whether there is one
        if context.media.values.contains(where: \.isDiscontinuous) { configuration.codecs = configuration.codecs.discontinuous }
        configuration.firstStream = Self.firstStream(of: nextToken)
        var peer = Peer(configuration: configuration, now: now)
        let remote = client.peers.first { $0.id == id }
        let part = remote?.part ?? .peer
        for kind in kinds {
            let transceiver = peer.addTransceiver(
                kind, direction: direction(of: kind, to: part), streamID: context.plan.name,
                trackID: "\(context.plan.name)-\(kind.rawValue)", sendCodec: file(for: kind)?.sdpCodec)
            // A server is offered only what there is.
            if part == .server, file(for: kind) == nil { peer.stop(transceiver: transceiver, now: now) }
        }
        let layers = layers
        if !layers.isEmpty, part != .publisher {
            // A section of its own, since a simulcast is offered by whoever sends it (RFC 8853 §5.3).
            peer.addTransceiver(
                .video, direction: .sendonly, streamID: context.plan.name, trackID: "\(context.plan.name)-simulcast",
                sendCodec: layers[0].media.sdpCodec, rids: layers.map(\.rid))
        }
        let own = Array(0..<peer.transceiverCount)
        let connection = MeshConnection(
            remoteID: id, remoteName: name, localID: participantID, token: nextToken, isPolite: remote?.polite ?? true,
            part: part, peer: peer, transceivers: own, now: now)
        connection.mutedKinds = mutedKinds
        if part == .peer { addScreen(to: connection) }
        requests.append(.openSocket(token: nextToken))
        nextToken += 1
        connections.append(connection)
        return connection
    }

    private func direction(of kind: MediaKind, to part: ParticipantPart) -> SDPDirection {
        let sends = part != .publisher && file(for: kind) != nil
        let receives = part == .publisher || part == .peer && subscribes
        return sends ? (receives ? .sendrecv : .sendonly) : receives ? .recvonly : .inactive
    }

    /// Where the other side makes the offers, it is asked for one.
    ///
    /// - Parameter restartICE: New credentials and checks, while the old path stays in use.
    func offer(on connection: MeshConnection, restartICE: Bool = false, now: Instant) {
        if connection.part == .publisher { return client.askForOffer(from: connection.remoteID, now: now) }
        if connection.isHungUp {
            if let again = redial(connection, now: now) { offer(on: again, now: now) }
            return
        }
        if connection.peer.signalingState == .haveLocalOffer { try? connection.peer.rollback() }
        guard let description = try? connection.peer.setLocalDescription(restartICE: restartICE, now: now) else { return }
        if restartICE || connection.hasRemoteDescription { connection.epoch += 1 }
        connection.awaitsRestart = false
        connection.tracksOffered()
        log(.offerSent, peer: connection.remoteName, now: now)
        client.signal(
            to: connection.remoteID, connection: Self.connectionLabel, epoch: connection.epoch, kind: .offer,
            body: description.text, now: now)
        drain(connection, now: now)
    }

    /// Makes a call anew that the server has hung up; what sought the old one goes on to seek this one.
    ///
    /// - Returns: `nil` where there are as many as the limits allow.
    private func redial(_ old: MeshConnection, now: Instant) -> MeshConnection? {
        let series = old.series
        old.series = nil
        close(remoteID: old.remoteID, now: now)
        let connection = connect(to: old.remoteID, name: old.remoteName, now: now)
        connection?.series = series
        return connection
    }

    static let connectionLabel = "a"

    func handleSignal(from id: String, epoch: Int, kind: SignalKind, body: String, now: Instant) {
        let known = connections.first { $0.remoteID == id }
        switch kind {
        case .offer:
            let standing = known.flatMap { $0.isHungUp ? redial($0, now: now) : $0 }
            guard let connection = standing ?? connect(to: id, name: names[id] ?? id, now: now) else { return }
            log(.offerReceived, peer: connection.remoteName, now: now)
            guard yields(connection, toOfferOf: epoch) else { return }
            if connection.peer.signalingState == .haveLocalOffer { try? connection.peer.rollback() }
            connection.epoch = epoch
            apply(body, .offer, to: connection, now: now)
        case .answer:
            guard let known, epoch == known.epoch else { return }
            log(.answerReceived, peer: known.remoteName, now: now)
            apply(body, .answer, to: known, now: now)
        case .candidates:
            guard let known, epoch >= known.remoteEpoch else { return }
            for line in body.split(separator: "\n") {
                if epoch == known.remoteEpoch {
                    addCandidate(String(line), to: known, now: now)
                } else if known.earlyCandidates.count < Self.earlyCandidateLimit {
                    known.earlyCandidates.append((epoch, String(line)))
                }
            }
            drain(known, now: now)
        case .bye:
            close(remoteID: id, now: now)
        }
    }

    private static let earlyCandidateLimit = 256

    /// Whether an offer counts, beside one of our own that is under way.
    private func yields(_ connection: MeshConnection, toOfferOf epoch: Int) -> Bool {
        guard connection.peer.signalingState == .haveLocalOffer else {
            return epoch > connection.epoch || !connection.hasRemoteDescription
        }
        return epoch == connection.epoch ? connection.isPolite : epoch > connection.epoch
    }

    /// An offer of ours did not get there: the next one may be made.
    func signalFailed(to id: String, epoch: Int, kind: SignalKind, now: Instant) {
        guard kind == .offer, let connection = connections.first(where: { $0.remoteID == id }), epoch == connection.epoch,
            connection.peer.signalingState == .haveLocalOffer
        else { return }
        try? connection.peer.rollback()
        failed(&connection.series, "the offer was not delivered", now: now)
    }

    private func apply(_ text: String, _ type: DescriptionType, to connection: MeshConnection, now: Instant) {
        do {
            let description = try SessionDescription(parsing: text)
            try connection.peer.setRemoteDescription(description, type, now: now)
            connection.hasRemoteDescription = true
            connection.remoteEpoch = connection.epoch
            if type == .offer {
                connection.awaitsRestart = false
                if !subscribes { connection.refuseOffered(now: now) }
                let answer = try connection.peer.setLocalDescription(now: now)
                log(.answerSent, peer: connection.remoteName, now: now)
                client.signal(
                    to: connection.remoteID, connection: Self.connectionLabel, epoch: connection.epoch, kind: .answer,
                    body: answer.text, now: now)
                if connection.part == .publisher { checksBegan(of: connection, now: now) }
            } else {
                connection.tracksAnswered()
                checksBegan(of: connection, now: now)
            }
            for (epoch, line) in connection.earlyCandidates where epoch == connection.epoch {
                addCandidate(line, to: connection, now: now)
            }
            connection.earlyCandidates.removeAll { $0.epoch <= connection.epoch }
        } catch {
            log(.negotiationFailed, peer: connection.remoteName, detail: "\(error)", now: now)
        }
        if connection.connectedAt != nil { startMedia(on: connection, now: now) }
        drain(connection, now: now)
        // What an answer cannot bring, the next offer does.
        renegotiateIfNeeded(connection, now: now)
    }

    private func addCandidate(_ line: String, to connection: MeshConnection, now: Instant) {
        if line == "end-of-candidates" {
            connection.peer.endOfRemoteCandidates(now: now)
        } else {
            connection.peer.addRemoteCandidate(line, now: now)
        }
    }

    private func makeCertificate(seed: UInt64, now: Instant) -> Certificate {
        let entropy: Entropy
        switch context.entropy {
        case .system: entropy = .system
        case .seeded: entropy = .seeded(SplitMix64.derive(seed, "certificate"))
        }
        do {
            return try Certificate.generate(unixSeconds: context.wallClock.unixSeconds(at: now), entropy: entropy)
        } catch {
            preconditionFailure("OpenSSL cannot make a P-256 certificate: \(error)")
        }
    }

    /// The other participant has gone.
    func close(remoteID: String, now: Instant) {
        guard let index = connections.firstIndex(where: { $0.remoteID == remoteID }) else { return }
        let connection = connections.remove(at: index)
        connection.peer.flushReceivers()
        _ = connection.collectFrames(kinds: kinds)
        retire(connection, now: now)
        // Who was sought may be on its way back: it will offer.
        if connections.isEmpty, rejoinSeries?.isTrying == false { rejoinSeries?.superseded(at: now) }
    }

    /// Puts a connection that is over into the book.
    func retire(_ connection: MeshConnection, now: Instant) {
        connection.endedAt = connection.endedAt ?? now
        connection.series?.superseded(at: now)
        pastAttempts += connection.series?.attempts ?? []
        connection.series = nil
        partingConnections.append(connection)
    }

    /// Its last datagram has left.
    func finishParting(_ connection: MeshConnection) {
        takeStreamRequests(of: connection)
        if let socket = connection.socket { requests.append(.closeSocket(local: socket)) }
        closedConnections.append(connection)
    }

    // MARK: - Peer events

    /// Takes events and frames out of a peer.
    func drain(_ connection: MeshConnection, now: Instant) {
        connection.needsDrain = true
        takeStreamRequests(of: connection)
        while let event = connection.peer.nextEvent() { handle(event, of: connection, now: now) }
        for name in connection.collectFrames(kinds: kinds) where state == .inRoom {
            if connection.phases[.firstFrame] == nil { connection.endPhase(.firstFrame, at: now) }
            let what = TrackName.isScreen(name.rid) ? "screen" : name.kind.rawValue
            log(.firstFrame, peer: connection.remoteName, detail: what, now: now)
        }
        afterChange(now: now)
    }

    private func handle(_ event: PeerEvent, of connection: MeshConnection, now: Instant) {
        switch event {
        case .localCandidate(let line):
            connection.endPhase(.gather, at: now)
            // What a restart is about to offer anyway needs no message of its own.
            guard !connection.awaitsRestart else { return }
            client.signal(
                to: connection.remoteID, connection: Self.connectionLabel, epoch: connection.epoch, kind: .candidates,
                body: line + "\nend-of-candidates", now: now)
        case .iceStateChanged(let iceState):
            if iceState == .connected { connection.endPhase(.check, at: now) }
            if state == .inRoom { log(.iceState, peer: connection.remoteName, detail: iceState.rawValue, now: now) }
            if iceState == .failed { loseMedia(of: connection, now: now) }
        case .relayFailed(let failure):
            relayFailed(failure, of: connection, now: now)
        case .gatheringFailed(let failures):
            gatheringFailed(failures, now: now)
        case .iceRestartNeeded(let reason):
            restartICE(of: connection, reason: reason, now: now)
        case .connected:
            connection.endPhase(.dtls, at: now)
            connection.connectedAt = now
            log(.connected, peer: connection.remoteName, now: now)
            startMedia(on: connection, now: now)
            if rejoinSeries?.isTrying == true { succeeded(&rejoinSeries, now: now) }
        case .keyFrameRequested(let transceiver, let layer):
            connection.requestKeyFrame(on: transceiver, layer: layer, at: now)
            if state == .inRoom { log(.keyFrameRequested, peer: connection.remoteName, now: now) }
        case .transportClosed(let reason):
            if state == .inRoom { log(.transportClosed, peer: connection.remoteName, detail: reason, now: now) }
            connection.isTransportClosed = true
            doubtTheRoom(now: now)
        case .selectedPathChanged:
            foundPath(of: connection, now: now)
        case .nameWanted(let name):
            // Callers on a load do not ask the network for names; the far side's own checks tell its address (RFC 8445 §7.3.1.3).
            connection.peer.nameResolved(name, to: nil, now: now)
        case .trackAdded, .trackRemoved, .goodbye:
            break
        }
    }

    /// Plays what the far side takes and what is not played yet.
    private func startMedia(on connection: MeshConnection, now: Instant) {
        guard state == .inRoom else { return }
        // Sound starts half a frame after the picture, so that the order of the first frames does not depend on the driver.
        for (index, kind) in kinds.enumerated() {
            guard let media = file(for: kind), connection.peer.maySend(on: index), !connection.isPlaying(on: index, layer: 0)
            else { continue }
            let start = kind == .video ? now : now + .milliseconds(10)
            connection.play(media, on: index, from: start, until: stopDue, random: &random)
        }
        let before = random
        for (layer, (rid, media)) in layers.enumerated() where connection.part != .publisher {
            guard connection.peer.maySend(on: kinds.count, layer: layer), !connection.isPlaying(on: kinds.count, layer: layer)
            else { continue }
            // All begin with the same picture.
            random = before
            connection.play(media, on: kinds.count, layer: layer, rid: rid, from: now, until: stopDue, random: &random)
        }
        if let screen, let place = connection.screenToPlay(rid: screen.rid) {
            connection.play(screen.media, on: place, rid: screen.rid, from: now, until: stopDue, random: &random)
        }
        connection.advanceMedia(to: now, until: stopDue)
    }
}
