/// A secret that lets a client in.
public struct AccessToken: Hashable, Sendable {
    public var token: String
    /// Who its bearer is; sessions of one identity replace each other. `nil` where many share the token.
    public var identity: String?

    public init(token: String, identity: String? = nil) {
        self.token = token
        self.identity = identity
    }

    func matches(_ candidate: String) -> Bool {
        token.isEqualInConstantTime(to: candidate)
    }
}
