/// What an earlier server was told not to let in: a token by its `jti`, or an identity, veiled.
public struct StoredRevocation: Hashable, Sendable {
    public var token: String?
    public var identity: String?

    public init(token: String? = nil, identity: String? = nil) {
        self.token = token
        self.identity = identity
    }
}
