internal import AccessCore
public import SignalingProtocol

/// A secret that lets a client in.
public struct AccessToken: Hashable, Sendable {
    public var token: String
    /// Who its bearer is; sessions of one identity replace each other. `nil` where many share the token.
    public var identity: String?
    /// What its bearer is in every room; `nil` where rooms decide.
    public var role: Role?
    /// Whether its bearer may use the administrative part of the HTTP API.
    public var isAdministrator: Bool

    public init(token: String, identity: String? = nil, role: Role? = nil, isAdministrator: Bool = false) {
        self.role = role
        self.token = token
        self.identity = identity
        self.isAdministrator = isAdministrator
    }

    var fixed: Gate.FixedToken {
        Gate.FixedToken(token, Grant(identity: identity, role: role, isAdministrator: isAdministrator))
    }
}
