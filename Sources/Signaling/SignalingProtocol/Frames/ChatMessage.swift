/// What someone said in a room's chat.
public struct ChatMessage: Hashable, Sendable {
    /// Rises in a room, from 1; those who are not meant to read a message miss its number.
    public var number: Int64
    /// When the server took it: milliseconds since 1970.
    public var milliseconds: Int64
    public var from: String
    public var text: String
    /// For whom alone it is; `nil` for all.
    public var to: String?
    public var replyTo: Int64?
    public var clientID: String?

    public init(
        number: Int64, milliseconds: Int64, from: String, text: String, to: String? = nil, replyTo: Int64? = nil,
        clientID: String? = nil
    ) {
        self.number = number
        self.milliseconds = milliseconds
        self.from = from
        self.text = text
        self.to = to
        self.replyTo = replyTo
        self.clientID = clientID
    }

    var json: JSON {
        var object: JSONObject = [
            "mid": .integer(number), "ts": .integer(milliseconds), "from": .string(from), "text": .string(text),
        ]
        object["to"] = to.map { .string($0) }
        object["reply_to"] = replyTo.map { .integer($0) }
        object["cid"] = clientID.map { .string($0) }
        return .object(object)
    }

    public init?(_ json: JSON) {
        guard let object = json.objectValue, let number = object["mid"]?.integerValue, let from = object["from"]?.stringValue,
            let text = object["text"]?.stringValue
        else { return nil }
        self.init(
            number: number, milliseconds: object["ts"]?.integerValue ?? 0, from: from, text: text, to: object["to"]?.stringValue,
            replyTo: object["reply_to"]?.integerValue, clientID: object["cid"]?.stringValue)
    }
}
