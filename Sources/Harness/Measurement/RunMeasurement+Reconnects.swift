public import RTCCore

extension RunMeasurement {
    /// All attempts for one thing that one bot had lost.
    public struct Recovery: Sendable, Hashable {
        public var bot: String
        /// In order; at least one.
        public var attempts: [ReconnectAttempt]

        /// Whether what was lost came back, by an attempt or by other means.
        public var isOver: Bool {
            attempts.last.map { $0.outcome == .succeeded || $0.outcome == .superseded } ?? false
        }

        /// From the moment the loss was noticed to the end of the attempt that succeeded; `nil` where none did.
        public var duration: Duration? {
            guard let last = attempts.last, last.outcome == .succeeded, let end = last.endedAt else { return nil }
            return end - last.lostAt
        }
    }

    /// What was lost and sought again, by bot and time.
    public var reconnects: [Recovery] {
        record.bots.flatMap { bot in
            var recoveries: [Recovery] = []
            for attempt in bot.attempts {
                let place = recoveries.firstIndex { recovery in
                    recovery.attempts.contains {
                        $0.lostAt == attempt.lostAt && $0.kind == attempt.kind && $0.peer == attempt.peer
                    }
                }
                if let place {
                    recoveries[place].attempts.append(attempt)
                } else {
                    recoveries.append(Recovery(bot: bot.name, attempts: [attempt]))
                }
            }
            return recoveries
        }
    }

    /// The highest rate of attempts, of all bots together, over any tenth of a second and per second: what a server has to stand.
    public var reconnectPeak: Double {
        Self.peak(record.bots.flatMap(\.attempts).map(\.startedAt))
    }

    /// The same peak, had each wait been its whole bound: as many attempts, each as long as it was, without chance between them.
    ///
    /// Bots that lost their server together then come back together. It is calculated from what happened, not measured.
    public var reconnectPeakWithoutJitter: Double {
        Self.peak(reconnectStartsWithoutJitter)
    }

    /// When the attempts would have begun that ``reconnectPeakWithoutJitter`` counts; ascending.
    public var reconnectStartsWithoutJitter: [Instant] {
        reconnects.flatMap { recovery in
            var starts: [Instant] = []
            var last = recovery.attempts[0].lostAt
            for (index, attempt) in recovery.attempts.enumerated() {
                if index > 0 {
                    let before = recovery.attempts[index - 1]
                    last = last + ((before.endedAt ?? attempt.startedAt) - before.startedAt)
                }
                last = last + attempt.bound
                starts.append(last)
            }
            return starts
        }.sorted()
    }

    private static let peakWindow = Duration.milliseconds(100)

    private static func peak(_ starts: [Instant]) -> Double {
        let sorted = starts.sorted()
        var most = 0
        var first = 0
        for (index, start) in sorted.enumerated() {
            while sorted[first] + peakWindow <= start { first += 1 }
            most = max(most, index - first + 1)
        }
        return Double(most) / peakWindow.inSeconds
    }

    func reconnectSamples(of metric: Metric, bots: [Int], ranges: [TimeRange]) -> [Double]? {
        let chosen = reconnects.filter { recovery in
            bots.contains { record.bots[$0].name == recovery.bot }
                && Self.isInside(recovery.attempts[0].startedAt, ranges)
        }
        switch metric {
        case MetricCatalog.reconnectAttempts: return chosen.map { Double($0.attempts.count) }
        case MetricCatalog.reconnectTime: return chosen.map { $0.duration?.inSeconds ?? ($0.isOver ? 0 : .infinity) }
        case MetricCatalog.reconnectPeak:
            return [
                Self.peak(bots.flatMap { record.bots[$0].attempts }.map(\.startedAt).filter { Self.isInside($0, ranges) })
            ]
        default: return nil
        }
    }
}
