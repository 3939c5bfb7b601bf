/// The reply to `join`: the room as it was at `rev`. Events that follow are newer.
public struct RoomSnapshot: Hashable, Sendable {
    public var participant: String
    public var role: String
    public var permissions: [String]
    public var rev: Int64
    public var room: String
    public var mode: RoomMode
    /// Who was there before, in the order in which they joined. The newcomer offers to each of them.
    public var peers: [PeerDescription]
    public var settings: RoomSettings
    /// What the server holds of the receiver's own sources.
    public var media: MediaStates
    /// Participants with a raised hand, who raised it first at the front.
    public var hands: [String]
    /// Whom everyone should look at.
    public var spotlight: String?
    /// Who speaks.
    public var speaker: String?
    /// Who waits to be admitted; only moderators are told.
    public var lobby: [WaitingParticipant]

    public init(
        participant: String, role: String, permissions: [String], rev: Int64, room: String, mode: RoomMode,
        peers: [PeerDescription], settings: RoomSettings = RoomSettings(), media: MediaStates = MediaStates(),
        hands: [String] = [], spotlight: String? = nil, speaker: String? = nil, lobby: [WaitingParticipant] = []
    ) {
        self.settings = settings
        self.media = media
        self.hands = hands
        self.spotlight = spotlight
        self.speaker = speaker
        self.lobby = lobby
        self.participant = participant
        self.role = role
        self.permissions = permissions
        self.rev = rev
        self.room = room
        self.mode = mode
        self.peers = peers
    }

    public var json: JSONObject {
        var about: JSONObject = ["id": .string(room), "mode": .string(mode.rawValue), "peers": .array(peers.map(\.json))]
        if settings != RoomSettings() { about["settings"] = settings.json }
        if !hands.isEmpty { about["hands"] = .array(hands.map { .string($0) }) }
        about["spotlight"] = spotlight.map { .string($0) }
        about["speaker"] = speaker.map { .string($0) }
        if !lobby.isEmpty { about["lobby"] = .array(lobby.map(\.json)) }
        var object: JSONObject = [
            "status": "joined", "participant": .string(participant), "role": .string(role), "rev": .integer(rev),
            "perms": .array(permissions.map { .string($0) }), "room": .object(about),
        ]
        if media != MediaStates() { object["media"] = media.json }
        return object
    }

    public init?(_ json: JSONObject) {
        guard let participant = json["participant"]?.stringValue, let rev = json["rev"]?.integerValue,
            let room = json["room"]?.objectValue, let entries = room["peers"]?.arrayValue
        else { return nil }
        var peers: [PeerDescription] = []
        for entry in entries {
            guard let peer = PeerDescription(entry) else { return nil }
            peers.append(peer)
        }
        self.init(
            participant: participant, role: json["role"]?.stringValue ?? "speaker",
            permissions: (json["perms"]?.arrayValue ?? []).compactMap(\.stringValue), rev: rev,
            room: room["id"]?.stringValue ?? "", mode: RoomMode(rawValue: room["mode"]?.stringValue ?? "") ?? .auto, peers: peers,
            settings: RoomSettings(room["settings"]), media: MediaStates(json["media"]),
            hands: (room["hands"]?.arrayValue ?? []).compactMap(\.stringValue), spotlight: room["spotlight"]?.stringValue,
            speaker: room["speaker"]?.stringValue,
            lobby: (room["lobby"]?.arrayValue ?? []).compactMap { WaitingParticipant($0) })
    }
}
