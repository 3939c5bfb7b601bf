/// The reply to `chat.history`: the oldest message first.
public struct ChatHistory: Hashable, Sendable {
    public var messages: [ChatMessage]
    /// Whether the server has more in the direction that was asked for.
    public var hasMore: Bool

    public init(messages: [ChatMessage], hasMore: Bool) {
        self.messages = messages
        self.hasMore = hasMore
    }

    public var json: JSONObject {
        ["messages": .array(messages.map(\.json)), "more": .bool(hasMore)]
    }

    public init?(_ json: JSONObject) {
        guard let entries = json["messages"]?.arrayValue else { return nil }
        self.init(messages: entries.compactMap { ChatMessage($0) }, hasMore: json["more"]?.boolValue ?? false)
    }
}
