public import SignalingProtocol

/// Why an HTTP request of Engine.IO was refused: the `code` of the JSON in the answer.
public enum EngineIORefusal: Int64, Error, Hashable, Sendable, CaseIterable {
    case unknownTransport = 0
    case unknownSession = 1
    case badHandshakeMethod = 2
    case badRequest = 3
    case forbidden = 4
    case unsupportedVersion = 5

    public var message: String {
        switch self {
        case .unknownTransport: "Transport unknown"
        case .unknownSession: "Session ID unknown"
        case .badHandshakeMethod: "Bad handshake method"
        case .badRequest: "Bad request"
        case .forbidden: "Forbidden"
        case .unsupportedVersion: "Unsupported protocol version"
        }
    }

    public var status: Int { self == .forbidden ? 403 : 400 }

    public var json: JSON {
        .object(["code": .integer(rawValue), "message": .string(message)])
    }
}
