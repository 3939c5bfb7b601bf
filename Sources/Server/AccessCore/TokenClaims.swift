import SignalingProtocol

/// What a token says, checked for form and for who and when it is for, once its signature is known to be right.
///
/// | claim | |
/// |---|---|
/// | `sub` | the identity, 1 to 128 bytes |
/// | `aud`, `exp` | needed |
/// | `iss`, `nbf`, `iat`, `jti`, `name` | where they are there they count |
/// | `starling` | `v` (1), `room` or `rooms`, `role`, `perms`, `sources`, `lobby`, `dup`, `attrs`, `hidden`, `tenant`, `ttl_session`, `once`, `admin` |
/// | `video` | what LiveKit's token services write, where there is no `starling` |
struct TokenClaims {
    let claims: JSONObject
    let policy: AccessPolicy

    /// - Parameter now: In seconds since 1970.
    func grant(at now: Int64) throws(TokenRefusal) -> (Grant, expiresAt: Int64) {
        try checkAudience()
        let expiresAt = try checkTimes(at: now)
        var grant = Grant()
        grant.tokenID = try text("jti", 1...256)
        guard let identity = try text("sub", 1...128) ?? grant.tokenID else { throw Self.refused("'sub' is missing") }
        grant.identity = identity
        grant.name = try text("name", 1...64)
        if let own = claims["starling"] {
            guard let own = own.objectValue else { throw Self.refused("'starling' must be an object") }
            try StarlingGrants(object: own, policy: policy).apply(to: &grant)
        } else if let video = claims["video"] {
            guard let video = video.objectValue else { throw Self.refused("'video' must be an object") }
            try VideoGrants(object: video).apply(to: &grant)
        } else {
            throw Self.refused("'starling' is missing, which says what the token is for")
        }
        guard !grant.isOnce || grant.tokenID != nil else { throw Self.refused("a token for once needs a 'jti'") }
        return (grant, expiresAt)
    }

    static func refused(_ message: String) -> TokenRefusal { TokenRefusal(.claim, message) }

    private func checkAudience() throws(TokenRefusal) {
        let issuer = claims["iss"]?.stringValue
        let isNamed = issuer.map { policy.issuers.contains($0) } ?? false
        guard policy.issuers.isEmpty || isNamed else {
            throw TokenRefusal(.issuer, "the token's 'iss' is not one that this server takes")
        }
        let audiences: [String]
        switch claims["aud"] {
        case .string(let one)?: audiences = [one]
        case .array(let several)?: audiences = several.compactMap(\.stringValue)
        case nil where claims["starling"] == nil && claims["video"] != nil && isNamed: return
        default: audiences = []
        }
        guard audiences.contains(policy.audience) else {
            throw TokenRefusal(.audience, "the token's 'aud' must have '\(policy.audience)'")
        }
    }

    private func checkTimes(at now: Int64) throws(TokenRefusal) -> Int64 {
        let leeway = policy.leeway.components.seconds
        guard let expiry = try seconds("exp") else { throw Self.refused("'exp' is missing") }
        guard now < expiry + leeway else { throw TokenRefusal(.expired, "the token has expired") }
        if let begin = try seconds("nbf"), now + leeway < begin {
            throw TokenRefusal(.early, "the token is not good yet ('nbf')")
        }
        let issued = try seconds("iat")
        if let issued, now + leeway < issued { throw TokenRefusal(.early, "the token is from the future ('iat')") }
        let longest = policy.longestToken.components.seconds
        guard expiry - (issued ?? now) <= longest + (issued == nil ? leeway : 0) else {
            throw TokenRefusal(.lifetime, "a token is good for \(longest) s at most; sessions outlive it")
        }
        return expiry
    }

    /// A NumericDate (RFC 7519 §2), which may have a fraction.
    private func seconds(_ name: String) throws(TokenRefusal) -> Int64? {
        guard let value = claims[name] else { return nil }
        guard let number = value.numberValue, (0...Double(JSON.largestInteger)).contains(number) else {
            throw Self.refused("'\(name)' must be a number of seconds since 1970")
        }
        return Int64(number)
    }

    private func text(_ name: String, _ bytes: ClosedRange<Int>) throws(TokenRefusal) -> String? {
        guard let value = claims[name] else { return nil }
        return try Self.text(value, name, bytes)
    }

    static func text(_ value: JSON, _ name: String, _ bytes: ClosedRange<Int>) throws(TokenRefusal) -> String {
        guard let text = value.stringValue, bytes.contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else {
            throw refused(
                "'\(name)' must be a text of \(bytes.lowerBound) to \(bytes.upperBound) bytes without control characters")
        }
        return text
    }
}
