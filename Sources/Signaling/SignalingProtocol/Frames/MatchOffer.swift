/// Someone was found: both have to accept.
public struct MatchOffer: Hashable, Sendable {
    public var match: String
    /// How long the server waits for both.
    public var acceptMilliseconds: Int64
    /// `video` or `text`.
    public var media: MatchMedia
    /// What both named, sorted.
    public var interests: [String]
    /// Kilometres between the two, where both said where they are.
    public var distance: Int64?

    public init(match: String, acceptMilliseconds: Int64, media: MatchMedia, interests: [String], distance: Int64? = nil) {
        self.match = match
        self.acceptMilliseconds = acceptMilliseconds
        self.media = media
        self.interests = interests
        self.distance = distance
    }

    var json: JSON {
        var object: JSONObject = [
            "match": .string(match), "accept_ms": .integer(acceptMilliseconds), "media": .string(media.rawValue),
            "interests": .array(interests.map { .string($0) }),
        ]
        object["km"] = distance.map { .integer($0) }
        return .object(object)
    }

    init?(_ object: JSONObject) {
        guard let match = object["match"]?.stringValue else { return nil }
        self.init(
            match: match, acceptMilliseconds: object["accept_ms"]?.integerValue ?? 0,
            media: MatchMedia(rawValue: object["media"]?.stringValue ?? "") ?? .video,
            interests: (object["interests"]?.arrayValue ?? []).compactMap(\.stringValue), distance: object["km"]?.integerValue)
    }
}
