public import AccessCore
public import RTCCore
import SignalingProtocol

/// How long the tokens of sessions let them stay.
extension RoomCore {
    /// What the token of a session lets it do; `nil` where there is no such session.
    public func grant(of key: SessionKey) -> Grant? {
        sessions[key]?.grant
    }

    /// When a session is over unless it is extended; `nil` for never.
    public func accessUntil(of key: SessionKey) -> Instant? {
        sessions[key]?.accessUntil
    }

    /// The session has shown a token that is good for longer.
    public mutating func extend(_ key: SessionKey, until: Instant) {
        guard let session = sessions[key], session.accessUntil.map({ $0 < until }) ?? true else { return }
        sessions[key]?.accessUntil = until
        timers.push(.access(key), at: until)
    }

    mutating func checkAccess(of key: SessionKey, now: Instant) {
        guard let until = sessions[key]?.accessUntil, until <= now else { return }
        statistics.expired += 1
        expel(key, .expired, .unauthenticated, "the token of this session has expired; come back with a new one")
    }

    /// A one-time token has let somebody in: that outlives this server.
    public mutating func used(_ token: SpentToken) {
        record(.spent(token))
    }

    /// Ends every session that holds what was revoked.
    public mutating func revoke(_ revocation: Revocation) {
        switch revocation {
        case .token(let id): record(.revoked(token: id, identity: nil))
        case .identity(let name): record(.revoked(token: nil, identity: name))
        }
        // order: sorted before anything is done
        let concerned = sessions.filter { revocation.concerns($0.value.grant) }.keys.sorted { $0.number < $1.number }
        for key in concerned {
            statistics.expired += 1
            expel(key, .expired, .unauthenticated, "the token of this session was revoked")
        }
    }
}
