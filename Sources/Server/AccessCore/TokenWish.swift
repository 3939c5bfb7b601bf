public import SignalingProtocol

/// What somebody wants a token for: the claims that this server writes itself.
public struct TokenWish: Hashable, Sendable {
    public var identity: String
    public var room: String
    public var name: String?
    public var role: Role?
    /// How long the token is good for joining, in seconds.
    public var lifetime: Int64
    /// How long the session is good without a refresh, in seconds; `nil` where the server says.
    public var sessionLifetime: Int64?
    public var isOnce: Bool
    /// The `jti`; one-time tokens need one.
    public var tokenID: String?
    public var issuer: String?
    public var isAdministrator: Bool

    public init(
        identity: String, room: String, name: String? = nil, role: Role? = nil, lifetime: Int64 = 600,
        sessionLifetime: Int64? = nil, isOnce: Bool = false, tokenID: String? = nil, issuer: String? = nil,
        isAdministrator: Bool = false
    ) {
        self.identity = identity
        self.room = room
        self.name = name
        self.role = role
        self.lifetime = lifetime
        self.sessionLifetime = sessionLifetime
        self.isOnce = isOnce
        self.tokenID = tokenID
        self.issuer = issuer
        self.isAdministrator = isAdministrator
    }

    /// - Parameters:
    ///   - now: In seconds since 1970.
    ///   - audience: Whom the token is for.
    public func claims(at now: Int64, audience: String = AccessPolicy().audience) -> JSONObject {
        var starling: JSONObject = ["v": 1]
        // A pattern stays one, and a name is only itself.
        if room.unicodeScalars.contains(where: { $0 == "*" || $0 == "?" }) {
            starling["rooms"] = .array([.string(room)])
        } else {
            starling["room"] = .string(room)
        }
        starling["role"] = role.map { .string($0.rawValue) }
        starling["ttl_session"] = sessionLifetime.map { .integer($0) }
        if isOnce { starling["once"] = .bool(true) }
        if isAdministrator { starling["admin"] = .bool(true) }
        var claims: JSONObject = [
            "sub": .string(identity), "aud": .string(audience), "iat": .integer(now), "exp": .integer(now + lifetime),
            "starling": .object(starling),
        ]
        claims["name"] = name.map { .string($0) }
        claims["jti"] = tokenID.map { .string($0) }
        claims["iss"] = issuer.map { .string($0) }
        return claims
    }
}
