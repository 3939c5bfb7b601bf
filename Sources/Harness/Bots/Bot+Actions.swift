internal import Measurement
internal import MediaTracks
internal import NetworkImpairment
internal import RTCCore
internal import RTCPeer
internal import Scenario
internal import SignalingClients

/// What the timeline does to a bot.
extension Bot {
    func performActions(now: Instant) {
        while let action = pendingActions.first, context.epoch + (action.at - .origin) <= now {
            pendingActions.removeFirst()
            perform(action.verb, due: context.epoch + (action.at - .origin), now: now)
        }
    }

    private func perform(_ verb: Verb, due: Instant, now: Instant) {
        switch verb {
        case .network(let profile):
            requests.append(.setNetwork(profile))
            log(.networkChanged, detail: profile.name, now: now)
        case .blackout(let blackout):
            // It ends when the plan says, also for a bot that joined in the midst of it or was told late.
            guard due + blackout.duration > now else { return }
            requests.append(.blackout(due + blackout.duration - now, blackout.scope))
            let scope = blackout.scope == .all ? "" : " \(blackout.scope.rawValue)"
            log(.blackout, detail: "\(blackout.duration)\(scope)", now: now)
        case .addressChange:
            changeAddress(now: now)
        case .kill(let kill):
            self.kill(kill, now: now)
        case .leave:
            if due < stopDue { stepOut(now: now) }
        case .rejoin:
            comeBack(now: now)
        case .mic(let isOn):
            mute(.audio, !isOn, now: now)
        case .camera(let isOn):
            mute(.video, !isOn, now: now)
        case .switchDevice(let publication):
            switchDevice(to: publication, now: now)
        case .screen(let path):
            if state == .inRoom || path == nil { show(path, due: due, now: now) }
        case .iceRestart:
            for connection in connections where connection.peer.signalingState == .stable && hearsTheRoom {
                log(.iceRestart, peer: connection.remoteName, now: now)
                offer(on: connection, restartICE: true, now: now)
            }
        case .chat, .react, .hand, .admit, .deny, .kick, .mute, .lock, .role, .subscribe:
            act(verb, now: now)
        case .acceptMatch, .skipMatch, .enqueue:
            meet(verb, now: now)
        }
    }

    // MARK: - Transport

    /// From one network to another: the old sockets are of no use, TCP breaks, and the bot knows it.
    private func changeAddress(now: Instant) {
        log(.addressChanged, now: now)
        requests.append(.changeAddress)
        reopenSockets(now: now)
        requests.append(.cutSignaling(for: .zero))
    }

    private func kill(_ kill: Kill, now: Instant) {
        guard kill.target != .server else { return }
        log(.killed, detail: kill.target.rawValue, now: now)
        if kill.target != .signaling {
            closeSockets(now: now)
            socketsReturnAt = now + kill.duration
            reopenSocketsIfDue(now: now)
        }
        if kill.target != .media { requests.append(.cutSignaling(for: kill.duration)) }
    }

    private func closeSockets(now: Instant) {
        for connection in connections {
            guard let socket = connection.socket else { continue }
            requests.append(.closeSocket(local: socket))
            connection.socket = nil
            connection.awaitsRestart = connection.hasRemoteDescription
            connection.peer.removeLocalAddress(socket, now: now)
            drain(connection, now: now)
        }
    }

    private func reopenSockets(now: Instant) {
        closeSockets(now: now)
        for connection in connections where connection.socket == nil {
            requests.append(.openSocket(token: connection.token))
        }
    }

    func reopenSocketsIfDue(now: Instant) {
        guard let due = socketsReturnAt, due <= now else { return }
        socketsReturnAt = nil
        reopenSockets(now: now)
    }

    func socketOpened(_ local: SocketAddress, on connection: MeshConnection, now: Instant) {
        connection.socket = local
        connection.peer.addLocalAddress(local, now: now)
        connection.series?.networkReturned(at: now)
        drain(connection, now: now)
    }

    // MARK: - Room

    private func stepOut(now: Instant) {
        guard state == .inRoom || state == .connecting || state == .joining || state == .held else { return }
        log(.left, now: now)
        screen = nil
        hangUp(now: now)
        state = .away
        participantID = nil
        signalingSeries?.superseded(at: now)
        rejoinSeries?.superseded(at: now)
        if hearsTheRoom || client.state == .waiting {
            client.leave(now: now)
        } else {
            requests.append(.closeSignaling(code: 1000, reason: "leave"))
        }
    }

    private func comeBack(now: Instant) {
        guard state == .away else { return }
        joins += 1
        log(.started, detail: "again", now: now)
        client = context.makeClient(seed: SplitMix64.derive(context.plan.seed, "room \(joins)"), match: wish, isFirst: false)
        // Where the old connection is still being closed, it is given up.
        requests.append(.closeSignaling(code: 1000, reason: "leave"))
        state = .connecting
        requests.append(.openSignaling(url: client.url(context.signalingURL)))
        nextSample = now + Self.sampleInterval
    }

    // MARK: - Media

    func mute(_ kind: MediaKind, _ isMuted: Bool, now: Instant) {
        mutedKinds.removeAll { $0 == kind }
        if isMuted { mutedKinds.append(kind) }
        log(isMuted ? .muted : .unmuted, detail: kind.rawValue, now: now)
        for connection in connections { connection.mute(kind, isMuted || connection.isUnwanted) }
        sayWhatIsSent(now: now)
    }

    private func switchDevice(to publication: Publication, now: Instant) {
        for kind in kinds {
            guard let path = kind == .audio ? publication.audio : publication.video, let media = context.media[path] else {
                continue
            }
            guard kind == .audio || layers.isEmpty else {
                log(.refused, detail: "the layers of a simulcast keep their files", now: now)
                continue
            }
            playing[kind] = media
            log(.deviceSwitched, detail: path, now: now)
            for connection in connections { connection.replace(media) }
        }
    }
}
