/// Another participant, as a join's snapshot and `peer_joined` describe it.
public struct PeerDescription: Hashable, Sendable {
    public var id: String
    public var name: String
    public var role: String
    /// Whether the receiver of this description yields to that peer when two offers collide.
    ///
    /// In each pair the newcomer is polite, and it is the newcomer who offers first.
    public var polite: Bool

    public init(id: String, name: String, role: String, polite: Bool) {
        self.id = id
        self.name = name
        self.role = role
        self.polite = polite
    }

    var json: JSON {
        .object(["id": .string(id), "name": .string(name), "role": .string(role), "polite": .bool(polite)])
    }

    init?(_ json: JSON) {
        guard let object = json.objectValue, let id = object["id"]?.stringValue else { return nil }
        self.init(
            id: id, name: object["name"]?.stringValue ?? "", role: object["role"]?.stringValue ?? "speaker",
            polite: object["polite"]?.boolValue ?? false)
    }
}
