internal import Measurement
public import NetworkImpairment
public import RTCCore
internal import RTCICE
internal import RTCPeer
internal import Scenario
internal import SignalingClients
internal import SignalingProtocol

extension Bot {
    public func receive(_ input: HostInput, now: Instant) {
        lastTold = now
        switch input {
        case .socketOpened(let token, let local):
            guard let connection = connections.first(where: { $0.token == token }) else {
                requests.append(.closeSocket(local: local))
                break
            }
            socketOpened(local, on: connection, now: now)
        case .socketFailed(_, let reason):
            guard joinedAt == nil || !connections.contains(where: { $0.connectedAt != nil }) else {
                log(.negotiationFailed, detail: reason, now: now)
                break
            }
            fail(.gather, reason, now: now)
        case .streamOpened(let token, _):
            streamOpened(token, now: now)
        case .streamClosed(let token, let reason):
            streamClosed(token, reason: reason, now: now)
        case .signalingOpened:
            signalingOpened(now: now)
        case .signalingReceived(let text):
            client.received(text, now: now)
        case .signalingClosed(let code, let reason):
            client.closed(code: code, reason: reason, now: now)
            if let code, CloseCode(rawValue: code)?.isPuttingOut == true, state != .leaving, state != .gone {
                putOut(reason, now: now)
            } else {
                signalingClosed(reason, now: now)
            }
        }
        afterChange(now: now)
    }

    private func signalingOpened(now: Instant) {
        switch state {
        case .connecting:
            state = .joining
            endPhase(.connect, at: now)
        case .inRoom where signalingSeries?.isTrying == true, .joining where signalingSeries?.isTrying == true,
            .held where signalingSeries?.isTrying == true:
            break
        default: return
        }
        log(.signalingConnected, now: now)
        client.opened(now: now)
    }

    private func signalingClosed(_ reason: String, now: Instant) {
        switch state {
        case .connecting where joinedAt == nil:
            fail(.connect, reason, now: now)
        case .joining where joinedAt == nil, .held where joinedAt == nil:
            fail(.signaling, reason, now: now)
        case .leaving:
            finishLeaving(now: now)
        case .connecting, .joining, .held, .inRoom:
            // An attempt that was given up is in the book already.
            if let series = signalingSeries, !series.isIdle, !series.isTrying { return }
            log(.signalingClosed, detail: reason, now: now)
            loseSignaling(reason, now: now)
        case .waiting, .away, .draining, .lingering, .gone:
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
        case .joined(let selfID, let peers):
            joined(as: selfID, peers: peers, now: now)
        case .peerJoined(let remote):
            guard state == .inRoom else { return }
            learnName(of: remote.id, remote.name, remote.attributes)
            lobby.removeAll { $0.participant == remote.id }
            log(.peerJoined, peer: names[remote.id] ?? remote.name, now: now)
            if remote.isOfferedTo, let connection = connect(to: remote.id, name: names[remote.id] ?? remote.name, now: now) {
                offer(on: connection, now: now)
            }
        case .peerNamed(let id, let name):
            learnName(of: id, name, nil)
        case .peerLeft(let id, let reason):
            guard state == .inRoom else { return }
            log(.peerLeft, peer: names[id] ?? id, detail: reason, now: now)
            stopHearing(id, now: now)
            close(remoteID: id, now: now)
        case .peerReconnecting(let id):
            guard state == .inRoom else { return }
            log(.peerReconnecting, peer: names[id] ?? id, now: now)
        case .peerResumed(let id):
            guard state == .inRoom else { return }
            log(.peerResumed, peer: names[id] ?? id, now: now)
        case .signal(let from, _, let epoch, let kind, let body):
            guard state == .inRoom || state == .draining else { return }
            handleSignal(from: from, epoch: epoch, kind: kind, body: body, now: now)
        case .resumed(let replayed):
            log(.signalingResumed, detail: "\(replayed) events", now: now)
            signalingRecovered(now: now)
        case .sessionLost(let code):
            log(.sessionLost, detail: code?.rawValue, now: now)
        case .silent:
            log(.signalingClosed, detail: "the server is silent", now: now)
            requests.append(.closeSignaling(code: CloseCode.idleTimeout.rawValue, reason: "silent"))
            client.closed(code: nil, reason: "silent", now: now)
            loseSignaling("the server is silent", now: now)
        case .refused(let code, let message):
            refused("\(code.rawValue): \(message)", now: now)
        case .left:
            outOfTheRoom(now: now)
        case .signalFailed(let id, _, let epoch, let kind, let code):
            guard state == .inRoom else { return }
            log(.negotiationFailed, peer: names[id] ?? id, detail: "\(kind): \(code)", now: now)
            signalFailed(to: id, epoch: epoch, kind: kind, now: now)
        case .hungUp(let id, let reason):
            guard state == .inRoom, let connection = connections.first(where: { $0.remoteID == id }) else { return }
            log(.transportClosed, peer: connection.remoteName, detail: reason, now: now)
            connection.isTransportClosed = true
            connection.isHungUp = true
            loseMedia(of: connection, now: now)
        case .notice(let id, let text):
            log(.serverNotice, peer: id.map { names[$0] ?? $0 }, detail: text, now: now)
        case .protocolBroken(let reason):
            log(.signalingClosed, detail: reason, now: now)
        case .denied(let reason):
            log(.denied, detail: reason, now: now)
            refused("denied: \(reason)", now: now)
        case .roomEnded(let reason):
            roomEnded(reason, now: now)
        default:
            heardOfTheRoom(event, now: now)
        }
    }

    private func joined(as selfID: String, peers: [RemoteParticipant], now: Instant) {
        state = .inRoom
        if context.plan.match != nil { matchedRoom = (client as? RoomClient)?.room }
        endPhase(.signaling, at: now)
        joinedAt = joinedAt ?? now
        log(.joined, detail: matchedRoom ?? context.plan.room, now: now)
        for remote in peers { learnName(of: remote.id, remote.name, remote.attributes) }
        let isKnown = selfID == participantID
        participantID = selfID
        if isKnown {
            // The others have kept their place for us, and their connections.
            for connection in connections where !peers.contains(where: { $0.id == connection.remoteID }) {
                close(remoteID: connection.remoteID, now: now)
            }
        } else {
            hangUp(now: now)
        }
        client.ready(now: now)
        if !isKnown { beginReporting(now: now) }
        if let room = client as? RoomClient, let id = room.speaker { log(.activeSpeaker, peer: name(of: id), now: now) }
        sayWhoThisIs(now: now)
        sayWhatIsSent(now: now)
        if signalingSeries?.isIdle == false { signalingRecovered(now: now) }
        guard !isKnown else { return }
        guard !lacksRelay(now: now) else { return }
        if peers.isEmpty { succeeded(&rejoinSeries, now: now) }
        for remote in peers where remote.isOfferedTo {
            guard let connection = connect(to: remote.id, name: names[remote.id] ?? remote.name, now: now) else { break }
            offer(on: connection, now: now)
        }
    }

    /// The server said no: to the first join for good, later to one attempt.
    private func refused(_ reason: String, now: Instant) {
        if comesBackLater {
            log(.refused, detail: reason, now: now)
            return stayAway(now: now)
        }
        guard joinedAt != nil else { return fail(.authorise, reason, now: now) }
        log(.refused, detail: reason, now: now)
        requests.append(.closeSignaling(code: CloseCode.idleTimeout.rawValue, reason: "refused"))
        client.closed(code: nil, reason: "refused", now: now)
        if state == .inRoom || state == .joining || state == .held { loseSignaling(reason, now: now) }
    }

    func outOfTheRoom(now: Instant) {
        if rejoinSeries?.isTrying == true, state == .inRoom {
            client.join(now: now)
        } else {
            requests.append(.closeSignaling(code: CloseCode.left.rawValue, reason: "leave"))
        }
    }
}
