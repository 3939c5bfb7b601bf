/// Why keys cannot be used.
public enum TokenKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    case shortSecret(bytes: Int)
    case unreadableSet(String)
    case unreadableKey(String, String)
    case noKeys

    public var description: String {
        switch self {
        case .shortSecret(let bytes):
            "a secret of \(bytes) bytes: it needs \(JWTKeys.shortestSecret) at least, such as those of 'openssl rand -hex 32'"
        case .unreadableSet(let reason):
            "not a JWK Set (RFC 7517), which is {\"keys\": […]}: \(reason)"
        case .unreadableKey(let name, let reason):
            "the key \(name) cannot be used: \(reason)"
        case .noKeys:
            "there is no key of HS256, ES256 or EdDSA: give a secret, or a JWK Set that has one"
        }
    }
}
