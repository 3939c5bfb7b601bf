import RTCCore
import RoomCore
import SignalingProtocol
import SocketIOSessions

extension SocketIOFront {
    func hear(now: Instant) {
        while let output = rooms.next(for: .socketIO) {
            switch output {
            case .reply(_, let id, let reply):
                guard let pending = requests.removeValue(forKey: id) else { continue }
                answer(pending, reply, now: now)
            case .event(let session, _, _, let event):
                guard let socket = socketOfSession[session], let place = members[socket]?.place else { continue }
                tell(socket, place, event)
            case .end(let session, let code, let reason):
                guard let socket = socketOfSession[session] else { continue }
                let error = RequestError(code == .replaced ? .duplicateIdentity : .forbidden, reason)
                fail(error, "", nil, socket)
                forget(socket)
                server.disconnect(socket, now: now)
            case .over(let session):
                guard let socket = socketOfSession[session] else { continue }
                forget(socket)
                server.disconnect(socket, now: now)
            }
        }
    }

    private func answer(_ pending: Pending, _ reply: RoomReply, now: Instant) {
        let socket = pending.socket
        switch (reply, pending.what) {
        case (.refused, .silent): break
        case (.refused(let error), _): fail(error, pending.event, pending.acknowledge, socket)
        case (.joined(let snapshot), .join(let id, let name, let status)):
            enter(socket, snapshot, as: id, name, status, pending, now: now)
        case (.done, .leave):
            leave(socket)
            answer(pending.acknowledge, with: [:], socket)
        case (.done, .signal): answer(pending.acknowledge, with: [:], socket)
        case (.done, _), (.joined, _): break
        }
    }

    private func enter(
        _ socket: SocketIOSocket, _ snapshot: RoomSnapshot, as id: String, _ name: String, _ status: JSONObject?,
        _ pending: Pending, now: Instant
    ) {
        guard let member = members[socket] else { return }
        var place = Place(room: snapshot.room, participant: snapshot.participant, id: id)
        place.status = status
        place.known[snapshot.participant] = name
        for peer in snapshot.peers { place.known[peer.id] = peer.name }
        members[socket]?.place = place
        rooms.name(snapshot.participant, as: id, in: snapshot.room)
        present[snapshot.room, default: []].append(socket)
        let room: JSONObject = [
            "id": .string(id), "participant": .string(snapshot.participant), "room": .string(snapshot.room),
            "users": .array(users(of: place)),
            "iceServers": .array((member.origin.iceServers + configuration.iceServers).map(Self.json)),
        ]
        answer(pending.acknowledge, with: room, socket)
        emit(member.preset.says.joined, [.object(room)], to: socket)
        lastRequest += 1
        requests[lastRequest] = Pending(socket: socket, event: "", acknowledge: nil, what: .silent)
        rooms.core.perform(.ready, id: lastRequest, for: member.key, now: now)
    }

    /// Everybody else in the room, in the order in which they joined.
    func users(of place: Place) -> [JSON] {
        rooms.core.participants(in: place.room).filter { $0 != place.participant }.map { describe($0, place) }
    }

    private func describe(_ participant: String, _ place: Place) -> JSON {
        let id = rooms.alias(of: participant)
        var object: JSONObject = ["id": .string(id), "participant": .string(participant)]
        object["name"] = .string(place.known[participant] ?? id)
        for other in present[place.room] ?? [] where members[other]?.place?.participant == participant {
            object["status"] = members[other]?.place?.status.map { .object($0) }
        }
        return .object(object)
    }

    private static func json(_ server: ICEServer) -> JSON {
        var object: JSONObject = ["urls": .array(server.urls.map { .string($0) })]
        object["username"] = server.username.map { .string($0) }
        object["credential"] = server.credential.map { .string($0) }
        return .object(object)
    }

    private func tell(_ socket: SocketIOSocket, _ place: Place, _ event: RoomEvent) {
        guard let says = members[socket]?.preset.says else { return }
        switch event {
        case .peerJoined(let peer):
            members[socket]?.place?.known[peer.id] = peer.name
            guard let place = members[socket]?.place else { return }
            note("joined", as: says.peerJoined, of: peer.id, describe(peer.id, place).objectValue ?? [:], socket)
        case .peerLeft(let participant, let reason):
            note("left", as: says.peerLeft, of: participant, ["reason": .string(reason.rawValue)], socket)
            members[socket]?.place?.known[participant] = nil
            members[socket]?.place?.epochs.forget(participant)
        case .peerReconnecting(let participant):
            note("reconnecting", as: says.peerReconnecting, of: participant, [:], socket)
        case .peerResumed(let participant):
            note("resumed", as: says.peerResumed, of: participant, [:], socket)
        case .signal(let from, let signal):
            pass(signal, from: from, to: socket, says)
        case .signalExpired(let to, _, _, let kind):
            emit(says.expired, [.object(["to": .string(rooms.alias(of: to)), "kind": .string(kind.rawValue)])], to: socket)
        }
    }

    private func note(
        _ what: String, as name: String, of participant: String, _ details: JSONObject, _ socket: SocketIOSocket
    ) {
        let id = JSON.string(rooms.alias(of: participant))
        var details = details
        details["id"] = id
        details["participant"] = .string(participant)
        if members[socket]?.preset.says.beginsWithID == true {
            emit(name, [id, .object(details)], to: socket)
        } else {
            details["type"] = .string(what)
            emit(name, [.object(details)], to: socket)
        }
    }

    private func pass(
        _ request: SignalRequest, from participant: String, to socket: SocketIOSocket, _ says: SocketIOPreset.Names
    ) {
        guard let signal = ForeignSignal(request, dialect: "socketio") else {
            counts.untranslated += 1
            return
        }
        if request.kind != .bye { members[socket]?.place?.epochs.heard(request.epoch, from: participant) }
        var message = signal.extra?.1 ?? JSONObject()
        message["from"] = .string(rooms.alias(of: participant))
        switch signal.content {
        case .description(let type, let sdp):
            message["sdp"] = .object(["type": .string(type), "sdp": .string(sdp)])
            emit(type == "offer" ? says.offer : says.answer, [.object(message)], to: socket)
        case .candidates(let candidates):
            for candidate in candidates {
                message["candidate"] = .object(candidate)
                emit(says.candidate, [.object(message)], to: socket)
            }
        case .bye:
            emit(says.bye, [.object(message)], to: socket)
        }
    }
}
