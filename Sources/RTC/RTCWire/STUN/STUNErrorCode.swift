/// The code of a STUN error response, 300...699 (RFC 8489 §14.8).
public struct STUNErrorCode: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Another server is to be asked (RFC 8489 §10).
    public static let tryAlternate = STUNErrorCode(rawValue: 300)
    public static let badRequest = STUNErrorCode(rawValue: 400)
    public static let unauthenticated = STUNErrorCode(rawValue: 401)
    /// The peer takes its consent back (RFC 7675 §5.2).
    public static let forbidden = STUNErrorCode(rawValue: 403)
    public static let unknownAttribute = STUNErrorCode(rawValue: 420)
    /// There is no such allocation, or there is one already (RFC 8656 §19).
    public static let allocationMismatch = STUNErrorCode(rawValue: 437)
    public static let staleNonce = STUNErrorCode(rawValue: 438)
    /// Both agents take themselves for the same role (RFC 8445 §7.3.1.1).
    public static let roleConflict = STUNErrorCode(rawValue: 487)
    public static let unsupportedTransport = STUNErrorCode(rawValue: 442)
    public static let allocationQuotaReached = STUNErrorCode(rawValue: 486)
    public static let insufficientCapacity = STUNErrorCode(rawValue: 508)

    /// The words that go with the code on the wire.
    public var reason: StaticString {
        switch rawValue {
        case 300: "Try Alternate"
        case 400: "Bad Request"
        case 401: "Unauthenticated"
        case 403: "Forbidden"
        case 420: "Unknown Attribute"
        case 437: "Allocation Mismatch"
        case 438: "Stale Nonce"
        case 440: "Address Family not Supported"
        case 441: "Wrong Credentials"
        case 442: "Unsupported Transport Protocol"
        case 486: "Allocation Quota Reached"
        case 487: "Role Conflict"
        case 508: "Insufficient Capacity"
        default: ""
        }
    }
}
