public import RTCCore
import RoomCore
import SignalingProtocol

extension PeerJSFront {
    /// Carries a message to whom it is for, or lets it wait.
    func pass(_ message: PeerJSMessage, from sender: PeerName, now: Instant) {
        guard let peer = peers[sender], peer.socket != nil, let id = message.receiver else { return }
        guard let receiver = rooms.participant(id, in: sender.room), receiver != peer.participant else {
            // Farewells are not kept.
            guard message.kind != .leave, message.kind != .expire else { return }
            return wait(message, from: sender, for: PeerName(key: sender.key, id: id), now: now)
        }
        deliver(message, from: sender, peer, to: receiver, now: now)
    }

    private func deliver(_ message: PeerJSMessage, from sender: PeerName, _ peer: Peer, to receiver: String, now: Instant) {
        if message.kind == .expire {
            if let socket = peers[PeerName(key: sender.key, id: message.receiver ?? "")]?.socket {
                send(PeerJSMessage.text("EXPIRE", from: sender.id, to: message.receiver), on: socket)
            }
            return
        }
        guard let signal = message.signal else {
            counts.malformed += 1
            return
        }
        let isForeign = peers[PeerName(key: sender.key, id: rooms.alias(of: receiver))] == nil
        if isForeign, signal.kind != .bye {
            guard let connection = message.payload["connectionId"]?.stringValue,
                message.payload["type"]?.stringValue != "data"
            else {
                counts.untranslated += 1
                if message.kind == .offer { tellExpired(sender, of: message.receiver ?? "") }
                return
            }
            if message.kind == .offer { peers[sender]?.connections[receiver] = connection }
        }
        let kind = signal.kind
        let epoch = peers[sender]?.epochs.next(kind, to: receiver) ?? 0
        perform(
            .signal(
                SignalRequest(
                    to: receiver, connection: SocketIOFront.connection, epoch: epoch, kind: kind, body: signal.body)),
            of: sender, peer.session, to: message.receiver, now: now)
    }

    /// Delivers what has waited for a peer that is here now.
    func flush(to name: PeerName, now: Instant) {
        let due = waiting.filter { $0.name == name }
        guard !due.isEmpty else { return }
        waiting.removeAll { $0.name == name }
        for item in due where item.expiresAt > now { pass(item.message, from: item.sender, now: now) }
    }

    /// Tells senders once for each peer that did not come.
    func expire(now: Instant) {
        let due = waiting.filter { $0.expiresAt <= now }
        guard !due.isEmpty else { return }
        waiting.removeAll { item in due.contains { $0.name == item.name && $0.sender == item.sender } }
        var told: [(PeerName, PeerName)] = []
        for item in due where !told.contains(where: { $0 == (item.sender, item.name) }) {
            told.append((item.sender, item.name))
            tellExpired(item.sender, of: item.name.id)
        }
    }

    func tellExpired(_ sender: PeerName, of id: String) {
        counts.expired += 1
        guard let socket = peers[sender]?.socket else { return }
        send(PeerJSMessage.text("EXPIRE", from: id, to: sender.id), on: socket)
    }

    // MARK: - What the rooms say

    public func listen(now: Instant) {
        while let output = rooms.next(for: .peerJS) {
            switch output {
            case .reply(_, let id, let reply):
                guard let (name, receiver) = requests.removeValue(forKey: id) else { continue }
                switch reply {
                case .joined(let snapshot): peers[name]?.participant = snapshot.participant
                case .refused(let error):
                    if let receiver { tellExpired(name, of: receiver) } else { peers[name]?.refusal = error }
                case .waiting:
                    // There is no lobby in this dialect.
                    peers[name]?.refusal = RequestError(.forbidden, "The room is not open")
                case .said, .history, .done: break
                }
            case .event(let session, _, _, let event):
                if let name = peerOfSession[session] { tell(name, event, now: now) }
            case .volatile: break
            case .end(let session, let code, let reason):
                guard let name = peerOfSession[session] else { continue }
                let socket = peers[name]?.socket
                forget(name)
                if let socket { refuse(socket, with: code, reason: reason, now: now) }
            case .over(let session):
                if let name = peerOfSession[session] { forget(name) }
            }
        }
    }

    private func tell(_ name: PeerName, _ event: RoomEvent, now: Instant) {
        guard let peer = peers[name] else { return }
        switch event {
        case .peerLeft(let participant, _):
            peers[name]?.epochs.forget(participant)
            peers[name]?.connections[participant] = nil
            peers[name]?.offered.remove(participant)
            if let socket = peer.socket {
                send(PeerJSMessage.text("LEAVE", from: rooms.alias(of: participant), to: name.id), on: socket)
            }
        case .signal(let participant, let request): pass(request, from: participant, to: name, peer)
        case .signalExpired(let participant, _, _, _): tellExpired(name, of: rooms.alias(of: participant))
        case .roomEnded(let reason):
            forget(name)
            rooms.core.ended(peer.session, .leave)
            if let socket = peer.socket { refuse(socket, with: .roomEnded, reason: reason, now: now) }
        // What else happens in a room has no name in this dialect.
        default: break
        }
    }

    private func pass(_ request: SignalRequest, from participant: String, to name: PeerName, _ peer: Peer) {
        guard let socket = peer.socket, let signal = ForeignSignal(request, dialect: "peerjs") else { return }
        let sender = rooms.alias(of: participant)
        if case .bye = signal.content {
            peers[name]?.connections[participant] = nil
            peers[name]?.offered.remove(participant)
            return send(PeerJSMessage.text("LEAVE", from: sender, to: name.id), on: socket)
        }
        peers[name]?.epochs.heard(request.epoch, from: participant)
        guard var payload = signal.extra?.1 ?? translated(signal, from: participant, to: name, epoch: request.epoch) else {
            counts.untranslated += 1
            return
        }
        switch signal.content {
        case .description(let type, let sdp):
            payload["sdp"] = .object(["type": .string(type), "sdp": .string(sdp)])
            send(PeerJSMessage.text(type.uppercased(), from: sender, to: name.id, payload: payload), on: socket)
        case .candidates(let candidates):
            for candidate in candidates {
                payload["candidate"] = .object(candidate)
                send(PeerJSMessage.text("CANDIDATE", from: sender, to: name.id, payload: payload), on: socket)
            }
        case .bye: break
        }
    }

    /// What this dialect adds to a signal of another: one media connection, which is not negotiated again.
    private func translated(
        _ signal: ForeignSignal, from participant: String, to name: PeerName, epoch: Int64
    ) -> JSONObject? {
        let isOffer = signal.kind == .offer
        if isOffer {
            guard peers[name]?.offered.insert(participant).inserted == true else { return nil }
            peers[name]?.connections[participant] = "mc_" + participant
        }
        guard let connection = peers[name]?.connections[participant] else { return nil }
        var payload: JSONObject = ["type": "media", "connectionId": .string(connection)]
        if isOffer { payload["metadata"] = .object(["participant": .string(participant)]) }
        return payload
    }
}
