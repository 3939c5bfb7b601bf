/// Another participant, as a join's snapshot and `peer_joined` describe it.
public struct PeerDescription: Hashable, Sendable {
    public var id: String
    public var name: String
    public var role: String
    /// Whether the receiver of this description yields to that peer when two offers collide.
    ///
    /// In each pair the newcomer is polite, and it is the newcomer who offers first.
    public var polite: Bool
    /// Whether its connection is gone and may come back.
    public var isReconnecting: Bool
    /// A word of its own on how things are; empty for none.
    public var status: String
    public var attributes: JSONObject
    public var media: MediaStates

    public init(
        id: String, name: String, role: String, polite: Bool, isReconnecting: Bool = false, status: String = "",
        attributes: JSONObject = JSONObject(), media: MediaStates = MediaStates()
    ) {
        self.status = status
        self.attributes = attributes
        self.media = media
        self.id = id
        self.name = name
        self.role = role
        self.polite = polite
        self.isReconnecting = isReconnecting
    }

    var json: JSON {
        var object: JSONObject = ["id": .string(id), "name": .string(name), "role": .string(role), "polite": .bool(polite)]
        if isReconnecting { object["reconnecting"] = .bool(true) }
        if !status.isEmpty { object["status"] = .string(status) }
        if !attributes.members.isEmpty { object["attrs"] = .object(attributes) }
        if media != MediaStates() { object["media"] = media.json }
        return .object(object)
    }

    init?(_ json: JSON) {
        guard let object = json.objectValue, let id = object["id"]?.stringValue else { return nil }
        self.init(
            id: id, name: object["name"]?.stringValue ?? "", role: object["role"]?.stringValue ?? "speaker",
            polite: object["polite"]?.boolValue ?? false, isReconnecting: object["reconnecting"]?.boolValue ?? false,
            status: object["status"]?.stringValue ?? "", attributes: object["attrs"]?.objectValue ?? JSONObject(),
            media: MediaStates(object["media"]))
    }
}
