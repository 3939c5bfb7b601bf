internal import Measurement
public import NetworkImpairment
public import RTCCore
internal import RTCCrypto
internal import RTCICE
internal import RTCPeer
internal import RTCWire
internal import Scenario
internal import SignalingClients
internal import SignalingProtocol

extension Bot {
    public func receive(_ input: HostInput, now: Instant) {
        lastTold = now
        switch input {
        case .socketOpened(let token, let local):
            guard let connection = connections.first(where: { $0.token == token }) else { return }
            connection.socket = local
            connection.peer.addLocalAddress(local, now: now)
            drain(connection, now: now)
        case .socketFailed(_, let reason):
            fail(.gather, reason, now: now)
        case .signalingOpened:
            guard state == .connecting else { return }
            state = .joining
            endPhase(.connect, at: now)
            log(.signalingConnected, now: now)
            client.opened(now: now)
        case .signalingReceived(let text):
            client.received(text, now: now)
        case .signalingClosed(let code, let reason):
            client.closed(code: code, reason: reason, now: now)
            signalingClosed(code: code, reason: reason, now: now)
        }
        afterChange(now: now)
    }

    private func signalingClosed(code: UInt16?, reason: String, now: Instant) {
        switch state {
        case .connecting:
            fail(.connect, reason, now: now)
        case .joining:
            fail(.signaling, reason, now: now)
        case .leaving:
            signalingIsClosed()
        case .inRoom:
            log(.signalingClosed, detail: reason, now: now)
            failure = failure ?? PhaseFailure(phase: .steady, reason: "signaling: \(reason)")
        case .waiting, .draining, .gone:
            break
        }
    }

    /// Takes what the room client has to say, and hands its frames to the driver.
    func afterChange(now: Instant) {
        while let event = client.nextEvent() { handle(event, now: now) }
        while let text = client.nextText() { requests.append(.sendSignaling(text)) }
    }

    private func handle(_ event: RoomClientEvent, now: Instant) {
        switch event {
        case .joined(_, let peers):
            state = .inRoom
            joinedAt = now
            endPhase(.signaling, at: now)
            log(.joined, detail: context.plan.room, now: now)
            client.ready(now: now)
            for remote in peers {
                let connection = connect(to: remote.id, name: remote.name, now: now)
                offer(on: connection, now: now)
            }
        case .peerJoined(let remote):
            guard state == .inRoom else { return }
            log(.peerJoined, peer: remote.name, now: now)
            names[remote.id] = remote.name
        case .peerLeft(let id, let reason):
            guard state == .inRoom else { return }
            log(.peerLeft, peer: names[id] ?? id, detail: reason, now: now)
            close(remoteID: id, now: now)
        case .signal(let from, _, let epoch, let kind, let body):
            guard state == .inRoom || state == .draining else { return }
            handleSignal(from: from, epoch: epoch, kind: kind, body: body, now: now)
        case .refused(let code, let message):
            fail(.authorise, "\(code.rawValue): \(message)", now: now)
        case .left:
            requests.append(.closeSignaling(code: CloseCode.left.rawValue, reason: "leave"))
        case .signalFailed(let id, _, _, let kind, let code):
            guard state == .inRoom else { return }
            log(.negotiationFailed, peer: names[id] ?? id, detail: "\(kind): \(code)", now: now)
        case .protocolBroken(let reason):
            log(.signalingClosed, detail: reason, now: now)
        case .goingAway, .closed:
            break
        }
    }

    private func connect(to id: String, name: String, now: Instant) -> MeshConnection {
        names[id] = name
        let seed = SplitMix64.derive(context.plan.seed, "connection.\(nextToken)")
        let certificate = makeCertificate(seed: seed, now: now)
        var peer = Peer(
            configuration: PeerConfiguration(
                seed: seed, wallClock: context.wallClock, dtls: context.dtls, certificate: certificate,
                cname: context.plan.name), now: now)
        for kind in kinds {
            peer.addTransceiver(
                kind, direction: file(for: kind) == nil ? .recvonly : .sendrecv, streamID: context.plan.name,
                trackID: "\(context.plan.name)-\(kind.rawValue)")
        }
        let connection = MeshConnection(
            remoteID: id, remoteName: name, token: nextToken, peer: peer, transceivers: kinds.count, now: now)
        requests.append(.openSocket(token: nextToken))
        nextToken += 1
        connections.append(connection)
        return connection
    }

    private func offer(on connection: MeshConnection, now: Instant) {
        guard let description = try? connection.peer.setLocalDescription(now: now) else { return }
        log(.offerSent, peer: connection.remoteName, now: now)
        client.signal(
            to: connection.remoteID, connection: Self.connectionLabel, epoch: connection.epoch, kind: .offer,
            body: description.text, now: now)
        drain(connection, now: now)
    }

    static let connectionLabel = "a"

    private func handleSignal(from id: String, epoch: Int, kind: SignalKind, body: String, now: Instant) {
        switch kind {
        case .offer:
            let connection =
                connections.first { $0.remoteID == id } ?? connect(to: id, name: names[id] ?? id, now: now)
            log(.offerReceived, peer: connection.remoteName, now: now)
            apply(body, .offer, to: connection, now: now)
        case .answer:
            guard let connection = connections.first(where: { $0.remoteID == id }) else { return }
            log(.answerReceived, peer: connection.remoteName, now: now)
            apply(body, .answer, to: connection, now: now)
        case .candidates:
            guard let connection = connections.first(where: { $0.remoteID == id }) else { return }
            for line in body.split(separator: "\n") {
                if connection.hasRemoteDescription {
                    addCandidate(String(line), to: connection, now: now)
                } else {
                    connection.earlyCandidates.append(String(line))
                }
            }
            drain(connection, now: now)
        case .bye:
            close(remoteID: id, now: now)
        }
    }

    private func apply(_ text: String, _ type: DescriptionType, to connection: MeshConnection, now: Instant) {
        do {
            let description = try SessionDescription(parsing: text)
            try connection.peer.setRemoteDescription(description, type, now: now)
            connection.hasRemoteDescription = true
            if type == .offer {
                let answer = try connection.peer.setLocalDescription(now: now)
                log(.answerSent, peer: connection.remoteName, now: now)
                client.signal(
                    to: connection.remoteID, connection: Self.connectionLabel, epoch: connection.epoch, kind: .answer,
                    body: answer.text, now: now)
            }
            for line in connection.earlyCandidates { addCandidate(line, to: connection, now: now) }
            connection.earlyCandidates = []
        } catch {
            log(.negotiationFailed, peer: connection.remoteName, detail: "\(error)", now: now)
        }
        drain(connection, now: now)
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

    private func close(remoteID: String, now: Instant) {
        guard let index = connections.firstIndex(where: { $0.remoteID == remoteID }) else { return }
        let connection = connections.remove(at: index)
        connection.peer.flushReceivers()
        _ = connection.collectFrames(kinds: kinds)
        if let socket = connection.socket { requests.append(.closeSocket(local: socket)) }
        closedConnections.append(connection)
    }

    // MARK: - Peer events

    /// Takes events and frames out of a peer.
    func drain(_ connection: MeshConnection, now: Instant) {
        connection.needsDrain = true
        while let event = connection.peer.nextEvent() { handle(event, of: connection, now: now) }
        for kind in connection.collectFrames(kinds: kinds) where state == .inRoom {
            if connection.phases[.firstFrame] == nil { connection.endPhase(.firstFrame, at: now) }
            log(.firstFrame, peer: connection.remoteName, detail: kind.rawValue, now: now)
        }
        afterChange(now: now)
    }

    private func handle(_ event: PeerEvent, of connection: MeshConnection, now: Instant) {
        switch event {
        case .localCandidate(let line):
            connection.endPhase(.gather, at: now)
            client.signal(
                to: connection.remoteID, connection: Self.connectionLabel, epoch: connection.epoch, kind: .candidates,
                body: line + "\nend-of-candidates", now: now)
        case .iceStateChanged(let iceState):
            if iceState == .connected { connection.endPhase(.check, at: now) }
            if state == .inRoom { log(.iceState, peer: connection.remoteName, detail: iceState.rawValue, now: now) }
        case .connected:
            connection.endPhase(.dtls, at: now)
            connection.connectedAt = now
            log(.connected, peer: connection.remoteName, now: now)
            startMedia(on: connection, now: now)
        case .keyFrameRequested(let transceiver):
            connection.requestKeyFrame(on: transceiver, at: now)
            if state == .inRoom { log(.keyFrameRequested, peer: connection.remoteName, now: now) }
        case .transportClosed(let reason):
            if state == .inRoom { log(.transportClosed, peer: connection.remoteName, detail: reason, now: now) }
        case .selectedPathChanged, .trackAdded, .trackRemoved, .goodbye:
            break
        }
    }

    private func startMedia(on connection: MeshConnection, now: Instant) {
        guard state == .inRoom else { return }
        // Sound starts half a frame after the picture, so that the order of the first frames does not depend on the driver.
        for (index, kind) in kinds.enumerated() {
            guard let media = file(for: kind) else { continue }
            let start = kind == .video ? now : now + .milliseconds(10)
            connection.play(media, on: index, from: start, until: stopDue, random: &random)
        }
        connection.advanceMedia(to: now, until: stopDue)
    }
}
