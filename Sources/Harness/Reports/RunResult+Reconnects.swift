internal import Measurement
internal import RTCCore

extension RunResult {
    /// How bots came back: all attempts, and what a server had to stand.
    public struct Reconnects: Codable, Sendable {
        /// The highest rate of attempts over any tenth of a second, per second.
        public var peak: Double
        /// The same, had each wait been its whole bound: calculated from the attempts, not measured.
        public var peakWithoutJitter: Double
        /// When those would have begun, in seconds since the scenario began.
        public var startsWithoutJitter: [Double]
        /// By start.
        public var attempts: [Attempt]

        /// Times in seconds.
        public struct Attempt: Codable, Sendable {
            public var bot: String
            /// The other bot, where one connection is concerned.
            public var peer: String?
            /// `signaling`, `ice_restart` or `rejoin`.
            public var kind: String
            public var number: Int
            /// When the loss was noticed, since the scenario began.
            public var lostAt: Double
            public var start: Double
            /// Absent where the run ended first.
            public var end: Double?
            public var bound: Double
            public var plannedWait: Double
            public var actualWait: Double
            public var outcome: String
            public var reason: String?
        }
    }
}

extension RunResult.Reconnects {
    init?(_ measurement: RunMeasurement) {
        let epoch = measurement.record.epoch
        let all = measurement.record.bots.flatMap { bot in bot.attempts.map { (bot.name, $0) } }
        guard !all.isEmpty else { return nil }
        self.init(
            peak: measurement.reconnectPeak, peakWithoutJitter: measurement.reconnectPeakWithoutJitter,
            startsWithoutJitter: measurement.reconnectStartsWithoutJitter.map { ($0 - epoch).inSeconds },
            attempts: all.sorted { ($0.1.startedAt, $0.0, $0.1.number) < ($1.1.startedAt, $1.0, $1.1.number) }.map {
                bot, attempt in
                Attempt(
                    bot: bot, peer: attempt.peer, kind: attempt.kind.rawValue, number: attempt.number,
                    lostAt: (attempt.lostAt - epoch).inSeconds, start: (attempt.startedAt - epoch).inSeconds,
                    end: attempt.endedAt.map { ($0 - epoch).inSeconds }, bound: attempt.bound.inSeconds,
                    plannedWait: attempt.plannedWait.inSeconds, actualWait: attempt.actualWait.inSeconds,
                    outcome: attempt.outcome.rawValue, reason: attempt.reason)
            })
    }

    /// A line for a person: `reconnects: 46 attempts of 40 bots, 6 failed, peak 80/s (400/s without jitter)`.
    var line: String {
        let bots = Set(attempts.map(\.bot)).count
        let failed = attempts.count { $0.outcome == "failed" }
        return
            "reconnects: \(attempts.count) \(attempts.count == 1 ? "attempt" : "attempts") of \(bots) \(bots == 1 ? "bot" : "bots")"
            + (failed > 0 ? ", \(failed) failed" : "")
            + (attempts.count > 1
                ? ", peak \(Quantity(peak, .frequency)) (\(Quantity(peakWithoutJitter, .frequency)) without jitter)" : "")
    }
}
