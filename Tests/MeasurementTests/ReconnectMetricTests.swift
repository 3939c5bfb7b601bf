import HandmadeRecords
import Measurement
import RTCCore
import Testing

@Suite("Reconnect metrics")
struct ReconnectMetricTests {
    private func attempt(
        _ kind: ReconnectAttempt.Kind = .signaling, lost: Double, bound: Double, start: Double, took: Double?, _ number: Int = 1,
        _ outcome: ReconnectAttempt.Outcome = .succeeded
    ) -> ReconnectAttempt {
        let at = { (seconds: Double) in Instant(nanoseconds: UInt64((seconds * 1e9).rounded())) }
        var attempt = ReconnectAttempt(
            kind: kind, peer: nil, number: number, lostAt: at(lost), bound: .seconds(bound), plannedWait: .seconds(start - lost),
            actualWait: .seconds(start - lost), startedAt: at(start))
        attempt.endedAt = took.map { at(start + $0) }
        attempt.outcome = outcome
        return attempt
    }

    private func measurement(_ attempts: [[ReconnectAttempt]]) -> RunMeasurement {
        var record = HandmadeCall().record
        for (bot, attempts) in attempts.enumerated() { record.bots[bot].attempts = attempts }
        return RunMeasurement(record)
    }

    private func value(_ text: String, _ measurement: RunMeasurement) throws -> Double? {
        try Assertion(parsing: text, events: []).evaluate(measurement).value
    }

    @Test("attempts for one loss are one sample, and another loss is another")
    func losses() throws {
        let measurement = measurement([
            [
                attempt(lost: 5, bound: 1, start: 5.5, took: 0.1, 1, .failed), attempt(lost: 5, bound: 2, start: 6, took: 0.5, 2),
                attempt(lost: 9, bound: 1, start: 9.2, took: 0.1),
            ]
        ])
        #expect(try value("reconnect.attempts count == 2", measurement) == 2)
        #expect(try value("reconnect.attempts max == 2", measurement) == 2)
        #expect(try value("reconnect.time max == 1.5s", measurement) == 1.5)
    }

    @Test("who never comes back has no finite time")
    func never() throws {
        let measurement = measurement([[attempt(lost: 5, bound: 1, start: 5.5, took: 0.1, 1, .failed)]])
        #expect(try Assertion(parsing: "reconnect.time max < 1h", events: []).evaluate(measurement).status == .fail)
    }

    @Test("the peak is the rate over the busiest tenth of a second, of all bots together")
    func peak() throws {
        let together = measurement([
            [attempt(lost: 5, bound: 1, start: 5.00, took: 0)], [attempt(lost: 5, bound: 1, start: 5.09, took: 0)],
        ])
        #expect(together.reconnectPeak == 20)
        let apart = measurement([
            [attempt(lost: 5, bound: 1, start: 5.00, took: 0)], [attempt(lost: 5, bound: 1, start: 5.11, took: 0)],
        ])
        #expect(apart.reconnectPeak == 10)
        #expect(apart.reconnectPeakWithoutJitter == 20)
    }

    @Test("without jitter each attempt waits for its whole bound behind the one before")
    func withoutJitter() {
        let measurement = measurement([
            [attempt(lost: 5, bound: 1, start: 5.5, took: 0.25, 1, .failed), attempt(lost: 5, bound: 2, start: 6, took: 0.5, 2)]
        ])
        #expect(measurement.reconnectStartsWithoutJitter.map(\.seconds) == [6, 8.25])
    }
}
