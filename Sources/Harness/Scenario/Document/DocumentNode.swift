/// A piece of a scenario's YAML, with the place where it was written.
struct DocumentNode: Sendable {
    enum Content: Sendable {
        case scalar(String)
        case sequence([DocumentNode])
        case mapping([Entry])
    }

    struct Entry: Sendable {
        var key: String
        var keyLocation: SourceLocation
        var value: DocumentNode
    }

    /// What an environment variable put into a scalar.
    struct Substitution: Sendable, Hashable {
        var name: String
        var value: String
    }

    var content: Content
    var location: SourceLocation
    /// Whether a scalar stands without quotes, so that its first character is its column and an empty one is nothing at all.
    var isPlain = false
    var substitutions: [Substitution] = []

    /// Whether nothing was written where a value belongs.
    var isNothing: Bool {
        guard case .scalar(let text) = content, isPlain else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// What this is, with its article, for messages.
    var phrase: String {
        switch content {
        case .scalar(let text): isNothing ? "empty" : "'\(text)'"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
