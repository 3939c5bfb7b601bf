extension Event {
    /// Every type that this version knows, as ``type`` says it; what is not here is not read.
    public static let knownTypes: Set<String> = [
        "peer_joined", "peer_left", "peer_reconnecting", "peer_resumed", "peer_updated", "role_changed", "room_updated",
        "room_ended",
        "lobby.request", "lobby.left", "lobby.admitted", "lobby.denied", "mod.muted", "mod.unmute_asked", "chat", "chat_deleted",
        "reaction", "hands", "active_speaker", "connection_quality", "subscribed", "match.found", "match.accepted", "match.ended",
        "e2ee.key", "e2ee.ratchet", "signal", "signal_expired", "resumed", "goaway",
    ]

    init?(type: String, detail: JSONObject) {
        guard Self.knownTypes.contains(type) else {
            self = .unknown(type: type)
            return
        }
        let participant = detail["participant"]?.stringValue
        let reason = detail["reason"]?.stringValue ?? ""
        switch type {
        case "peer_joined":
            guard let peer = PeerDescription(.object(detail)) else { return nil }
            self = .peerJoined(peer)
        case "peer_left":
            guard let participant else { return nil }
            self = .peerLeft(participant: participant, reason: reason)
        case "peer_reconnecting":
            guard let participant else { return nil }
            self = .peerReconnecting(participant: participant)
        case "peer_resumed":
            guard let participant else { return nil }
            self = .peerResumed(participant: participant)
        case "peer_updated":
            guard let change = ParticipantChange(detail) else { return nil }
            self = .peerUpdated(change)
        case "role_changed":
            guard let participant, let role = detail["role"]?.stringValue else { return nil }
            self = .roleChanged(
                participant: participant, role: role, permissions: detail["perms"]?.arrayValue?.compactMap(\.stringValue))
        case "room_updated":
            self = .roomUpdated(RoomSettings(detail["settings"]), spotlight: detail["spotlight"]?.stringValue)
        case "room_ended": self = .roomEnded(reason: reason)
        case "active_speaker": self = .activeSpeaker(participant: participant)
        case "connection_quality":
            guard let participant, let quality = detail["quality"]?.stringValue else { return nil }
            self = .connectionQuality(participant: participant, quality, score: detail["score"]?.numberValue ?? 0)
        case "subscribed":
            guard let participant, let wanted = detail["wanted"]?.boolValue else { return nil }
            self = .subscribed(participant: participant, wanted: wanted)
        case "hands": self = .hands((detail["queue"]?.arrayValue ?? []).compactMap(\.stringValue))
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
                reason: reason, url: detail["url"]?.stringValue, retryMilliseconds: detail["retry_ms"]?.integerValue)
        default:
            guard let event = Self.social(type, detail) ?? Self.moderation(type, detail, participant, reason) else { return nil }
            self = event
        }
    }

    private static func moderation(_ type: String, _ detail: JSONObject, _ participant: String?, _ reason: String) -> Event? {
        let source = MediaSource(rawValue: detail["source"]?.stringValue ?? "")
        let by = detail["by"]?.stringValue ?? ""
        switch type {
        case "lobby.request": return WaitingParticipant(.object(detail)).map { .lobbyRequest($0) }
        case "lobby.left": return participant.map { .lobbyLeft(participant: $0, reason: reason) }
        case "lobby.admitted": return RoomSnapshot(detail).map { .lobbyAdmitted($0) }
        case "lobby.denied": return .lobbyDenied(reason: reason)
        case "mod.muted": return source.map { .muted($0, hard: detail["hard"]?.boolValue ?? false, by: by) }
        case "mod.unmute_asked": return source.map { .unmuteAsked($0, by: by) }
        case "match.found": return MatchOffer(detail).map { .matchFound($0) }
        case "match.accepted":
            guard let media = MatchMedia(rawValue: detail["media"]?.stringValue ?? "") else { return nil }
            return detail["room"]?.stringValue.map { .matchAccepted(room: $0, media) }
        case "match.ended":
            return MatchEnd(rawValue: reason).map { .matchEnded($0, queued: detail["queued"]?.boolValue ?? false) }
        case "chat", "chat_deleted", "reaction", "e2ee.key", "e2ee.ratchet":
            // Known, and it lacked a field.
            return nil
        default:
            return .unknown(type: type)
        }
    }

    private static func social(_ type: String, _ detail: JSONObject) -> Event? {
        switch type {
        case "chat":
            return ChatMessage(.object(detail)).map { .chat($0) }
        case "chat_deleted":
            return detail["mid"]?.integerValue.map { .chatDeleted(message: $0, by: detail["by"]?.stringValue ?? "") }
        case "reaction":
            guard let from = detail["from"]?.stringValue, let emoji = detail["emoji"]?.stringValue else { return nil }
            return .reaction(from: from, emoji: emoji, target: detail["target"]?.stringValue)
        case "e2ee.key", "e2ee.ratchet":
            guard let from = detail["from"]?.stringValue, let keyID = detail["kid"]?.integerValue else { return nil }
            let body = type == "e2ee.key" ? detail["body"]?.objectValue.map { JSON.object($0).text } : nil
            guard (type == "e2ee.key") == (body != nil) else { return nil }
            return .key(from: from, KeyMessage(to: detail["to"]?.stringValue, keyID: keyID, body: body))
        default:
            return nil
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
