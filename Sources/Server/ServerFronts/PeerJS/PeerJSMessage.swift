import SignalingProtocol

/// A message of a PeerJS client: its type, for whom it is, and what it carries.
struct PeerJSMessage {
    enum Kind: String {
        case heartbeat = "HEARTBEAT"
        case offer = "OFFER"
        case answer = "ANSWER"
        case candidate = "CANDIDATE"
        case leave = "LEAVE"
        case expire = "EXPIRE"
    }

    /// `nil` for a type that the protocol does not have.
    let kind: Kind?
    let receiver: String?
    let payload: JSONObject

    /// - Returns: `nil` where the text is no message.
    init?(_ text: String, depth: Int) {
        guard let object = (try? JSONParser.parse(text, maximumDepth: depth))?.objectValue, let type = object["type"]?.stringValue
        else { return nil }
        kind = Kind(rawValue: type)
        receiver = object["dst"]?.stringValue
        payload = object["payload"]?.objectValue ?? [:]
    }

    /// What the server sends.
    static func text(_ type: String, from sender: String? = nil, to receiver: String? = nil, payload content: JSONObject? = nil)
        -> String
    {
        var object: JSONObject = ["type": .string(type)]
        object["src"] = sender.map { .string($0) }
        object["dst"] = receiver.map { .string($0) }
        object["payload"] = content.map { .object($0) }
        return JSON.object(object).text
    }

    static func error(_ message: String) -> String {
        text("ERROR", payload: ["msg": .string(message)])
    }

    /// The message as a signal between participants; `nil` where it lacks what its type needs.
    ///
    /// Everything but the SDP and the candidate travels as an addition of this dialect.
    var signal: ForeignSignal? {
        var extra = payload
        switch kind {
        case .offer, .answer:
            guard let sdp = payload["sdp"]?.objectValue?["sdp"]?.stringValue, payload["connectionId"]?.stringValue != nil else {
                return nil
            }
            extra["sdp"] = nil
            return ForeignSignal(
                .description(type: kind == .offer ? "offer" : "answer", sdp: sdp), extra: ("peerjs", extra))
        case .candidate:
            guard payload["connectionId"]?.stringValue != nil else { return nil }
            extra["candidate"] = nil
            let candidate = payload["candidate"]?.objectValue ?? ["candidate": ""]
            return ForeignSignal(.candidates([candidate]), extra: ("peerjs", extra))
        case .leave:
            return ForeignSignal(.bye)
        case .heartbeat, .expire, nil:
            return nil
        }
    }
}
