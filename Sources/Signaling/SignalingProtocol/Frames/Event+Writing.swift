extension Event {
    /// The frame's `d`, but for relayed signals, whose bodies are written as they are.
    var detail: JSONObject {
        switch self {
        case .peerJoined(let peer):
            return peer.json.objectValue ?? JSONObject()
        case .peerLeft(let participant, let reason), .lobbyLeft(let participant, let reason):
            return ["participant": .string(participant), "reason": .string(reason)]
        case .peerReconnecting(let participant), .peerResumed(let participant):
            return ["participant": .string(participant)]
        case .peerUpdated(let change):
            return change.json.objectValue ?? JSONObject()
        case .roleChanged(let participant, let role, let permissions):
            var object: JSONObject = ["participant": .string(participant), "role": .string(role)]
            object["perms"] = permissions.map { .array($0.map { .string($0) }) }
            return object
        case .roomUpdated(let settings, let spotlight):
            var object: JSONObject = ["settings": settings.json]
            object["spotlight"] = spotlight.map { .string($0) }
            return object
        case .roomEnded(let reason), .lobbyDenied(let reason):
            return ["reason": .string(reason)]
        case .lobbyRequest(let waiting):
            return waiting.json.objectValue ?? JSONObject()
        case .lobbyAdmitted(let snapshot):
            return snapshot.json
        case .muted(let source, let hard, let by):
            return ["source": .string(source.rawValue), "hard": .bool(hard), "by": .string(by)]
        case .unmuteAsked(let source, let by):
            return ["source": .string(source.rawValue), "by": .string(by)]
        case .chat(let message):
            return message.json.objectValue ?? JSONObject()
        case .chatDeleted(let message, let by):
            return ["mid": .integer(message), "by": .string(by)]
        case .reaction(let from, let emoji, let target):
            var object: JSONObject = ["from": .string(from), "emoji": .string(emoji)]
            object["target"] = target.map { .string($0) }
            return object
        case .hands(let queue):
            return ["queue": .array(queue.map { .string($0) })]
        case .activeSpeaker(let participant):
            return ["participant": participant.map { .string($0) } ?? .null]
        case .connectionQuality(let participant, let quality, let score):
            return ["participant": .string(participant), "quality": .string(quality), "score": .number(score)]
        case .subscribed(let participant, let wanted):
            return ["participant": .string(participant), "wanted": .bool(wanted)]
        case .matchFound(let offer):
            return offer.json.objectValue ?? JSONObject()
        case .matchAccepted(let room, let media):
            return ["room": .string(room), "media": .string(media.rawValue)]
        case .matchEnded(let end, let queued):
            return ["reason": .string(end.rawValue), "queued": .bool(queued)]
        case .key(let from, let key):
            var object = key.json.objectValue ?? JSONObject()
            object["from"] = .string(from)
            return object
        case .resumed(let rev, let media):
            var object: JSONObject = ["media": .string(media.rawValue)]
            object["rev"] = rev.map { .integer($0) }
            return object
        case .signalExpired(let to, let connection, let epoch, let kind):
            return ["to": .string(to), "pc": .string(connection), "epoch": .integer(epoch), "kind": .string(kind.rawValue)]
        case .goAway(let reason, let url, let retryMilliseconds):
            var object: JSONObject = ["reason": .string(reason)]
            object["retry_ms"] = retryMilliseconds.map { .integer($0) }
            object["url"] = url.map { .string($0) }
            return object
        case .signal, .unknown:
            return JSONObject()
        }
    }
}
