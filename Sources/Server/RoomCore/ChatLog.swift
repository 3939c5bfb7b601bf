import SignalingProtocol

/// The newest messages of a room.
struct ChatLog: Sendable {
    /// Bytes of text that one page holds.
    private static let pageBytes = 32 * 1024

    private(set) var messages: [ChatMessage] = []
    private var last: Int64 = 0

    /// The number of the next message.
    var next: Int64 { last + 1 }

    mutating func add(_ message: ChatMessage, limit: Int) {
        last = message.number
        messages.append(message)
        if messages.count > limit { messages.removeFirst(messages.count - limit) }
    }

    /// What its sender has said under this name already.
    func message(from participant: String, named clientID: String) -> ChatMessage? {
        messages.last { $0.from == participant && $0.clientID == clientID }
    }

    func message(_ number: Int64) -> ChatMessage? {
        messages.first { $0.number == number }
    }

    mutating func remove(_ number: Int64) {
        messages.removeAll { $0.number == number }
    }

    func history(_ request: ChatHistoryRequest, for participant: String) -> ChatHistory {
        let readable = messages.filter { message in
            (message.to == nil || message.to == participant || message.from == participant)
                && message.number > request.after ?? 0 && message.number < request.before ?? .max
        }
        let isForward = request.after != nil
        var page: [ChatMessage] = []
        var bytes = 0
        for message in isForward ? readable : readable.reversed() {
            bytes += message.text.utf8.count
            guard page.count < request.limit, page.isEmpty || bytes <= Self.pageBytes else { break }
            page.append(message)
        }
        return ChatHistory(messages: isForward ? page : page.reversed(), hasMore: readable.count > page.count)
    }
}
