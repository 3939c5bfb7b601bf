/// The code of a STUN error response, 300...699 (RFC 8489 §14.8).
public struct STUNErrorCode: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    public static let badRequest = STUNErrorCode(rawValue: 400)
    public static let unauthenticated = STUNErrorCode(rawValue: 401)
    /// The peer takes its consent back (RFC 7675 §5.2).
    public static let forbidden = STUNErrorCode(rawValue: 403)
    public static let unknownAttribute = STUNErrorCode(rawValue: 420)
    public static let staleNonce = STUNErrorCode(rawValue: 438)
    /// Both agents take themselves for the same role (RFC 8445 §7.3.1.1).
    public static let roleConflict = STUNErrorCode(rawValue: 487)

    /// The words that go with the code on the wire.
    public var reason: StaticString {
        switch rawValue {
        case 400: "Bad Request"
        case 401: "Unauthenticated"
        case 403: "Forbidden"
        case 420: "Unknown Attribute"
        case 438: "Stale Nonce"
        case 487: "Role Conflict"
        default: ""
        }
    }
}
