public import RTCCore

/// Decides by a token alone who its bearer is and what it may do: the one gate of all fronts.
///
/// A token is one of the server's fixed ones, or a JWT of one of its keys. Where there are neither, everybody comes in, and a token is
/// only a name. What a token says is believed when its signature is right; nothing is remembered of it but that a one-time token was used.
public struct Gate {
    /// A token that is compared as it stands.
    public struct FixedToken: Sendable {
        public var token: String
        public var grant: Grant

        public init(_ token: String, _ grant: Grant) {
            self.token = token
            self.grant = grant
        }
    }

    public let policy: AccessPolicy
    private let fixed: [FixedToken]
    private let keys: (any TokenKeys)?
    private let unixMilliseconds: Int64
    /// The `jti` of one-time tokens that were used, and when they can be forgotten, in seconds since 1970.
    private var spent: [String: Int64] = [:]
    private var newlySpent = OutputQueue<SpentToken>()
    private var revocations: [Revocation] = []
    private var isRevoked: Set<Revocation> = []
    /// Of earlier servers; identities are veiled.
    private var restored: Set<Revocation> = []
    private var veil: (@Sendable (String) -> String)?
    /// Refusals since the start.
    public private(set) var refusals: [TokenRefusal.Reason: Int] = [:]

    /// - Parameters:
    ///   - fixed: Tokens that need no signature.
    ///   - keys: Whose tokens are believed; `nil` for nobody's.
    ///   - unixMilliseconds: The wall clock at ``RTCCore/Instant/origin``.
    public init(policy: AccessPolicy, fixed: [FixedToken] = [], keys: (any TokenKeys)? = nil, unixMilliseconds: Int64) {
        self.policy = policy
        self.fixed = fixed
        self.keys = keys
        self.unixMilliseconds = unixMilliseconds
    }

    /// Whether a token means more here than a name.
    public var knowsTokens: Bool { !fixed.isEmpty || keys != nil }

    /// Whether nobody comes in without one.
    public var asksForTokens: Bool { knowsTokens && !policy.allowsAnonymous }

    /// In seconds since 1970.
    public func unixSeconds(at now: Instant) -> Int64 {
        unixMilliseconds / 1000 + Int64((now.nanoseconds / 1_000_000 + UInt64(max(0, unixMilliseconds % 1000))) / 1000)
    }

    /// Lets a bearer in, and spends a one-time token.
    public mutating func admit(_ token: String?, now: Instant) -> Result<Grant, TokenRefusal> {
        let seconds = unixSeconds(at: now)
        do throws(TokenRefusal) {
            let (grant, expiresAt) = try read(token, at: seconds)
            if let expiresAt, grant.isOnce, let id = grant.tokenID { try spend(id, until: expiresAt, at: seconds) }
            return .success(grant)
        } catch {
            refusals[error.reason, default: 0] += 1
            return .failure(error)
        }
    }

    /// Says who a bearer is, and lets nobody in.
    ///
    /// - Parameter takesOnce: Whether a one-time token is good for it, which is otherwise for a session alone; it is not spent.
    public mutating func examine(_ token: String?, takesOnce: Bool = false, now: Instant) -> Result<Grant, TokenRefusal> {
        do throws(TokenRefusal) {
            let (grant, _) = try read(token, at: unixSeconds(at: now))
            guard takesOnce || !grant.isOnce else { throw TokenRefusal(.spent, "a one-time token is for a session alone") }
            return .success(grant)
        } catch {
            refusals[error.reason, default: 0] += 1
            return .failure(error)
        }
    }

    /// From now on nothing of the kind is let in; whom it concerns among those who are in is theirs to find who hold them.
    public mutating func revoke(_ revocation: Revocation) {
        guard isRevoked.insert(revocation).inserted else { return }
        revocations.append(revocation)
        if revocations.count > policy.revocations { isRevoked.remove(revocations.removeFirst()) }
    }

    /// Takes up what earlier servers revoked; of more than the policy has room for, the newest.
    ///
    /// - Parameters:
    ///   - revocations: Identities are veiled. The oldest first.
    ///   - veil: What made them so.
    public mutating func restore(_ revocations: [Revocation], veil: @escaping @Sendable (String) -> String) {
        restored = Set(revocations.suffix(policy.revocations))
        self.veil = veil
    }

    /// Takes up which one-time tokens earlier servers saw; of more than the policy has room for, the last.
    public mutating func restore(_ tokens: [SpentToken]) {
        for token in tokens.suffix(policy.spentTokens) { spent[token.id] = token.until }
    }

    /// The next one-time token that ``admit(_:now:)`` has spent, for whoever writes down what must outlive this server.
    public mutating func nextSpent() -> SpentToken? {
        newlySpent.next()
    }

    public func checkRevocations(_ grant: Grant) throws(TokenRefusal) {
        let isOut =
            (grant.tokenID.map { isRevoked.contains(.token($0)) } ?? false)
            || (grant.identity.map { isRevoked.contains(.identity($0)) } ?? false) || wasRevoked(grant)
        if isOut { throw TokenRefusal(.revoked, "the token was revoked") }
    }

    private func wasRevoked(_ grant: Grant) -> Bool {
        guard !restored.isEmpty, let veil else { return false }
        return (grant.tokenID.map { restored.contains(.token($0)) } ?? false)
            || (grant.identity.map { restored.contains(.identity(veil($0))) } ?? false)
    }

    private func read(_ token: String?, at now: Int64) throws(TokenRefusal) -> (Grant, expiresAt: Int64?) {
        guard knowsTokens else { return (Grant(identity: token), nil) }
        guard let token else {
            if policy.allowsAnonymous { return (Grant(), nil) }
            throw TokenRefusal(.missing, "'token' is missing")
        }
        if let grant = fixedGrant(token) {
            try checkRevocations(grant)
            return (grant, nil)
        }
        guard let keys, token.utf8.contains(UInt8(ascii: ".")) else {
            throw TokenRefusal(.unknown, "'token' is not known")
        }
        let signed = try SignedToken(token, bytes: policy.tokenBytes)
        let algorithms = keys.algorithms(ofKey: signed.keyName)
        guard !algorithms.isEmpty else { throw TokenRefusal(.key, "the token's 'kid' is no key of this server") }
        guard algorithms.contains(signed.algorithm) else {
            throw TokenRefusal(.algorithm, "the token's 'alg' is not that of its key")
        }
        guard keys.verify(signed.signature, of: signed.signed, algorithm: signed.algorithm, key: signed.keyName) else {
            throw TokenRefusal(.signature, "the token's signature is wrong")
        }
        var (grant, expiresAt) = try TokenClaims(claims: signed.claims, policy: policy).grant(at: now)
        try checkRevocations(grant)
        grant.sessionLifetime = grant.sessionLifetime ?? policy.sessionLifetime
        return (grant, expiresAt)
    }

    /// Compares with all always, so that time tells nothing.
    private func fixedGrant(_ token: String) -> Grant? {
        var grant: Grant?
        for known in fixed where known.token.isEqualInConstantTime(to: token) { grant = known.grant }
        return grant
    }

    private mutating func spend(_ id: String, until expiresAt: Int64, at now: Int64) throws(TokenRefusal) {
        if let until = spent[id], until > now { throw TokenRefusal(.spent, "the token was for one session, which it has had") }
        if spent.count >= policy.spentTokens { spent = spent.filter { $0.value > now } }
        guard spent.count < policy.spentTokens else {
            throw TokenRefusal(.overload, "this server remembers \(policy.spentTokens) one-time tokens, which is its limit")
        }
        let token = SpentToken(id: id, until: expiresAt + policy.leeway.components.seconds)
        spent[id] = token.until
        newlySpent.append(token)
    }
}
