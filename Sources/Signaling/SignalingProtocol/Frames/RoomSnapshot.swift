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

    public init(
        participant: String, role: String, permissions: [String], rev: Int64, room: String, mode: RoomMode,
        peers: [PeerDescription]
    ) {
        self.participant = participant
        self.role = role
        self.permissions = permissions
        self.rev = rev
        self.room = room
        self.mode = mode
        self.peers = peers
    }

    public var json: JSONObject {
        [
            "status": "joined", "participant": .string(participant), "role": .string(role), "rev": .integer(rev),
            "perms": .array(permissions.map { .string($0) }),
            "room": .object(["id": .string(room), "mode": .string(mode.rawValue), "peers": .array(peers.map(\.json))]),
        ]
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
            room: room["id"]?.stringValue ?? "", mode: RoomMode(rawValue: room["mode"]?.stringValue ?? "") ?? .auto, peers: peers)
    }
}
