/// Something to say in the room's chat.
public struct ChatRequest: Hashable, Sendable {
    /// 1 byte to 4 KiB.
    public var text: String
    /// For one participant only; `nil` for all.
    public var to: String?
    /// The message that this one answers.
    public var replyTo: Int64?
    /// The client's own name for the message, 1 to 64 bytes: said twice, it is one message.
    public var clientID: String?

    public init(text: String, to: String? = nil, replyTo: Int64? = nil, clientID: String? = nil) {
        self.text = text
        self.to = to
        self.replyTo = replyTo
        self.clientID = clientID
    }

    init(_ detail: FieldReader) throws(FrameError) {
        text = try detail.prose("text", bytes: 1...4096)
        to = try detail.optionalText("to", bytes: 1...64)
        replyTo = try detail.optionalInteger("reply_to", in: 1...JSON.largestInteger)
        clientID = try detail.optionalText("cid", bytes: 1...64)
    }

    var json: JSON {
        var object: JSONObject = ["text": .string(text)]
        object["to"] = to.map { .string($0) }
        object["reply_to"] = replyTo.map { .integer($0) }
        object["cid"] = clientID.map { .string($0) }
        return .object(object)
    }
}
