import AccessCore
import RTCCore
import RoomCore
import SignalingProtocol
import SocketIOSessions

/// What goes beside a call: status, chat, reactions, hands, messages, and whatever the native protocol has.
extension SocketIOFront {
    func show(_ call: SocketIOCall, _ socket: SocketIOSocket, _ member: Member, now: Instant) throws(RequestError) {
        guard let status = call.object["status"]?.objectValue ?? call.arguments.first?.objectValue else {
            throw RequestError(.badRequest, "a status is an object")
        }
        guard JSON.object(status).text.utf8.count <= 4096 else { throw RequestError(.tooLarge, "more than 4096 bytes of status") }
        request(.update(ParticipantUpdate(attributes: status)), .other, call, socket, member, now: now)
    }

    /// What pages call the sources of media.
    private static let sources: [(MediaSource, [String])] = [
        (.microphone, ["audio", "mic", "microphone"]), (.camera, ["video", "cam", "camera"]), (.screen, ["screen"]),
    ]

    func showMedia(_ call: SocketIOCall, _ socket: SocketIOSocket, _ member: Member, now: Instant) throws(RequestError) {
        var media: [MediaSource: Bool] = [:]
        for (source, names) in Self.sources {
            for name in names {
                if let isOn = call.object[name]?.boolValue { media[source] = isOn }
                // `{kind: "audio", enabled: false}`
                if call.object["kind"]?.stringValue == name { media[source] = call.object["enabled"]?.boolValue ?? media[source] }
            }
        }
        guard !media.isEmpty else { throw RequestError(.badRequest, "say which of 'audio', 'video' and 'screen' are on") }
        request(.update(ParticipantUpdate(media: media)), .other, call, socket, member, now: now)
    }

    func chat(_ call: SocketIOCall, _ socket: SocketIOSocket, _ member: Member, now: Instant) throws(RequestError) {
        guard let place = member.place else { throw RequestError(.conflict, "join a room first") }
        guard
            let text = call.object["text"]?.stringValue ?? call.object["message"]?.stringValue
                ?? call.arguments.first?.stringValue,
            !text.isEmpty
        else { throw RequestError(.badRequest, "'text' is missing") }
        guard text.utf8.count <= 4096 else { throw RequestError(.tooLarge, "more than 4096 bytes of text") }
        let receiver = try named("to", in: call, place)
        request(
            .chat(ChatRequest(text: text, to: receiver)), .chat(text: text, receiver: receiver), call, socket, member, now: now)
    }

    func react(_ call: SocketIOCall, _ socket: SocketIOSocket, _ member: Member, now: Instant) throws(RequestError) {
        guard let place = member.place else { throw RequestError(.conflict, "join a room first") }
        guard let emoji = call.object["emoji"]?.stringValue ?? call.arguments.first?.stringValue,
            (1...32).contains(emoji.utf8.count)
        else { throw RequestError(.badRequest, "'emoji' must be a text of 1 to 32 bytes") }
        let target = try named("target", in: call, place)
        request(.react(emoji: emoji, target: target), .other, call, socket, member, now: now)
    }

    /// The participant whom a field names, where there is such a field.
    private func named(_ field: String, in call: SocketIOCall, _ place: Place) throws(RequestError) -> String? {
        guard let id = call.object[field]?.stringValue else { return nil }
        guard let participant = rooms.participant(id, in: place.room) else {
            throw RequestError(.noSuchPeer, "'\(id.prefix(64))' is not another participant of this room")
        }
        return participant
    }

    func relay(
        _ name: String, _ call: SocketIOCall, _ socket: SocketIOSocket, _ member: Member
    ) throws(RequestError) {
        guard let place = member.place else { throw RequestError(.conflict, "join a room first") }
        var message = call.arguments.first?.objectValue ?? JSONObject()
        if message.members.isEmpty, let value = call.arguments.first { message["message"] = value }
        try checkSize(message)
        message["from"] = .string(place.id)
        var receivers = (present[place.room] ?? []).filter { $0 != socket }
        if let id = call.object["to"]?.stringValue {
            receivers = receivers.filter { members[$0]?.place?.id == id }
            guard !receivers.isEmpty else {
                throw RequestError(.noSuchPeer, "'\(id.prefix(64))' is not another participant here who could hear that")
            }
        }
        for receiver in receivers { emit(name, [.object(message)], attachments: call.attachments, to: receiver) }
        answer(call, with: [:], socket)
    }

    // MARK: - Native names

    /// Fields of native requests and events that name a participant.
    private static let participants = ["participant", "to", "from", "target", "by"]

    /// Carries out a request of the native protocol that no preset has a name for.
    ///
    /// - Returns: Whether there is such a request.
    func performNatively(_ call: SocketIOCall, _ socket: SocketIOSocket, _ member: Member, now: Instant) -> Bool {
        var detail = call.object
        for field in Self.participants {
            guard let id = detail[field]?.stringValue, let room = member.place?.room,
                let participant = rooms.participant(id, in: room)
            else { continue }
            detail[field] = .string(participant)
        }
        let frame: JSON = .object(["t": .string(call.name), "id": 1, "d": .object(detail)])
        do throws(FrameError) {
            guard case .request(_, let native, _) = try ClientFrame(frame.text, limits: configuration.limits.frame) else {
                return false
            }
            switch native {
            case .join, .ready, .signal, .leave, .stats: return false
            case .refreshToken(let token):
                refresh(token, call, socket, member, now: now)
                return true
            default: break
            }
            guard let command = native.command else { return false }
            request(command, .other, call, socket, member, now: now)
        } catch {
            fail(RequestError(error.code, error.message), call, socket)
        }
        return true
    }

    private func refresh(_ token: String, _ call: SocketIOCall, _ socket: SocketIOSocket, _ member: Member, now: Instant) {
        switch rooms.refresh(member.key, with: token, now: now) {
        case .failure(let refusal):
            counts.refusedTokens += 1
            fail(RequestError(refusal.code, refusal.message), call, socket)
        case .success(let pass):
            var told = JSONObject()
            pass?.add(to: &told)
            answer(call, with: told, socket)
        }
    }

    /// Tells an event that no preset has a name for, under its native one.
    func tellNatively(_ socket: SocketIOSocket, _ event: RoomEvent, isVolatile: Bool) {
        let text = ServerFrame.event(event.frame, seq: nil, rev: nil).text
        guard let frame = (try? JSONParser.parse(text))?.objectValue, let name = frame["t"]?.stringValue else { return }
        var detail = frame["d"]?.objectValue ?? JSONObject()
        for field in Self.participants {
            if let participant = detail[field]?.stringValue { detail[field] = .string(rooms.alias(of: participant)) }
        }
        emit(name, [.object(detail)], isVolatile: isVolatile, to: socket)
    }
}
