/// With whom someone wants to be matched.
public struct MatchWish: Hashable, Sendable {
    /// Only those of one pool meet, such as of one language; up to 64 bytes.
    public var pool: String
    public var media: MatchMedia
    /// Up to 16 of 1 to 32 bytes each, compared in lower case.
    public var interests: [String]
    /// Degrees; both or neither.
    public var latitude: Double?
    public var longitude: Double?
    /// How far the other may be, in kilometres; `nil` for anywhere.
    public var maximumDistance: Double?
    /// Whether interests and distance stay required however long it takes.
    public var strict: Bool

    public init(
        pool: String = "", media: MatchMedia = .any, interests: [String] = [], latitude: Double? = nil, longitude: Double? = nil,
        maximumDistance: Double? = nil, strict: Bool = false
    ) {
        self.pool = pool
        self.media = media
        self.interests = interests
        self.latitude = latitude
        self.longitude = longitude
        self.maximumDistance = maximumDistance
        self.strict = strict
    }

    init(_ detail: FieldReader) throws(FrameError) {
        pool = try detail.optionalText("pool", bytes: 0...64) ?? ""
        media = try detail.choice("media", MatchMedia.self) ?? .any
        interests = try detail.strings("interests")
        guard interests.count <= 16, interests.allSatisfy({ (1...32).contains($0.utf8.count) }) else {
            throw detail.failure("'interests' must be at most 16 strings of 1 to 32 bytes")
        }
        latitude = try detail.optionalNumber("lat", in: -90...90)
        longitude = try detail.optionalNumber("lon", in: -180...180)
        guard (latitude == nil) == (longitude == nil) else { throw detail.failure("'lat' and 'lon' go together") }
        maximumDistance = try detail.optionalNumber("max_km", in: 1...20_100)
        strict = try detail.optionalBool("strict") ?? false
    }

    var json: JSON {
        var object: JSONObject = [
            "pool": .string(pool), "media": .string(media.rawValue), "interests": .array(interests.map { .string($0) }),
            "strict": .bool(strict),
        ]
        object["lat"] = latitude.map { .number($0) }
        object["lon"] = longitude.map { .number($0) }
        object["max_km"] = maximumDistance.map { .number($0) }
        return .object(object)
    }
}
