import RTCCore
import RoomCore
import SignalingProtocol

extension NativeFront {
    struct Connection {
        let address: String
        let isTrusted: Bool
        let iceServers: [ICEServer]
        let openedAt: Instant
        var lastHeardAt: Instant
        var session: SessionKey?
        var identity: String?
        var role: Role?
        /// The session that this connection proved to have had, and could not resume.
        var predecessor: SessionKey?
        var refusedResumes = 0
        var messages: TokenBucket
        var signals: TokenBucket
        var abuse: TokenBucket

        init(address: String, isTrusted: Bool, iceServers: [ICEServer], limits: ServerLimits, now: Instant) {
            self.address = address
            self.isTrusted = isTrusted
            self.iceServers = iceServers
            openedAt = now
            lastHeardAt = now
            messages = TokenBucket(limits.messages, at: now)
            signals = TokenBucket(limits.signals, at: now)
            abuse = TokenBucket(limits.abuse, at: now)
        }
    }

    /// Whose joins are counted together.
    struct JoinOrigin: Hashable {
        let address: String
        let identity: String
    }
}
