public import RTCCore
public import SignalingProtocol

/// Offers, answers, candidates, and what is said in the room.
extension MappedClient {
    public mutating func signal(
        to participant: String, connection: String, epoch: Int, kind: SignalKind, body: String, now: Instant
    ) {
        guard state == .joined || state == .ready, peers.contains(where: { $0.id == participant }) else { return }
        let index = call(with: participant)
        let to: JSON = .string(participant)
        switch kind {
        case .offer, .answer:
            calls[index].epoch = max(calls[index].epoch, epoch)
            calls[index].hasOffered = kind == .offer
            calls[index].mid = Self.firstMid(in: body) ?? calls[index].mid
            let sdp = JSON.string(SessionName.adding(name, to: body))
            let type = JSON.string(kind.rawValue)
            say(
                kind == .offer ? mapping.said.offer : mapping.said.answer,
                [.to: to, .sdp: sdp, .type: type, .description: .object(["type": type, "sdp": sdp])])
        case .candidates:
            for line in body.split(separator: "\n").map(String.init) {
                if line == "end-of-candidates" {
                    if let end = mapping.said.endOfCandidates { say(end, [.to: to]) }
                } else if let template = mapping.said.candidate {
                    let mid = JSON.string(calls[index].mid)
                    // All media is bundled, so that the first section stands for all (RFC 9143).
                    let candidate: JSONObject = ["candidate": .string(line), "sdpMid": mid, "sdpMLineIndex": 0]
                    say(template, [.to: to, .candidate: .object(candidate), .line: .string(line), .mid: mid])
                }
            }
        case .bye:
            if let bye = mapping.said.bye { say(bye, [.to: to]) }
        }
    }

    /// Carries out what the mapping has a word for.
    ///
    /// - Returns: Whether it has one.
    public mutating func ask(_ request: Request, now: Instant) -> Bool {
        guard state == .joined || state == .ready else { return false }
        let said = mapping.said
        switch request {
        case .chat(let chat):
            guard let template = said.chat, chat.to == nil else { return false }
            say(template, [.text: .string(chat.text)])
        case .react(let emoji, _):
            guard let template = said.react else { return false }
            say(template, [.emoji: .string(emoji)])
        case .raiseHand:
            guard let template = said.raiseHand else { return false }
            say(template)
        case .lowerHand(nil):
            guard let template = said.lowerHand else { return false }
            say(template)
        default: return false
        }
        tell(.done(request))
        return true
    }

    mutating func signalled(_ message: JSON, isAcknowledgement: Bool) {
        let heard = mapping.heard
        func find(_ signal: RoomMapping.Signal?) -> (from: String, content: JSON)? {
            guard let signal, mapping.matches(signal.rule, message, isAcknowledgement: isAcknowledgement) else { return nil }
            let content = signal.content.map { $0.value(in: message) } ?? .null
            guard let content else { return nil }
            if let to = signal.to, let receiver = Self.id(to.value(in: message)), receiver != selfID { return ("", .null) }
            guard let path = signal.from else { return (peers.first?.id ?? Self.onlyPeer, content) }
            return (Self.id(path.value(in: message)) ?? "", content)
        }
        if let (from, content) = find(heard.offer) { return described(.offer, from, content) }
        if let (from, content) = find(heard.answer) { return described(.answer, from, content) }
        if let (from, content) = find(heard.candidate) { return candidate(content, from) }
        if let (from, _) = find(heard.bye) {
            guard let index = calls.firstIndex(where: { $0.peer == from }) else { return }
            return tell(.signal(from: from, connection: "a", epoch: calls[index].epoch, kind: .bye, body: "bye"))
        }
        if let (from, content) = find(heard.chat) {
            guard from != selfID, !from.isEmpty else { return }
            lastChat += 1
            let text = content.stringValue ?? content.text
            return tell(.chat(ChatMessage(number: lastChat, milliseconds: 0, from: from, text: text)))
        }
        if let (from, content) = find(heard.reaction) {
            guard from != selfID, !from.isEmpty, let emoji = content.stringValue else { return }
            return tell(.reaction(from: from, emoji: emoji, target: nil))
        }
        unmappedMessages += 1
    }

    private mutating func described(_ kind: SignalKind, _ from: String, _ content: JSON) {
        // A service that lets everybody hear everything also plays one's own words back.
        guard !from.isEmpty, from != selfID else { return }
        let sdp = content.stringValue ?? content.objectValue?["sdp"]?.stringValue
        guard let sdp else { return tell(.protocolBroken("an \(kind.rawValue) from '\(from)' without an SDP")) }
        // Whoever offers before it was heard of is not offered to as well.
        if kind == .offer { add(from, name: SessionName.find(in: sdp) ?? from, isOfferedTo: false) }
        guard let peer = peers.firstIndex(where: { $0.id == from }) else { return }
        if let name = SessionName.find(in: sdp), peers[peer].name == from {
            peers[peer].name = name
            tell(.peerNamed(id: from, name: name))
        }
        let index = call(with: from)
        if kind == .offer {
            // One that crosses our own is of the same epoch, so that the polite side yields.
            if !calls[index].hasOffered { calls[index].epoch += 1 }
        } else {
            calls[index].hasOffered = false
        }
        tell(.signal(from: from, connection: "a", epoch: calls[index].epoch, kind: kind, body: sdp))
    }

    private mutating func candidate(_ content: JSON, _ from: String) {
        guard !from.isEmpty, from != selfID, peers.contains(where: { $0.id == from }) else { return }
        let line: String
        switch content {
        case .string(let text): line = text
        case .object(let object):
            // Some put the event of the page's API onto the wire, with the candidate inside.
            let inner = object["candidate"]?.objectValue ?? object
            line = inner["candidate"]?.stringValue ?? ""
        case .null: line = ""
        default: return tell(.protocolBroken("a candidate from '\(from)' that is none"))
        }
        let epoch = calls[call(with: from)].epoch
        tell(
            .signal(
                from: from, connection: "a", epoch: epoch, kind: .candidates, body: line.isEmpty ? "end-of-candidates" : line))
    }

    private mutating func call(with participant: String) -> Int {
        if let index = calls.firstIndex(where: { $0.peer == participant }) { return index }
        calls.append(MappedCall(peer: participant))
        return calls.count - 1
    }

    private static func firstMid(in sdp: String) -> String? {
        for line in sdp.utf8.split(whereSeparator: { $0 == 13 || $0 == 10 }) where line.starts(with: "a=mid:".utf8) {
            return String(decoding: line.dropFirst(6), as: UTF8.self)
        }
        return nil
    }
}
