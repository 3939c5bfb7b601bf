import AccessCore
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
                if let socket = socketOfSession[session] { tell(socket, event, isVolatile: false, now: now) }
            case .volatile(let session, let event):
                if let socket = socketOfSession[session] { tell(socket, event, isVolatile: true, now: now) }
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
        case (.joined(let snapshot), .join(let entrance)):
            var room = enter(socket, snapshot, as: entrance)
            if let key = members[socket]?.key { rooms.issuePass(for: key, now: now)?.add(to: &room) }
            answer(pending.acknowledge, with: room, socket)
            begin(socket, with: room, entrance, now: now)
        case (.waiting(let participant), .join(let entrance)):
            members[socket]?.entering = entrance
            answer(pending.acknowledge, with: ["waiting": .bool(true), "participant": .string(participant)], socket)
        case (.done, .leave):
            leave(socket)
            answer(pending.acknowledge, with: [:], socket)
        case (.said(let number, let milliseconds), let what):
            answer(pending.acknowledge, with: ["id": .integer(number), "ts": .integer(milliseconds)], socket)
            // The rooms tell everybody else; pages show what they said themselves when it comes back.
            guard case .chat(let text, let receiver) = what, let member = members[socket], let place = member.place else {
                return
            }
            let message = ChatMessage(
                number: number, milliseconds: milliseconds, from: place.participant, text: text, to: receiver)
            emit(member.preset.says.chat, [.object(json(message, member))], to: socket)
        case (.history(let history), _): answer(pending.acknowledge, with: history.json, socket)
        case (.done, .other): answer(pending.acknowledge, with: [:], socket)
        case (.done, _), (.joined, _), (.waiting, _): break
        }
    }

    /// - Returns: What the newcomer is told of its room.
    private func enter(_ socket: SocketIOSocket, _ snapshot: RoomSnapshot, as entrance: Entrance) -> JSONObject {
        guard let member = members[socket] else { return [:] }
        var place = Place(room: snapshot.room, participant: snapshot.participant, id: entrance.id, name: entrance.name)
        for peer in snapshot.peers { place.known[peer.id] = peer }
        members[socket]?.place = place
        members[socket]?.entering = nil
        rooms.name(snapshot.participant, as: entrance.id, in: snapshot.room)
        present[snapshot.room, default: []].append(socket)
        return [
            "id": .string(entrance.id), "participant": .string(snapshot.participant), "room": .string(Grant.shown(snapshot.room)),
            "users": .array(users(of: place)),
            "iceServers": .array((member.origin.iceServers + configuration.iceServers).map(Self.json)),
        ]
    }

    /// It has heard of its room: from now on it hears what happens there.
    private func begin(_ socket: SocketIOSocket, with room: JSONObject, _ entrance: Entrance, now: Instant) {
        guard let member = members[socket] else { return }
        emit(member.preset.says.joined, [.object(room)], to: socket)
        perform(.ready, of: socket, member, now: now)
        if let status = entrance.status {
            perform(.update(ParticipantUpdate(attributes: status)), of: socket, member, now: now)
        }
    }

    private func perform(_ command: RoomCommand, of socket: SocketIOSocket, _ member: Member, now: Instant) {
        lastRequest += 1
        requests[lastRequest] = Pending(socket: socket, event: "", acknowledge: nil, what: .silent)
        rooms.core.perform(command, id: lastRequest, for: member.key, now: now)
    }

    /// Everybody else in the room, in the order in which they joined.
    func users(of place: Place) -> [JSON] {
        rooms.core.participants(in: place.room).filter { $0 != place.participant }.map { describe($0, place) }
    }

    private func describe(_ participant: String, _ place: Place) -> JSON {
        let id = rooms.alias(of: participant)
        var object: JSONObject = ["id": .string(id), "participant": .string(participant), "name": .string(id)]
        guard let known = place.known[participant] else { return .object(object) }
        object["name"] = .string(known.name)
        object["role"] = .string(known.role)
        if !known.attributes.members.isEmpty { object["status"] = .object(known.attributes) }
        if known.media != MediaStates() { object["media"] = .object(Self.json(known.media)) }
        return .object(object)
    }

    private static func json(_ media: MediaStates) -> JSONObject {
        [
            "audio": .bool(media.microphone == .on), "video": .bool(media.camera == .on), "screen": .bool(media.screen == .on),
        ]
    }

    private static func json(_ server: ICEServer) -> JSON {
        var object: JSONObject = ["urls": .array(server.urls.map { .string($0) })]
        object["username"] = server.username.map { .string($0) }
        object["credential"] = server.credential.map { .string($0) }
        return .object(object)
    }

    private func tell(_ socket: SocketIOSocket, _ event: RoomEvent, isVolatile: Bool, now: Instant) {
        guard let member = members[socket] else { return }
        let says = member.preset.says
        switch event {
        case .peerJoined(let peer):
            members[socket]?.place?.known[peer.id] = peer
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
        case .peerUpdated(let change): update(socket, change, says)
        case .chat(let message): emit(says.chat, [.object(json(message, member))], to: socket)
        case .reaction(let from, let emoji, let target):
            var reaction: JSONObject = ["from": .string(rooms.alias(of: from)), "emoji": .string(emoji)]
            reaction["target"] = target.map { .string(rooms.alias(of: $0)) }
            emit(says.reaction, [.object(reaction)], isVolatile: isVolatile, to: socket)
        case .hands(let queue):
            emit(says.hands, [.array(queue.map { .string(rooms.alias(of: $0)) })], to: socket)
        case .lobbyAdmitted(let snapshot):
            guard let entrance = member.entering else { return }
            begin(socket, with: enter(socket, snapshot, as: entrance), entrance, now: now)
        case .lobbyDenied, .roomEnded:
            leave(socket)
            tellNatively(socket, event, isVolatile: isVolatile)
        case .signal(let from, let signal):
            pass(signal, from: from, to: socket, says)
        case .signalExpired(let to, _, _, let kind):
            emit(says.expired, [.object(["to": .string(rooms.alias(of: to)), "kind": .string(kind.rawValue)])], to: socket)
        default: tellNatively(socket, event, isVolatile: isVolatile)
        }
    }

    private func update(_ socket: SocketIOSocket, _ change: ParticipantChange, _ says: SocketIOPreset.Names) {
        // What a user has changed itself it knows from the reply, and pages look for the tile of whom they are told about.
        guard change.participant != members[socket]?.place?.participant else { return }
        let id = JSON.string(rooms.alias(of: change.participant))
        if let name = change.name { members[socket]?.place?.known[change.participant]?.name = name }
        if let media = change.media {
            members[socket]?.place?.known[change.participant]?.media = media
            var told = Self.json(media)
            told["id"] = id
            emit(says.media, [.object(told)], to: socket)
        }
        guard change.name != nil || change.status != nil || change.attributes != nil else { return }
        var told: JSONObject = ["id": id]
        told["name"] = change.name.map { .string($0) }
        told["word"] = change.status.map { .string($0) }
        told["status"] = change.attributes.map { .object($0) }
        if let attributes = change.attributes { members[socket]?.place?.known[change.participant]?.attributes = attributes }
        emit(says.status, [.object(told)], to: socket)
    }

    private func json(_ message: ChatMessage, _ member: Member) -> JSONObject {
        let id = rooms.alias(of: message.from)
        let name = message.from == member.place?.participant ? member.place?.name : member.place?.known[message.from]?.name
        var object: JSONObject = [
            "from": .string(id), "id": .integer(message.number), "name": .string(name ?? id), "text": .string(message.text),
            "ts": .integer(message.milliseconds),
        ]
        object["to"] = message.to.map { .string(rooms.alias(of: $0)) }
        return object
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
