import RTCCore
import RoomCore

extension NativeFront {
    struct Connection {
        let address: String
        let isTrusted: Bool
        let openedAt: Instant
        var lastHeardAt: Instant
        var session: SessionKey?
        var identity: String?
        var lastRequest: Int64 = 0
        var replies = RecentReplies()
        var messages: TokenBucket
        var signals: TokenBucket
        var abuse: TokenBucket

        init(address: String, isTrusted: Bool, limits: ServerLimits, now: Instant) {
            self.address = address
            self.isTrusted = isTrusted
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

    /// The last 256 replies of a session, by request.
    struct RecentReplies {
        static let capacity = 256

        private var entries: [(id: Int64, text: String?)] = []
        private var oldest = 0

        /// - Parameter text: The frame; `nil` for the plain `ok`.
        mutating func keep(_ id: Int64, _ text: String?) {
            if entries.count < Self.capacity {
                entries.append((id, text))
            } else {
                entries[oldest] = (id, text)
                oldest = (oldest + 1) % Self.capacity
            }
        }

        func text(of id: Int64) -> (found: Bool, text: String?) {
            guard let entry = entries.first(where: { $0.id == id }) else { return (false, nil) }
            return (true, entry.text)
        }
    }
}
