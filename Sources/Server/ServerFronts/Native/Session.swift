import AccessCore
import RTCCore

extension NativeFront {
    /// What outlives a connection.
    struct Session {
        let name: String
        let identity: String?
        /// What the next resume must show.
        var secret: String
        /// The secret of the last resume: good for the same one again until its client has shown that it knows the next.
        var spentSecret: String?
        /// Counts the connections, from 1.
        var epoch: Int64 = 1
        var connection: UInt64?
        var lastHeardAt: Instant
        var lastRequest: Int64
        var replies = RecentReplies()
        var replay = ReplayBuffer()

        init(name: String, identity: String?, secret: String, connection: UInt64, lastRequest: Int64, now: Instant) {
            self.name = name
            self.identity = identity
            self.secret = secret
            self.connection = connection
            self.lastRequest = lastRequest
            lastHeardAt = now
        }

        /// Compares with both secrets always, so that time tells nothing.
        func accepts(_ candidate: String) -> Bool {
            let isNext = secret.isEqualInConstantTime(to: candidate)
            let isLast = (spentSecret ?? "").isEqualInConstantTime(to: candidate)
            return isNext || (isLast && spentSecret != nil)
        }
    }

    /// The last 256 replies of a session, by request; fewer where they are large.
    struct RecentReplies {
        static let capacity = 256
        /// Bytes of text, of which the newest reply may be more than all.
        static let largest = 1 << 20

        private var entries: [(id: Int64, text: String?)] = []
        private var oldest = 0
        private var bytes = 0

        /// - Parameter text: The frame; `nil` for the plain `ok`.
        mutating func keep(_ id: Int64, _ text: String?) {
            entries.append((id, text))
            bytes += text?.utf8.count ?? 0
            while entries.count - oldest > Self.capacity || (bytes > Self.largest && entries.count - oldest > 1) {
                bytes -= entries[oldest].text?.utf8.count ?? 0
                entries[oldest].text = nil
                oldest += 1
            }
            if oldest >= Self.capacity {
                entries.removeFirst(oldest)
                oldest = 0
            }
        }

        func text(of id: Int64) -> (found: Bool, text: String?) {
            guard let entry = entries[oldest...].last(where: { $0.id == id }) else { return (false, nil) }
            return (true, entry.text)
        }
    }
}
