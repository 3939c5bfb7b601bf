/// A STUN or TURN server that a client should use, as in W3C `RTCIceServer`.
public struct ICEServer: Hashable, Sendable {
    public var urls: [String]
    public var username: String?
    public var credential: String?

    public init(urls: [String], username: String? = nil, credential: String? = nil) {
        self.urls = urls
        self.username = username
        self.credential = credential
    }

    var json: JSON {
        var object: JSONObject = ["urls": .array(urls.map { .string($0) })]
        object["username"] = username.map { .string($0) }
        object["credential"] = credential.map { .string($0) }
        return .object(object)
    }

    init?(_ json: JSON) {
        guard let object = json.objectValue, let urls = object["urls"]?.arrayValue else { return nil }
        self.init(
            urls: urls.compactMap(\.stringValue), username: object["username"]?.stringValue,
            credential: object["credential"]?.stringValue)
    }
}
