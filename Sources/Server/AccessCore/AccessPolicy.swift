/// Whom a server lets in, beside what its keys say.
public struct AccessPolicy: Hashable, Sendable {
    /// Lets those in who show no token although there are keys; rooms then decide what they are.
    public var allowsAnonymous = false
    /// What `aud` must have.
    public var audience = "starling"
    /// What `iss` must be one of; empty for any. A token with `video` grants and without `aud` needs an issuer that is named here.
    public var issuers: [String] = []
    /// How far clocks may differ, for `exp`, `nbf` and `iat`.
    public var leeway: Duration = .seconds(30)
    /// The longest time from `iat`, or now, to `exp`: a token is for joining, and the session outlives it.
    public var longestToken: Duration = .seconds(600)
    /// How long a session lasts without a refresh, where its token does not say.
    public var sessionLifetime: Duration = .seconds(3600)
    /// What a token may say of that.
    public var sessionLifetimes: ClosedRange<Duration> = .seconds(10) ... .seconds(86_400)
    /// Bytes of a token.
    public var tokenBytes = 4096
    /// One-time tokens that are remembered until they expire; more are refused.
    public var spentTokens = 100_000
    /// Tokens and identities that are revoked at once; with more, the oldest make room.
    public var revocations = 10_000

    public init() {}
}
