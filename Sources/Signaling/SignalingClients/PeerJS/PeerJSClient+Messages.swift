public import RTCCore
public import SignalingProtocol

extension PeerJSClient {
    public mutating func received(_ text: String, now: Instant) {
        guard state != .connecting, state != .closed else { return }
        guard let message = (try? JSONParser.parse(text))?.objectValue, let type = message["type"]?.stringValue else {
            return tell(.protocolBroken("a message that is not of PeerJS"))
        }
        let payload = message["payload"]?.objectValue ?? JSONObject()
        switch type {
        case "OPEN": return open(now: now)
        case "ERROR": return refused(payload["msg"]?.stringValue ?? "the server has an error", mayReconnect: true)
        case "ID-TAKEN": return refused("this id is taken", mayReconnect: true)
        case "INVALID-KEY": return refused("the server does not know this key", mayReconnect: false)
        default: break
        }
        guard state == .joined || state == .ready, let from = message["src"]?.stringValue else {
            unusedMessages += 1
            return
        }
        switch type {
        case "OFFER": offered(payload, by: from)
        case "ANSWER": answered(payload, by: from)
        case "CANDIDATE": candidate(payload, from: from)
        case "LEAVE": remove(from, "left")
        case "EXPIRE": expired(from, now: now)
        default: unusedMessages += 1
        }
    }

    private mutating func offered(_ payload: JSONObject, by from: String) {
        guard payload["type"]?.stringValue == "media", let connection = payload["connectionId"]?.stringValue,
            let sdp = payload["sdp"]?.objectValue?["sdp"]?.stringValue
        else {
            unusedMessages += 1
            return
        }
        // A second connection of one peer takes the place of the first: there is one call for each pair here.
        if calls.contains(where: { $0.peer == from && $0.connection != connection }) { remove(from, "called again") }
        guard !calls.contains(where: { $0.peer == from }) else {
            unusedMessages += 1
            return
        }
        if !peers.contains(where: { $0.id == from }) {
            guard peers.count < timing.participants else {
                return tell(.protocolBroken("more than \(timing.participants) callers"))
            }
            let shown = payload["metadata"]?.objectValue?["name"]?.stringValue
            let peer = RemoteParticipant(id: from, name: room.bot(withID: from) ?? shown ?? from, polite: false)
            peers.append(peer)
            tell(.peerJoined(peer))
        }
        calls.append(PeerJSCall(peer: from, connection: connection, isOwn: false))
        tell(.signal(from: from, connection: "a", epoch: 1, kind: .offer, body: sdp))
    }

    private mutating func answered(_ payload: JSONObject, by from: String) {
        guard let index = calls.firstIndex(where: { $0.peer == from && $0.isOwn }), !calls[index].isAnswered,
            payload["connectionId"]?.stringValue == calls[index].connection,
            let sdp = payload["sdp"]?.objectValue?["sdp"]?.stringValue
        else {
            unusedMessages += 1
            return
        }
        calls[index].isAnswered = true
        calls[index].callAgainAt = nil
        calls[index].offer = nil
        calls[index].sentCandidates = []
        tell(.signal(from: from, connection: "a", epoch: 1, kind: .answer, body: sdp))
    }

    private mutating func candidate(_ payload: JSONObject, from: String) {
        guard let call = calls.first(where: { $0.peer == from }), payload["connectionId"]?.stringValue == call.connection else {
            unusedMessages += 1
            return
        }
        let line = payload["candidate"]?.objectValue?["candidate"]?.stringValue ?? ""
        tell(
            .signal(
                from: from, connection: "a", epoch: 1, kind: .candidates, body: line.isEmpty ? "end-of-candidates" : line))
    }

    /// The server kept what was for somebody for five seconds, and nobody fetched it.
    private mutating func expired(_ peer: String, now: Instant) {
        guard let index = calls.firstIndex(where: { $0.peer == peer && $0.isOwn }), !calls[index].isAnswered else {
            return remove(peer, "gone")
        }
        guard calls[index].attempts < timing.attempts else { return remove(peer, "never came") }
        calls[index].attempts += 1
        calls[index].callAgainAt = now + timing.callAgain
    }

    private mutating func remove(_ peer: String, _ reason: String) {
        calls.removeAll { $0.peer == peer }
        guard let index = peers.firstIndex(where: { $0.id == peer }) else { return }
        peers.remove(at: index)
        tell(.peerLeft(id: peer, reason: reason))
    }

    public mutating func signal(
        to participant: String, connection: String, epoch: Int, kind: SignalKind, body: String, now: Instant
    ) {
        guard state == .joined || state == .ready else { return }
        switch kind {
        case .offer: call(participant, body, epoch: epoch)
        case .answer:
            guard let call = calls.first(where: { $0.peer == participant }) else { return }
            say(message("ANSWER", to: participant, call, ["sdp": Self.description("answer", body)]))
        case .candidates:
            guard let index = calls.firstIndex(where: { $0.peer == participant }) else { return }
            // The library never says that there are no more.
            for line in body.split(separator: "\n") where line != "end-of-candidates" {
                let candidate: JSONObject = ["candidate": .string(String(line)), "sdpMid": "0", "sdpMLineIndex": 0]
                let message = message("CANDIDATE", to: participant, calls[index], ["candidate": .object(candidate)])
                if calls[index].isOwn, !calls[index].isAnswered { calls[index].sentCandidates.append(message) }
                say(message)
            }
        case .bye: break
        }
    }

    private mutating func call(_ participant: String, _ sdp: String, epoch: Int) {
        guard !calls.contains(where: { $0.peer == participant }) else {
            // There is no second negotiation of a media connection.
            return tell(.signalFailed(to: participant, connection: "a", epoch: epoch, kind: .offer, code: .conflict))
        }
        var call = PeerJSCall(peer: participant, connection: "mc_" + Self.word(of: random.next()), isOwn: true)
        let offer = message(
            "OFFER", to: participant, call,
            ["sdp": Self.description("offer", sdp), "metadata": .object(["name": .string(name)])])
        call.offer = offer
        calls.append(call)
        say(offer)
    }

    private func message(_ type: String, to peer: String, _ call: PeerJSCall, _ members: JSONObject) -> JSONObject {
        var payload = members
        payload["type"] = "media"
        payload["connectionId"] = .string(call.connection)
        return ["type": .string(type), "dst": .string(peer), "payload": .object(payload)]
    }

    private static func description(_ type: String, _ sdp: String) -> JSON {
        .object(["type": .string(type), "sdp": .string(sdp)])
    }
}
