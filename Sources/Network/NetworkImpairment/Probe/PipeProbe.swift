internal import RTCCore

/// Sends a constant stream through an impairment in virtual time and measures what comes out.
public struct PipeProbe: Sendable {
    /// What came of a stream.
    public struct Figures: Hashable, Sendable {
        public var offered = 0
        /// Share of the datagrams that the loss model took, 0...1.
        public var loss = 0.0
        /// Mean length of a run of losses in datagrams; `nil` where there were none.
        public var burst: Double?
        /// Delays of what arrived.
        public var delayP50: Duration = .zero
        public var delayP95: Duration = .zero
        /// Standard deviation of the delay.
        public var deviation: Duration = .zero
        /// Bits per second between the first and the last arrival, IP and UDP headers included.
        public var throughput = 0.0
        /// Share of the datagrams that the queue dropped, full or by its discipline, 0...1.
        public var queueDrops = 0.0
        /// Share of the arrivals that came after a later datagram (RFC 4737), 0...1.
        public var reordered = 0.0
    }

    /// UDP payload in bytes.
    public var size: Int
    public var spacing: Duration
    public var count: Int

    /// - Parameter size: At least four bytes.
    public init(size: Int, spacing: Duration, count: Int) {
        precondition(size >= 4 && size <= DatagramSlab.slotSize && count > 0, "a probe sends something")
        self.size = size
        self.spacing = .nanoseconds(spacing.inNanoseconds)
        self.count = count
    }

    public func measure(_ impairment: Impairment, direction: PipeDirection, seed: UInt64) -> Figures {
        var pipe = ImpairedPipe(direction: direction, seed: seed)
        pipe.set(impairment, at: .origin)
        var book = Book(spacing: spacing)
        let path = Path(local: .loopback(port: 1), remote: .loopback(port: 2))
        var bytes = [UInt8](repeating: 0, count: size)
        for number in 0..<count {
            let now = Instant(nanoseconds: UInt64(number) * UInt64(spacing.inNanoseconds))
            book.take(from: &pipe, until: now)
            for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: number >> (24 - 8 * index)) }
            let verdict = bytes.withUnsafeBytes { pipe.offer($0, on: path, now: now) }
            if verdict == .pass { book.arrived(number, at: now) }
        }
        book.take(from: &pipe, until: Instant(nanoseconds: .max))
        return book.figures(of: pipe.counters, lost: lost(&pipe), wireSize: size + path.headerSize)
    }

    /// The datagrams that the loss model took, by number; the ledger names them by time.
    private func lost(_ pipe: inout ImpairedPipe) -> [Instant] {
        var times: [Instant] = []
        pipe.drainLedger { if $0.cause == .loss { times.append($0.time) } }
        return times
    }
}

extension PipeProbe {
    private struct Book {
        let spacing: Duration
        var delays: [Int64] = []
        var first: Instant?
        var last = Instant.origin

        mutating func take(from pipe: inout ImpairedPipe, until end: Instant) {
            while let deadline = pipe.deadline, deadline <= end {
                var number = 0
                let isDue = pipe.nextRelease(at: deadline) { bytes, _ in
                    number = bytes[..<4].reduce(0) { $0 << 8 | Int($1) }
                }
                if isDue { arrived(number, at: deadline) }
            }
        }

        mutating func arrived(_ number: Int, at now: Instant) {
            let sentAt = Instant(nanoseconds: UInt64(number) * UInt64(spacing.inNanoseconds))
            delays.append(sentAt.nanoseconds(to: now))
            first = first ?? now
            last = now
        }

        func figures(of counters: PipeCounters, lost: [Instant], wireSize: Int) -> Figures {
            var figures = Figures()
            let offered = Double(max(1, counters.offered))
            figures.offered = Int(counters.offered)
            figures.loss = Double(counters.dropped(.loss)) / offered
            figures.queueDrops = Double(counters.dropped(.queue) + counters.dropped(.codel)) / offered
            figures.reordered = Double(counters.reordered) / Double(max(1, counters.passed))
            let bursts = zip(lost, lost.dropFirst()).reduce(1) { $0 + ($1.1 - $1.0 == spacing ? 0 : 1) }
            figures.burst = lost.isEmpty ? nil : Double(lost.count) / Double(bursts)
            guard !delays.isEmpty, let first else { return figures }
            let sorted = delays.sorted()
            figures.delayP50 = .nanoseconds(sorted[(sorted.count - 1) / 2])
            figures.delayP95 = .nanoseconds(sorted[(sorted.count - 1) * 95 / 100])
            let mean = delays.reduce(0.0) { $0 + Double($1) } / Double(delays.count)
            let variance = delays.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(delays.count)
            figures.deviation = .nanoseconds(Int64(variance.squareRoot()))
            let seconds = (last - first).inSeconds
            if seconds > 0 { figures.throughput = Double((delays.count - 1) * wireSize * 8) / seconds }
            return figures
        }
    }
}
