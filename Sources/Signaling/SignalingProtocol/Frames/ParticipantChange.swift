/// What has changed of a participant; `nil` for what has not.
public struct ParticipantChange: Hashable, Sendable {
    public var participant: String
    public var name: String?
    public var status: String?
    public var attributes: JSONObject?
    public var media: MediaStates?

    public init(
        participant: String, name: String? = nil, status: String? = nil, attributes: JSONObject? = nil, media: MediaStates? = nil
    ) {
        self.participant = participant
        self.name = name
        self.status = status
        self.attributes = attributes
        self.media = media
    }

    var json: JSON {
        var object: JSONObject = ["participant": .string(participant)]
        object["name"] = name.map { .string($0) }
        object["status"] = status.map { .string($0) }
        object["attrs"] = attributes.map { .object($0) }
        object["media"] = media?.json
        return .object(object)
    }

    init?(_ object: JSONObject) {
        guard let participant = object["participant"]?.stringValue else { return nil }
        self.init(
            participant: participant, name: object["name"]?.stringValue, status: object["status"]?.stringValue,
            attributes: object["attrs"]?.objectValue, media: object["media"]?.objectValue.map { MediaStates(.object($0)) })
    }
}
