import Bots
import Measurement
import RTCCore
import Scenario
import Testing

@Suite("Attempts to come back")
struct ReconnectSeriesTests {
    private static let policy = ReconnectPolicy(
        initial: .milliseconds(100), factor: 2, max: .seconds(1), jitter: .full, attempts: 5)

    private func series(jitter: ReconnectPolicy.Jitter = .full, seed: UInt64 = 1) -> ReconnectSeries {
        var policy = Self.policy
        policy.jitter = jitter
        return ReconnectSeries(policy: policy, peer: "b", seed: seed)
    }

    private func fail(_ series: inout ReconnectSeries) throws {
        let due = try #require(series.deadline)
        #expect(series.isDue(at: due))
        series.begin(.iceRestart, limit: .seconds(2), at: due)
        let overdue = try #require(series.deadline)
        #expect(overdue == due + .seconds(2))
        #expect(series.isOverdue(at: overdue))
        series.failed("no path", at: overdue)
    }

    @Test("each wait lies below its bound, and bounds double up to the longest")
    func bounds() throws {
        var series = series()
        series.lost(at: .origin)
        for _ in 0..<5 { try fail(&series) }
        #expect(
            series.attempts.map(\.bound) == [
                .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800), .seconds(1),
            ])
        #expect(series.attempts.allSatisfy { $0.plannedWait < $0.bound && $0.actualWait == $0.plannedWait })
        #expect(Set(series.attempts.map(\.plannedWait)).count == 5)
    }

    @Test("without jitter each wait is its bound")
    func withoutJitter() throws {
        var series = series(jitter: .none)
        series.lost(at: .origin)
        for _ in 0..<3 { try fail(&series) }
        #expect(series.attempts.allSatisfy { $0.plannedWait == $0.bound })
    }

    @Test("after the last attempt nothing is waited for any more")
    func exhaustion() throws {
        var series = series()
        series.lost(at: .origin)
        for _ in 0..<5 { try fail(&series) }
        #expect(series.isExhausted)
        #expect(series.deadline == nil)
        series.lost(at: .origin + .seconds(60))
        #expect(series.deadline == nil)
    }

    @Test("a success ends the series, and the next one begins with a short wait and the number one")
    func success() throws {
        var series = series(jitter: .none)
        series.lost(at: .origin)
        try fail(&series)
        try fail(&series)
        let due = try #require(series.deadline)
        series.begin(.iceRestart, limit: .seconds(2), at: due)
        series.succeeded(at: due + .milliseconds(30))
        #expect(series.isIdle)
        #expect(series.attempts.map(\.outcome) == [.failed, .failed, .succeeded])
        series.lost(at: due + .seconds(9))
        #expect(series.deadline == due + .seconds(9) + .milliseconds(100))
        series.begin(.iceRestart, limit: .seconds(2), at: due + .seconds(10))
        #expect(series.attempts.last?.number == 1)
        #expect(series.attempts.last?.lostAt == due + .seconds(9))
    }

    @Test("an attempt that had to wait for something else says how long it did")
    func actualWait() throws {
        var series = series(jitter: .none)
        series.lost(at: .origin)
        series.begin(.iceRestart, limit: .seconds(2), at: .origin + .seconds(3))
        #expect(series.attempts[0].plannedWait == .milliseconds(100))
        #expect(series.attempts[0].actualWait == .seconds(3))
    }

    @Test("the local network's return makes the next wait a first one")
    func networkReturned() throws {
        var series = series(jitter: .none)
        series.lost(at: .origin)
        for _ in 0..<4 { try fail(&series) }
        let now = Instant.origin + .seconds(20)
        series.networkReturned(at: now)
        #expect(series.deadline == now + .milliseconds(100))
    }

    @Test("the network's return revives a series that had given up")
    func revival() throws {
        var series = series(jitter: .none)
        series.lost(at: .origin)
        for _ in 0..<5 { try fail(&series) }
        series.networkReturned(at: .origin + .seconds(30))
        #expect(series.deadline == .origin + .seconds(30) + .milliseconds(100))
    }

    @Test("a server that asks to be left alone is waited for")
    func minimum() {
        var series = series(jitter: .none)
        series.lost(at: .origin, atLeast: .seconds(3))
        #expect(series.deadline == .seconds(3))
        series.begin(.signaling, limit: .seconds(5), at: .seconds(3))
        #expect(series.attempts[0].bound == .seconds(3))
        series.failed("full", at: .seconds(4), atLeast: .milliseconds(1))
        #expect(series.deadline == .seconds(4) + .milliseconds(200))
    }

    @Test("what came back by itself ends the series without an attempt")
    func superseded() {
        var series = series()
        series.lost(at: .origin)
        series.superseded(at: .origin + .milliseconds(20))
        #expect(series.isIdle)
        #expect(series.attempts.isEmpty)
    }

    @Test("two bots with seeds of their own do not wait alike")
    func seeds() {
        var first = series(seed: 1)
        var second = series(seed: 2)
        first.lost(at: .origin)
        second.lost(at: .origin)
        #expect(first.deadline != second.deadline)
    }
}
