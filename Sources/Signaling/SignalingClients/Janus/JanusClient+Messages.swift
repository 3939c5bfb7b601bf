public import RTCCore
import SignalingProtocol

/// What comes from the server: answers by transaction, and what nobody asked for by handle.
///
/// The plugin's own refusals come inside a `success` or an `event`; an `ack` may come after the event that it announces.
extension JanusClient {
    public mutating func received(_ text: String, now: Instant) {
        guard state != .connecting, state != .closed else { return }
        guard let message = (try? JSONParser.parse(text))?.objectValue, let verb = message["janus"]?.stringValue else {
            tell(.protocolBroken("a message that is not Janus's"))
            return
        }
        let transaction = message["transaction"]?.stringValue
        let index = transaction.flatMap { transaction in pending.firstIndex { $0.transaction == transaction } }
        guard let index else { return happened(verb, message, now: now) }
        if verb == "ack", pending[index].purpose.isAsynchronous { return }
        let purpose = pending.remove(at: index).purpose
        if let failure = JanusFailure(message) {
            refused(purpose, failure, now: now)
        } else {
            answered(purpose, message, now: now)
        }
    }

    // MARK: - Answers

    private mutating func answered(_ purpose: JanusRequest.Purpose, _ message: JSONObject, now: Instant) {
        let id = message["data"]?.objectValue?["id"]?.integerValue
        let data = message["plugindata"]?.objectValue?["data"]?.objectValue ?? [:]
        switch purpose {
        case .createSession:
            guard let id else { return tell(.protocolBroken("a session without an id")) }
            session = id
            ask(.attachRoom, "attach", ["plugin": .string(Self.plugin)], now: now)
        case .attachRoom:
            guard let id else { return tell(.protocolBroken("a handle without an id")) }
            roomHandle = id
            if wantsRoom { enter(now: now) } else { state = .outside }
        case .createRoom:
            joinRoom(now: now)
        case .joinRoom:
            joined(data, now: now)
        case .publish(let epoch):
            guard let answer = description(in: message, "answer") else {
                return tell(.protocolBroken("an offer was taken without an answer"))
            }
            isPublished = true
            tell(.signal(from: Self.serverID, connection: "a", epoch: epoch, kind: .answer, body: answer))
        case .unpublish:
            isPublished = false
        case .attachFeed(let feed):
            guard let id else { return tell(.protocolBroken("a handle without an id")) }
            subscribe(feed, on: id, now: now)
        case .subscribe(let feed), .restart(let feed):
            offered(feed, message)
        case .leave:
            hasLeft(now: now)
        case .listParticipants:
            if data["participants"]?.arrayValue?.isEmpty == true {
                var body: JSONObject = ["request": "destroy", "room": .integer(room.number)]
                body["secret"] = access.roomSecret.map { .string($0) }
                say(.destroyRoom, body, now: now)
            } else {
                isOut()
            }
        case .destroyRoom:
            isOut()
        case .keepalive:
            silentAt = nil
        case .start, .trickle, .detach:
            break
        }
    }

    private mutating func joined(_ data: JSONObject, now: Instant) {
        guard state == .joining, let id = data["id"], let selfID = Self.text(ofID: id) else {
            return tell(.protocolBroken("a way into the room without an id"))
        }
        state = .joined
        self.selfID = selfID
        privateID = data["private_id"]?.integerValue
        let server = RemoteParticipant(id: Self.serverID, name: Self.serverID, polite: true, part: .server)
        peers = publishes ? [server] : []
        tell(.joined(selfID: selfID, peers: peers))
        let attendees = data["attendees"]?.arrayValue ?? []
        dropParticipants(attendees.count - timing.participants)
        for attendee in attendees.prefix(timing.participants) { meet(attendee.objectValue) }
        publishing(data["publishers"]?.arrayValue ?? [], now: now)
    }

    private mutating func offered(_ id: String, _ message: JSONObject) {
        guard let index = feeds.firstIndex(where: { $0.id == id }), let offer = description(in: message, "offer") else { return }
        feeds[index].epoch += 1
        tell(.signal(from: id, connection: "a", epoch: feeds[index].epoch, kind: .offer, body: offer))
    }

    private mutating func hasLeft(now: Instant) {
        guard state == .leaving else { return }
        forgetRoom()
        if room.isMadeOnDemand {
            say(.listParticipants, ["request": "listparticipants", "room": .integer(room.number)], now: now)
        } else {
            isOut()
        }
    }

    private mutating func isOut() {
        guard state == .leaving else { return }
        state = .outside
        tell(.left)
    }

    private func description(in message: JSONObject, _ type: String) -> String? {
        guard let jsep = message["jsep"]?.objectValue, jsep["type"]?.stringValue == type else { return nil }
        return jsep["sdp"]?.stringValue
    }

    // MARK: - Refusals

    private mutating func refused(_ purpose: JanusRequest.Purpose, _ failure: JanusFailure, now: Instant) {
        if failure.isOfLostSession, purpose != .createSession { return loseSession(now: now) }
        switch purpose {
        case .createRoom where failure.roomExists:
            joinRoom(now: now)
        case .createSession, .attachRoom, .createRoom, .joinRoom:
            mayReconnect = ![.unauthenticated, .forbidden].contains(failure.errorCode)
            wentNowhere(failure.errorCode, failure.text)
        case .publish(let epoch):
            tell(.notice(from: Self.serverID, failure.text))
            tell(
                .signalFailed(to: Self.serverID, connection: "a", epoch: epoch, kind: .offer, code: failure.errorCode))
        case .subscribe(let id), .attachFeed(let id):
            tell(.notice(from: id, failure.text))
            drop(id, now: now)
        case .start(let id, let epoch):
            tell(.notice(from: id, failure.text))
            tell(.signalFailed(to: id, connection: "a", epoch: epoch, kind: .answer, code: failure.errorCode))
        case .restart(let id):
            tell(.notice(from: id, failure.text))
        case .leave:
            hasLeft(now: now)
        case .listParticipants, .destroyRoom:
            isOut()
        case .keepalive, .trickle, .unpublish, .detach:
            tell(.notice(from: nil, failure.text))
        }
    }

    mutating func timedOut(_ purpose: JanusRequest.Purpose) {
        switch purpose {
        case .createSession, .attachRoom, .createRoom, .joinRoom:
            wentNowhere(.timeout, "no answer from Janus")
        case .publish(let epoch):
            tell(.signalFailed(to: Self.serverID, connection: "a", epoch: epoch, kind: .offer, code: .timeout))
        case .leave, .listParticipants, .destroyRoom:
            forgetRoom()
            isOut()
        case .unpublish, .attachFeed, .subscribe, .start, .restart, .trickle, .keepalive, .detach:
            break
        }
    }

    private mutating func wentNowhere(_ code: ErrorCode, _ message: String) {
        state = .outside
        forgetRoom()
        tell(.refused(code: code, message: message))
    }

    /// Begins anew on the connection that is there.
    mutating func loseSession(now: Instant) {
        let wasLeaving = state == .leaving
        forgetSession()
        tell(.sessionLost(code: .resumeUnknown))
        if wasLeaving { tell(.left) }
        greet(now: now)
    }
}
