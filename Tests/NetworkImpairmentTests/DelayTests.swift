import NetworkImpairment
import RTCCore
import Testing

@Suite("Delay and jitter")
struct DelayTests {
    private func run(_ impairment: Impairment, spacing: Duration, count: Int = 100_000) -> (Traffic, PipeCounters) {
        var pipe = pipe(impairment)
        var traffic = Traffic(spacing: spacing)
        traffic.send(count, through: &pipe)
        traffic.finish(&pipe)
        return (traffic, pipe.counters)
    }

    @Test("a fixed delay is exact")
    func fixed() {
        let (traffic, counters) = run(Impairment(delay: .milliseconds(30)), spacing: .milliseconds(1), count: 1000)
        #expect(traffic.delays.allSatisfy { $0 == 30e6 })
        #expect(traffic.arrivals.map(\.number) == Array(0..<1000))
        #expect(counters.passed == 1000)
    }

    @Test("uniform jitter keeps to its bounds, mean and deviation")
    func uniform() {
        let jitter = Jitter(.uniform, amount: .milliseconds(5))
        let (traffic, _) = run(Impairment(delay: .milliseconds(20), jitter: jitter), spacing: .milliseconds(11))
        let delays = traffic.delays
        let sigma = 5e6 / 3.0.squareRoot()
        #expect(delays.allSatisfy { (15e6...25e6).contains($0) })
        #expect(abs(mean(delays) - 20e6) < 4 * sigma / 1e5.squareRoot())
        #expect(abs(deviation(delays) / sigma - 1) < 0.01)
    }

    @Test("normal jitter is cut off at three deviations")
    func normal() {
        let jitter = Jitter(.normal, amount: .milliseconds(5))
        let (traffic, _) = run(Impairment(delay: .milliseconds(20), jitter: jitter), spacing: .milliseconds(31))
        let delays = traffic.delays
        let sigma = 5e6 * 0.97334.squareRoot()
        let within = Double(delays.filter { abs($0 - 20e6) <= 5e6 }.count) / Double(delays.count)
        #expect(delays.allSatisfy { (5e6...35e6).contains($0) })
        #expect(abs(mean(delays) - 20e6) < 4 * sigma / 1e5.squareRoot())
        #expect(abs(deviation(delays) / sigma - 1) < 0.01)
        #expect(abs(within - 0.68454) < fourDeviations(0.68454, trials: 1e5))
    }

    @Test("the order holds although the jitter exceeds the spacing")
    func fifo() {
        let jitter = Jitter(.uniform, amount: .milliseconds(10))
        let (traffic, counters) = run(
            Impairment(delay: .milliseconds(20), jitter: jitter), spacing: .milliseconds(1), count: 10_000)
        #expect(traffic.arrivals.map(\.number) == Array(0..<10_000))
        #expect(counters.reordered == 0)
    }

    @Test("where overtaking is allowed it happens, and is counted")
    func reorders() {
        let jitter = Jitter(.uniform, amount: .milliseconds(10), reorders: true)
        let (traffic, counters) = run(
            Impairment(delay: .milliseconds(20), jitter: jitter), spacing: .milliseconds(1), count: 10_000)
        var newest = -1
        var late: UInt64 = 0
        for arrival in traffic.arrivals {
            if arrival.number < newest { late += 1 }
            newest = max(newest, arrival.number)
        }
        #expect(late > 1000)
        #expect(counters.reordered == late)
        #expect(traffic.delays.allSatisfy { (10e6...30e6).contains($0) })
        #expect(zip(traffic.arrivals, traffic.arrivals.dropFirst()).allSatisfy { $0.at <= $1.at })
    }

    @Test("jitter larger than the delay never makes a datagram early")
    func neverEarly() {
        let jitter = Jitter(.uniform, amount: .milliseconds(10), reorders: true)
        let (traffic, _) = run(Impairment(delay: .milliseconds(1), jitter: jitter), spacing: .milliseconds(1), count: 5000)
        #expect(traffic.arrivals.count == 5000)
        #expect(traffic.delays.allSatisfy { $0 >= 0 })
    }

    @Test("a shorter delay does not let later datagrams overtake")
    func shorterDelay() {
        var pipe = pipe(Impairment(delay: .milliseconds(100)))
        var traffic = Traffic(spacing: .milliseconds(10))
        traffic.send(3, through: &pipe)
        pipe.set(.none, at: traffic.now)
        #expect(pipe.isTransparent == false)
        traffic.send(3, through: &pipe)
        traffic.finish(&pipe)
        #expect(traffic.arrivals.map(\.number) == Array(0..<6))
        #expect(traffic.arrivals.map(\.at.nanoseconds).max() == 120_000_000)
        #expect(pipe.isTransparent == true)
    }
}
