import AccessCore
import RTCCore
import RoomCore
import SignalingProtocol
import SocketIOSessions

extension SocketIOFront {
    func perform(_ call: SocketIOCall, of socket: SocketIOSocket, now: Instant) {
        guard let member = members[socket] else { return }
        guard let action = member.preset.actions[call.name] else {
            if Request.knownTypes.contains(call.name), performNatively(call, socket, member, now: now) { return }
            counts.unknownEvents += 1
            if call.acknowledge != nil {
                fail(RequestError(.unknownType, "'\(call.name.prefix(64))' is not an event of this server"), call, socket)
            }
            return
        }
        var isSignal = false
        if case .signal = action { isSignal = true }
        if let wait = exceedsRate(socket, isSignal: isSignal, now: now) {
            counts.rateLimited += 1
            fail(rateError("messages", wait), call, socket)
            guard members[socket]?.abuse.take(configuration.limits.abuse, now: now) != nil else { return }
            return server.disconnect(socket, now: now)
        }
        do throws(RequestError) {
            switch action {
            case .join: try join(call, socket, member, now: now)
            case .leave: request(.leave, .leave, call, socket, member, now: now)
            case .signal(let kind): try signal(kind, call, socket, member, now: now)
            case .roster:
                guard let place = member.place else { throw RequestError(.conflict, "join a room first") }
                answer(call, with: ["room": .string(Grant.shown(place.room)), "users": .array(users(of: place))], socket)
            case .status: try show(call, socket, member, now: now)
            case .media: try showMedia(call, socket, member, now: now)
            case .chat: try chat(call, socket, member, now: now)
            case .react: try react(call, socket, member, now: now)
            case .hand:
                let isRaised = call.object["raised"]?.boolValue ?? call.arguments.first?.boolValue ?? true
                request(isRaised ? .raiseHand : .lowerHand(participant: nil), .other, call, socket, member, now: now)
            case .relay(let name): try relay(name, call, socket, member)
            }
        } catch {
            fail(error, call, socket)
        }
    }

    private func exceedsRate(_ socket: SocketIOSocket, isSignal: Bool, now: Instant) -> Duration? {
        guard let member = members[socket], !member.origin.isTrusted(configuration) else { return nil }
        return isSignal
            ? members[socket]?.signals.take(configuration.limits.signals, now: now)
            : members[socket]?.messages.take(configuration.limits.messages, now: now)
    }

    private func rateError(_ what: String, _ wait: Duration) -> RequestError {
        RequestError(.rateLimited, "too many \(what)", retryMilliseconds: wait.inNanoseconds / 1_000_000 + 1)
    }

    func request(
        _ command: RoomCommand, _ what: Pending.What, _ call: SocketIOCall, _ socket: SocketIOSocket, _ member: Member,
        now: Instant
    ) {
        lastRequest += 1
        requests[lastRequest] = Pending(socket: socket, event: call.name, acknowledge: call.acknowledge, what: what)
        rooms.core.perform(command, id: lastRequest, for: member.key, now: now)
        hear(now: now)
    }

    // MARK: - Rooms

    private func join(
        _ call: SocketIOCall, _ socket: SocketIOSocket, _ member: Member, now: Instant
    ) throws(RequestError) {
        let room = try checked(call.room, "room", 1...128) ?? ""
        guard !room.isEmpty else { throw RequestError(.badRequest, "'room' is missing") }
        let chosen = try checked(call.id, "id", 1...64)
        let id = chosen ?? server.id(of: socket) ?? ""
        let name = try checked(call.displayName, "name", 1...64) ?? id
        let status = call.object["status"]?.objectValue
        try checkSize(status)
        if !member.origin.isTrusted(configuration),
            let wait = rooms.joins.take(
                configuration.limits.joins, address: member.origin.address?.host ?? "", identity: member.identity, now: now)
        {
            throw rateError("joins", wait)
        }
        if let holder = rooms.participant(id, in: member.grant.qualified(room)), !isOwn(holder, member) {
            throw RequestError(.duplicateIdentity, "'\(id)' is in the room '\(room)' already")
        }
        request(
            .join(JoinRequest(room: room, name: name, mode: .auto, duplicate: .replace)),
            .join(Entrance(id: id, name: name, status: status)), call,
            socket, member, now: now)
    }

    /// Whether a participant is this client's own, from an earlier connection.
    private func isOwn(_ participant: String, _ member: Member) -> Bool {
        guard let identity = member.identity else { return false }
        // order: at most one member is this participant
        return members.values.contains { $0.place?.participant == participant && $0.identity == identity }
    }

    private func checked(_ text: String?, _ field: String, _ bytes: ClosedRange<Int>) throws(RequestError) -> String? {
        guard let text else { return nil }
        guard bytes.contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw RequestError(
                .badRequest,
                "'\(field)' must be a text of \(bytes.lowerBound) to \(bytes.upperBound) bytes without control characters")
        }
        return text
    }

    func checkSize(_ object: JSONObject?) throws(RequestError) {
        guard let object, JSON.object(object).text.utf8.count > configuration.socketIO.messageBytes else { return }
        throw RequestError(.tooLarge, "more than \(configuration.socketIO.messageBytes) bytes")
    }

    // MARK: - Signals

    private func signal(
        _ kind: SignalKind, _ call: SocketIOCall, _ socket: SocketIOSocket, _ member: Member, now: Instant
    ) throws(RequestError) {
        guard let place = member.place else { throw RequestError(.conflict, "join a room first") }
        let receiver = try receiver(of: call, place)
        guard let content = Self.content(kind, call) else {
            throw RequestError(.badRequest, "'\(call.name)' needs '\(kind == .candidates ? "candidate" : "sdp")'")
        }
        var extra = call.object
        for key in SocketIOCall.receivers + ["sdp", "candidate", "from", "description", "offer", "answer"] { extra[key] = nil }
        let signal = ForeignSignal(content, extra: extra.members.isEmpty ? nil : ("socketio", extra))
        let body = signal.body
        guard body.utf8.count <= configuration.limits.frame.sessionDescription else {
            throw RequestError(.tooLarge, "more than \(configuration.limits.frame.sessionDescription) bytes")
        }
        let epoch = members[socket]?.place?.epochs.next(signal.kind, to: receiver) ?? 0
        request(
            .signal(SignalRequest(to: receiver, connection: Self.connection, epoch: epoch, kind: signal.kind, body: body)),
            .other,
            call, socket, member, now: now)
    }

    /// The name that native callers give to the one connection between two participants.
    static let connection = "a"

    /// Who is meant; in a room of two it need not be said.
    private func receiver(of call: SocketIOCall, _ place: Place) throws(RequestError) -> String {
        if let id = call.receiver {
            guard let participant = rooms.participant(id, in: place.room) else {
                throw RequestError(.noSuchPeer, "'\(id.prefix(64))' is not another participant of this room")
            }
            return participant
        }
        let others = rooms.core.participants(in: place.room).filter { $0 != place.participant }
        guard others.count == 1, let other = others.first else {
            throw RequestError(.badRequest, "say to whom: 'to' is missing")
        }
        return other
    }

    private static func content(_ kind: SignalKind, _ call: SocketIOCall) -> ForeignSignal.Content? {
        let object = call.object
        switch kind {
        case .offer, .answer:
            for key in ["sdp", "description", kind.rawValue] {
                guard let value = object[key] else { continue }
                if let sdp = value.stringValue { return .description(type: kind.rawValue, sdp: sdp) }
                if let sdp = value.objectValue?["sdp"]?.stringValue { return .description(type: kind.rawValue, sdp: sdp) }
            }
            return nil
        case .candidates:
            switch object["candidate"] {
            case .object(let candidate)?: return .candidates([candidate])
            // The object is the candidate itself.
            case .string?: return .candidates([object.only(["candidate", "sdpMid", "sdpMLineIndex", "usernameFragment"])])
            case .null?: return .candidates([["candidate": ""]])
            default: return nil
            }
        case .bye: return .bye
        }
    }

    // MARK: - Answers

    func answer(_ call: SocketIOCall, with result: JSONObject, _ socket: SocketIOSocket) {
        answer(call.acknowledge, with: result, socket)
    }

    func answer(_ acknowledge: Int64?, with result: JSONObject, _ socket: SocketIOSocket) {
        guard let acknowledge else { return }
        var result = result
        result["ok"] = .bool(true)
        server.acknowledge(socket, acknowledge, [.object(result)])
    }

    func fail(_ error: RequestError, _ call: SocketIOCall, _ socket: SocketIOSocket) {
        fail(error, call.name, call.acknowledge, socket)
    }

    func fail(_ error: RequestError, _ event: String, _ acknowledge: Int64?, _ socket: SocketIOSocket) {
        var reason: JSONObject = ["code": .string(error.code.rawValue), "message": .string(error.message)]
        reason["retry_ms"] = error.retryMilliseconds.map { .integer($0) }
        if let acknowledge {
            server.acknowledge(socket, acknowledge, [.object(["ok": .bool(false), "error": .object(reason)])])
        } else if let says = members[socket]?.preset.says {
            reason["event"] = .string(event)
            emit(says.failed, [.object(reason)], to: socket)
        }
    }
}

extension JSONObject {
    fileprivate func only(_ keys: [String]) -> JSONObject {
        var object = JSONObject()
        for key in keys { object[key] = self[key] }
        return object
    }
}
