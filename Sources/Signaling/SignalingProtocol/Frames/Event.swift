/// What the server tells without being asked.
public enum Event: Hashable, Sendable {
    case peerJoined(PeerDescription)
    /// - Parameter reason: `leave`, `disconnected` or `replaced`.
    case peerLeft(participant: String, reason: String)
    /// The participant's connection is gone; it may come back.
    case peerReconnecting(participant: String)
    /// It came back before its grace was over.
    case peerResumed(participant: String)
    /// - Parameter body: A JSON object.
    case signal(from: String, connection: String, epoch: Int64, kind: SignalKind, body: JSON)
    /// What this client sent was not delivered in time.
    case signalExpired(to: String, connection: String, epoch: Int64, kind: SignalKind)
    /// This session goes on: what was missed has been told.
    ///
    /// - Parameter rev: The room's newest revision; `nil` outside a room.
    case resumed(rev: Int64?, media: MediaHint)
    /// The server is about to close; connect again, to `url` if it names one, not before `retryMilliseconds` have passed.
    case goAway(reason: String, url: String?, retryMilliseconds: Int64? = nil)
    /// An event of a later version.
    case unknown(type: String)

    /// The name in the frame's `t`.
    public var type: String {
        switch self {
        case .peerJoined: "peer_joined"
        case .peerLeft: "peer_left"
        case .peerReconnecting: "peer_reconnecting"
        case .peerResumed: "peer_resumed"
        case .resumed: "resumed"
        case .signal: "signal"
        case .signalExpired: "signal_expired"
        case .goAway: "goaway"
        case .unknown(let type): type
        }
    }

    init?(type: String, detail: JSONObject) {
        switch type {
        case "peer_joined":
            guard let peer = PeerDescription(.object(detail)) else { return nil }
            self = .peerJoined(peer)
        case "peer_left":
            guard let participant = detail["participant"]?.stringValue else { return nil }
            self = .peerLeft(participant: participant, reason: detail["reason"]?.stringValue ?? "")
        case "peer_reconnecting":
            guard let participant = detail["participant"]?.stringValue else { return nil }
            self = .peerReconnecting(participant: participant)
        case "peer_resumed":
            guard let participant = detail["participant"]?.stringValue else { return nil }
            self = .peerResumed(participant: participant)
        case "resumed":
            let media = MediaHint(rawValue: detail["media"]?.stringValue ?? "") ?? .alive
            self = .resumed(rev: detail["rev"]?.integerValue, media: media)
        case "signal":
            guard let from = detail["from"]?.stringValue, let about = SignalHeading(detail) else { return nil }
            let body = detail["body"] ?? .object(JSONObject())
            self = .signal(from: from, connection: about.connection, epoch: about.epoch, kind: about.kind, body: body)
        case "signal_expired":
            guard let to = detail["to"]?.stringValue, let about = SignalHeading(detail) else { return nil }
            self = .signalExpired(to: to, connection: about.connection, epoch: about.epoch, kind: about.kind)
        case "goaway":
            self = .goAway(
                reason: detail["reason"]?.stringValue ?? "", url: detail["url"]?.stringValue,
                retryMilliseconds: detail["retry_ms"]?.integerValue)
        default:
            self = .unknown(type: type)
        }
    }

    func writeDetail(to writer: inout JSONWriter) {
        switch self {
        case .peerJoined(let peer):
            writer.write(peer.json)
        case .peerLeft(let participant, let reason):
            writer.write(.object(["participant": .string(participant), "reason": .string(reason)]))
        case .peerReconnecting(let participant), .peerResumed(let participant):
            writer.write(.object(["participant": .string(participant)]))
        case .resumed(let rev, let media):
            var object: JSONObject = ["media": .string(media.rawValue)]
            object["rev"] = rev.map { .integer($0) }
            writer.write(.object(object))
        case .signal(let from, let connection, let epoch, let kind, let body):
            writer.raw("{\"body\":" as StaticString)
            writer.write(body)
            writer.raw(",\"epoch\":" as StaticString)
            writer.integer(epoch)
            writer.raw(",\"from\":" as StaticString)
            writer.string(from)
            writer.raw(",\"kind\":" as StaticString)
            writer.string(kind.rawValue)
            writer.raw(",\"pc\":" as StaticString)
            writer.string(connection)
            writer.raw("}" as StaticString)
        case .signalExpired(let to, let connection, let epoch, let kind):
            writer.write(
                .object([
                    "to": .string(to), "pc": .string(connection), "epoch": .integer(epoch), "kind": .string(kind.rawValue),
                ]))
        case .goAway(let reason, let url, let retryMilliseconds):
            var object: JSONObject = ["reason": .string(reason)]
            object["retry_ms"] = retryMilliseconds.map { .integer($0) }
            object["url"] = url.map { .string($0) }
            writer.write(.object(object))
        case .unknown:
            writer.raw("{}" as StaticString)
        }
    }
}

/// What a signal is about: the fields that `signal` and `signal_expired` share.
private struct SignalHeading {
    let connection: String
    let epoch: Int64
    let kind: SignalKind

    init?(_ detail: JSONObject) {
        guard let connection = detail["pc"]?.stringValue, let epoch = detail["epoch"]?.integerValue,
            let kind = SignalKind(rawValue: detail["kind"]?.stringValue ?? "")
        else { return nil }
        self.connection = connection
        self.epoch = epoch
        self.kind = kind
    }
}
