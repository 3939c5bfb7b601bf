import NetworkImpairment
import RTCCore
import Testing

@Suite("Explicit reordering")
struct ReorderingTests {
    private func run(
        _ reordering: Reordering, jitter: Jitter = .none, count: Int = 10_000, seed: UInt64 = 7
    ) -> (Traffic, PipeCounters) {
        var pipe = pipe(Impairment(delay: .milliseconds(20), jitter: jitter, reordering: reordering), seed: seed)
        var traffic = Traffic()
        traffic.send(count, through: &pipe)
        traffic.finish(&pipe)
        return (traffic, pipe.counters)
    }

    @Test("every fifth datagram is early, the others keep their delay and their order")
    func everyFifth() {
        let (traffic, counters) = run(.everyNth(5))
        for arrival in traffic.arrivals {
            let isEarly = arrival.number % 5 == 4
            #expect(arrival.at == traffic.sentAt(arrival.number) + .milliseconds(isEarly ? 0 : 20))
        }
        let others = traffic.arrivals.map(\.number).filter { $0 % 5 != 4 }
        #expect(others == others.sorted())
        // All that are still under way when an early one comes are overtaken, but early ones by nobody.
        #expect(counters.reordered == 10_000 - 2000 - 0)
        #expect(counters.passed == 10_000)
    }

    @Test("a share of the datagrams is late and holds nobody up", arguments: [UInt64(1), 2, 3])
    func late(seed: UInt64) {
        let (traffic, counters) = run(.late(probability: 0.1, by: .milliseconds(5)), seed: seed)
        let late = traffic.delays.filter { $0 == 25e6 }.count
        #expect(traffic.delays.allSatisfy { $0 == 20e6 || $0 == 25e6 })
        #expect(abs(Double(late) / 10_000 - 0.1) < fourDeviations(0.1, trials: 10_000))
        // A late one comes after a later one, unless all of the next four are late too; the last of the stream have none behind them.
        #expect(abs(Double(counters.reordered) - Double(late)) <= 10)
    }

    @Test("it happens behind the bottleneck too")
    func behindTheBottleneck() {
        var pipe = pipe(
            Impairment(delay: .milliseconds(50), reordering: .everyNth(4), rate: RateLimit(bitsPerSecond: 1e6)))
        var traffic = Traffic(spacing: .milliseconds(10), size: 1222)
        traffic.send(100, through: &pipe)
        traffic.finish(&pipe)
        #expect(traffic.delays.filter { $0 == 10e6 }.count == 25)
        #expect(traffic.delays.filter { $0 == 60e6 }.count == 75)
        #expect(pipe.counters.reordered > 50)
    }

    @Test("without any delay nobody is overtaken")
    func withoutDelay() {
        var pipe = pipe(Impairment(reordering: .everyNth(2)))
        var traffic = Traffic()
        traffic.send(100, through: &pipe)
        #expect(traffic.arrivals.map(\.number) == Array(0..<100))
        #expect(pipe.counters.reordered == 0)
    }
}
