/// What is not let in any more: a token by its `jti`, or whoever has an identity.
public enum Revocation: Hashable, Sendable {
    case token(String)
    case identity(String)

    /// Reads one line: `jti ID` or `sub ID`; `nil` for anything else.
    public init?(line: some StringProtocol) {
        let words = line.split(separator: " ", maxSplits: 1)
        guard words.count == 2, (1...256).contains(words[1].utf8.count) else { return nil }
        switch words[0] {
        case "jti": self = .token(String(words[1]))
        case "sub": self = .identity(String(words[1]))
        default: return nil
        }
    }

    public func concerns(_ grant: Grant) -> Bool {
        switch self {
        case .token(let id): grant.tokenID == id
        case .identity(let name): grant.identity == name
        }
    }
}
