public import AccessCore
public import RTCCore
import RoomCore
import SignalingProtocol

/// The one gate of all fronts.
extension SharedRooms {
    /// What a session is given to show later.
    struct Pass {
        let token: String
        /// For how long it is good, in milliseconds.
        let milliseconds: Int64

        func add(to object: inout JSONObject) {
            object["token"] = .string(token)
            object["token_ms"] = .integer(milliseconds)
        }
    }

    /// Lets a client in by its token: one of its own, or that of a session of its own that may be lost.
    func admit(_ token: String?, now: Instant) -> Result<Bearer, TokenRefusal> {
        if let token, let owner = passes.owner(of: token), let grant = core.grant(of: owner) {
            return check(grant).map { Bearer(grant: grant, until: core.accessUntil(of: owner)) }
        }
        return letIn(token, now: now).map { grant in
            Bearer(grant: grant, until: grant.sessionLifetime.map { now + $0 })
        }
    }

    /// Asks the gate, and has it written down that a one-time token was used.
    private func letIn(_ token: String?, now: Instant) -> Result<Grant, TokenRefusal> {
        let result = gate.admit(token, now: now)
        while let spent = gate.nextSpent() { core.used(spent) }
        return result
    }

    private func check(_ grant: Grant) -> Result<Void, TokenRefusal> {
        do throws(TokenRefusal) {
            try gate.checkRevocations(grant)
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Who asks something over HTTP.
    ///
    /// - Parameter takesOnce: Whether a one-time token is good for it; it is not spent.
    public func examine(_ token: String?, takesOnce: Bool = false, now: Instant) -> Result<Grant, TokenRefusal> {
        if let token, let owner = passes.owner(of: token), let grant = core.grant(of: owner) {
            return check(grant).map { grant }
        }
        return gate.examine(token, takesOnce: takesOnce, now: now)
    }

    /// A token for a session that ends without a refresh; `nil` for one that does not.
    func issuePass(for session: SessionKey, now: Instant) -> Pass? {
        guard let until = core.accessUntil(of: session) else { return nil }
        return Pass(token: passes.issue(for: session), milliseconds: max(0, (until - now).inNanoseconds / 1_000_000))
    }

    /// A session goes on under its own token, or under a newer one of the same identity.
    func refresh(_ session: SessionKey, with token: String, now: Instant) -> Result<Pass?, TokenRefusal> {
        guard let grant = core.grant(of: session) else { return .failure(Self.foreign) }
        if let owner = passes.owner(of: token) {
            guard owner == session else { return .failure(Self.foreign) }
            if case .failure(let refusal) = check(grant) { return .failure(refusal) }
            if let lifetime = grant.sessionLifetime { core.extend(session, until: now + lifetime) }
            return .success(issuePass(for: session, now: now))
        }
        switch letIn(token, now: now) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let newer):
            guard newer.identity == grant.identity, newer.tenant == grant.tenant else { return .failure(Self.foreign) }
            if let lifetime = newer.sessionLifetime { core.extend(session, until: now + lifetime) }
            return .success(issuePass(for: session, now: now))
        }
    }

    private static let foreign = TokenRefusal(.unknown, "'token' is not known, or is another identity's")

    /// From now on nothing of the kind is let in, and who is in by it is out.
    public func revoke(_ revocation: Revocation) {
        gate.revoke(revocation)
        core.revoke(revocation)
    }
}
