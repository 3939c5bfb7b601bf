/// Someone in the lobby.
public struct WaitingParticipant: Hashable, Sendable {
    public var participant: String
    public var name: String

    public init(participant: String, name: String) {
        self.participant = participant
        self.name = name
    }

    var json: JSON {
        .object(["participant": .string(participant), "name": .string(name)])
    }

    init?(_ json: JSON) {
        guard let object = json.objectValue, let participant = object["participant"]?.stringValue else { return nil }
        self.init(participant: participant, name: object["name"]?.stringValue ?? "")
    }
}
