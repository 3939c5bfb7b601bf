import NetworkImpairment
import RTCCore
import Testing

@Suite("Loss against its closed form")
struct LossTests {
    static let count = 100_000

    private func losses(_ model: LossModel, seed: UInt64 = 7) -> [Bool] {
        var pipe = pipe(Impairment(loss: model), seed: seed)
        var traffic = Traffic()
        traffic.send(Self.count, through: &pipe)
        return traffic.losses
    }

    @Test("independent loss comes out within four deviations", arguments: [0.001, 0.01, 0.05, 0.2, 0.5])
    func bernoulli(probability: Double) {
        let lost = Double(losses(.bernoulli(probability)).filter { $0 }.count) / Double(Self.count)
        #expect(abs(lost - probability) < fourDeviations(probability, trials: 1e5))
    }

    @Test("nothing and everything are exact")
    func extremes() {
        #expect(!losses(.bernoulli(0)).contains(true))
        #expect(!losses(.bernoulli(1)).contains(false))
    }

    @Test(
        "bursty loss comes out within four deviations, inflated by the correlation",
        arguments: [(0.01, 2.0), (0.02, 3), (0.05, 2), (0.05, 10), (0.1, 2), (0.03, 25)])
    func gilbert(loss: Double, burst: Double) {
        let model = LossModel.bursts(loss: loss, burst: burst)
        let correlation = 1 - loss / (1 - loss) / burst - 1 / burst
        let inflation = ((1 + correlation) / (1 - correlation)).squareRoot()
        let lost = Double(losses(model).filter { $0 }.count) / Double(Self.count)
        #expect(abs(model.stationaryLoss - loss) < 1e-12)
        #expect(abs(lost - loss) < fourDeviations(loss, trials: 1e5) * inflation)
    }

    @Test(
        "the lengths of bursts are geometric: chi-squared below its four-deviation bound",
        arguments: [(0.05, 2.0), (0.05, 10), (0.1, 2), (0.02, 3)])
    func burstLengths(loss: Double, burst: Double) {
        let lengths = runs(losses(.bursts(loss: loss, burst: burst)))
        let fit = GeometricFit(lengths, end: 1 / burst)
        #expect(fit.classes >= 3)
        #expect(fit.statistic < fit.bound)
    }

    @Test(
        "both states may lose, each at its own rate: within four deviations of the chain's closed form",
        arguments: [(0.1, 0.3, 0.02, 0.6), (0.01, 0.05, 0, 0.8), (0.005, 0.2, 0.01, 1), (0.5, 0.5, 0.1, 0.3)], [UInt64(1), 2, 3])
    func elliott(chain: (toBad: Double, toGood: Double, inGood: Double, inBad: Double), seed: UInt64) throws {
        let model = LossModel.gilbertElliott(
            toBad: chain.toBad, toGood: chain.toGood, lossInGood: chain.inGood, lossInBad: chain.inBad)
        let bad = chain.toBad / (chain.toBad + chain.toGood)
        let loss = bad * chain.inBad + (1 - bad) * chain.inGood
        #expect(abs(model.stationaryLoss - loss) < 1e-12)
        let found = losses(model, seed: seed)
        let lost = Double(found.filter { $0 }.count) / Double(Self.count)
        let expected = chainDeviation(
            bad: bad, inGood: chain.inGood, inBad: chain.inBad, correlation: 1 - chain.toBad - chain.toGood, trials: 1e5)
        #expect(abs(lost - loss) < 4 * expected)
        let lengths = runs(found).map(Double.init)
        let burst = try #require(model.meanBurst)
        let tolerance = 4 * deviation(lengths) / Double(lengths.count).squareRoot()
        #expect(abs(mean(lengths) - burst) < tolerance)
    }

    @Test(
        "a model in time keeps its shares and its stays, however fast datagrams come",
        arguments: [1, 5, 20], [UInt64(4), 5, 6])
    func timed(milliseconds: Int, seed: UInt64) {
        let model = LossModel.timedGilbertElliott(
            good: .milliseconds(400), bad: .milliseconds(100), lossInGood: 0, lossInBad: 1)
        var pipe = pipe(Impairment(loss: model), seed: seed)
        var traffic = Traffic(spacing: .milliseconds(milliseconds))
        traffic.send(Self.count, through: &pipe)
        let lost = Double(traffic.losses.filter { $0 }.count) / Double(Self.count)
        // Sampled at this spacing, the process is a chain whose correlation decays by the sum of both rates.
        let correlation = Self.exponential(-Double(milliseconds) * (1.0 / 400 + 1.0 / 100))
        #expect(model.stationaryLoss == 0.2)
        #expect(abs(lost - 0.2) < 4 * chainDeviation(bad: 0.2, inGood: 0, inBad: 1, correlation: correlation, trials: 1e5))
        let fit = GeometricFit(runs(traffic.losses), end: 0.8 * (1 - correlation))
        #expect(fit.classes >= 3)
        #expect(fit.statistic < fit.bound)
    }

    /// exp by its series: good to the last digits for what is asked of it here.
    private static func exponential(_ x: Double) -> Double {
        var sum = 1.0
        var term = 1.0
        for index in 1..<60 {
            term *= x / Double(index)
            sum += term
        }
        return sum
    }

    @Test("behind the queue, losses take their share of the link: the queue drops as if there were none")
    func behindTheQueue() {
        let rate = RateLimit(bitsPerSecond: 1e6, queue: .packets(20))
        let counters = { (place: Impairment.LossPlace) in
            var pipe = pipe(Impairment(loss: .bernoulli(0.5), lossPlace: place, rate: rate))
            var traffic = Traffic(spacing: .milliseconds(5), size: 1222)
            traffic.send(20_000, through: &pipe)
            traffic.finish(&pipe)
            return pipe.counters
        }
        let before = counters(.beforeQueue)
        let after = counters(.afterQueue)
        // Twice the load: without loss half of it passes the link.
        #expect(abs(Double(after.dropped(.queue)) - 10_000) < 50)
        #expect(abs(Double(after.passed) / 10_000 - 0.5) < fourDeviations(0.5, trials: 10_000))
        #expect(before.dropped(.queue) < 1500)
        #expect(abs(Double(before.dropped(.loss)) / 20_000 - 0.5) < fourDeviations(0.5, trials: 20_000))
    }

    @Test("bursts behind the queue keep their loss and their lengths")
    func burstsBehindTheQueue() {
        let rate = RateLimit(bitsPerSecond: 1e6)
        var pipe = pipe(Impairment(loss: .bursts(loss: 0.05, burst: 4), lossPlace: .afterQueue, rate: rate))
        var traffic = Traffic(spacing: .milliseconds(11), size: 1222)
        traffic.send(Self.count, through: &pipe)
        traffic.finish(&pipe)
        var arrived = [Bool](repeating: false, count: Self.count)
        for arrival in traffic.arrivals { arrived[arrival.number] = true }
        let lost = Double(Self.count - traffic.arrivals.count) / Double(Self.count)
        let correlation = 1 - 0.05 / 0.95 / 4 - 0.25
        #expect(abs(lost - 0.05) < 4 * chainDeviation(bad: 0.05, inGood: 0, inBad: 1, correlation: correlation, trials: 1e5))
        let fit = GeometricFit(runs(arrived.map { !$0 }), end: 0.25)
        #expect(fit.statistic < fit.bound)
        #expect(pipe.counters.dropped(.queue) == 0)
    }

    @Test("the state changes first, then decides: with certain transitions the first datagram is lost and the second is not")
    func order() {
        let found = losses(.gilbertElliott(toBad: 1, toGood: 1, lossInGood: 0, lossInBad: 1))
        #expect(found[0..<4] == [true, false, true, false])
    }
}
