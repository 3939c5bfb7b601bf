/// What a participant changes of itself; `nil` leaves a part as it is.
public struct ParticipantUpdate: Hashable, Sendable {
    /// 1 to 64 bytes.
    public var name: String?
    /// A word on how things are, such as "back at 3"; up to 128 bytes, empty for none.
    public var status: String?
    /// Replaces all attributes; up to 4 KiB as JSON.
    public var attributes: JSONObject?
    /// Sources that begin or stop to send.
    public var media: [MediaSource: Bool]

    public init(
        name: String? = nil, status: String? = nil, attributes: JSONObject? = nil, media: [MediaSource: Bool] = [:]
    ) {
        self.name = name
        self.status = status
        self.attributes = attributes
        self.media = media
    }

    static let largestAttributes = 4096

    init(_ detail: FieldReader) throws(FrameError) {
        name = try detail.optionalText("name", bytes: 1...64)
        status = try detail.optionalText("status", bytes: 0...128)
        attributes = try detail.optionalObject("attrs", bytes: Self.largestAttributes)
        media = [:]
        if let states = try detail.optionalObject("media", bytes: Self.largestAttributes) {
            for source in MediaSource.allCases {
                guard let state = states[source.rawValue] else { continue }
                guard let isOn = state.boolValue else { throw detail.failure("'media.\(source.rawValue)' must be true or false") }
                media[source] = isOn
            }
        }
    }

    var json: JSON {
        var object = JSONObject()
        object["name"] = name.map { .string($0) }
        object["status"] = status.map { .string($0) }
        object["attrs"] = attributes.map { .object($0) }
        var states = JSONObject()
        for source in MediaSource.allCases { states[source.rawValue] = media[source].map { .bool($0) } }
        if !states.members.isEmpty { object["media"] = .object(states) }
        return .object(object)
    }
}
