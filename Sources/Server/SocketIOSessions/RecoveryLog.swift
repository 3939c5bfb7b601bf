import SocketIO

extension SocketIOServer {
    /// The last events of a socket, as they were sent, by offset.
    struct RecoveryLog {
        private var entries: [(offset: Int64, messages: [EngineIOMessage], bytes: Int)] = []
        private var bytes = 0
        /// The newest offset.
        private(set) var last: Int64 = 0

        /// Adds the next event; the oldest make room for it.
        mutating func add(_ messages: [EngineIOMessage], _ configuration: SocketIOConfiguration) {
            last += 1
            let size = messages.reduce(0) { $0 + $1.size }
            entries.append((last, messages, size))
            bytes += size
            var surplus = 0
            while surplus < entries.count,
                entries.count - surplus > configuration.recoveryEvents || bytes > configuration.recoveryBytes
            {
                bytes -= entries[surplus].bytes
                surplus += 1
            }
            entries.removeFirst(surplus)
        }

        /// What came after an offset; `nil` where some of it is gone, or was never sent.
        func messages(after offset: Int64) -> [[EngineIOMessage]]? {
            guard (0...last).contains(offset) else { return nil }
            guard offset < last else { return [] }
            guard let first = entries.first, first.offset <= offset + 1 else { return nil }
            return entries[Int(offset + 1 - first.offset)...].map(\.messages)
        }
    }
}
