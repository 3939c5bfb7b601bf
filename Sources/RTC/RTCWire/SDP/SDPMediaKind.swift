/// What a media section is about (RFC 8866 §5.14).
public enum SDPMediaKind: Hashable, Sendable {
    case audio
    case video
    /// Data channels (RFC 8841).
    case application
    /// Anything else, kept so that sections keep their place and can be rejected.
    case other(String)

    public init(_ name: String) {
        switch name {
        case "audio": self = .audio
        case "video": self = .video
        case "application": self = .application
        default: self = .other(name)
        }
    }

    /// As the m-line says it.
    public var name: String {
        switch self {
        case .audio: "audio"
        case .video: "video"
        case .application: "application"
        case .other(let name): name
        }
    }
}
