public import SignalingProtocol

/// A secret that lets a client in.
public struct AccessToken: Hashable, Sendable {
    public var token: String
    /// Who its bearer is; sessions of one identity replace each other. `nil` where many share the token.
    public var identity: String?
    /// What its bearer is in every room; `nil` where rooms decide.
    public var role: Role?

    public init(token: String, identity: String? = nil, role: Role? = nil) {
        self.role = role
        self.token = token
        self.identity = identity
    }

    func matches(_ candidate: String) -> Bool {
        token.isEqualInConstantTime(to: candidate)
    }
}
