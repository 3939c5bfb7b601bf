import AccessCore
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
        /// The token of the request that opened it.
        let bearer: String?
        /// The session that this connection proved to have had, and could not resume.
        var predecessor: SessionKey?
        var refusedResumes = 0
        var messages: TokenBucket
        var signals: TokenBucket
        var abuse: TokenBucket

        init(
            address: String, isTrusted: Bool, iceServers: [ICEServer], bearer: String?, limits: ServerLimits, now: Instant
        ) {
            self.bearer = bearer
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
}
