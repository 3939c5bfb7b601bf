/// Why a run did not begin; the text is for people and says what to do.
public enum RunError: Error, Sendable, CustomStringConvertible {
    case media(String)
    case server(String)
    case crypto(String)

    public var description: String {
        switch self {
        case .media(let text), .server(let text), .crypto(let text): text
        }
    }
}
