/// A key of end-to-end encryption, or word that a sender has moved on to the next; the server passes it on unread.
public struct KeyMessage: Hashable, Sendable {
    /// `nil` for everyone in the room.
    public var to: String?
    /// Which key of its sender.
    public var keyID: Int64
    /// The text of a JSON object, sealed for its receiver, up to 4 KiB; `nil` where the sender moved on to the next key.
    public var body: String?

    public init(to: String? = nil, keyID: Int64, body: String? = nil) {
        self.to = to
        self.keyID = keyID
        self.body = body
    }

    init(_ detail: FieldReader, hasBody: Bool) throws(FrameError) {
        to = hasBody ? try detail.optionalText("to", bytes: 1...64) : nil
        guard let key = try detail.optionalInteger("kid", in: 0...JSON.largestInteger) else {
            throw detail.failure("'kid' is missing")
        }
        keyID = key
        body = hasBody ? try detail.body("body") : nil
        guard body?.utf8.count ?? 0 <= 4096 else { throw detail.failure("'body' must be at most 4096 bytes") }
    }

    var json: JSON {
        var object: JSONObject = ["kid": .integer(keyID)]
        object["to"] = to.map { .string($0) }
        object["body"] = body.map { .raw($0) }
        return .object(object)
    }
}
