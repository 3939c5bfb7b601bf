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
        var lengths: [Int] = []
        var run = 0
        for isLost in losses(.bursts(loss: loss, burst: burst)) {
            if isLost {
                run += 1
            } else if run > 0 {
                lengths.append(run)
                run = 0
            }
        }
        let end = 1 / burst
        var statistic = 0.0
        var classes = 0
        var tail = 1.0
        var length = 1
        while Double(lengths.count) * tail * (1 - end) >= 5 {
            let expected = Double(lengths.count) * tail * end
            let seen = Double(lengths.filter { $0 == length }.count)
            statistic += (seen - expected) * (seen - expected) / expected
            classes += 1
            tail *= 1 - end
            length += 1
        }
        let expected = Double(lengths.count) * tail
        let seen = Double(lengths.filter { $0 >= length }.count)
        statistic += (seen - expected) * (seen - expected) / expected
        // Wilson and Hilferty's cube root approximation of the quantile.
        let freedom = Double(classes)
        let root = 1 - 2 / (9 * freedom) + 4 * (2 / (9 * freedom)).squareRoot()
        #expect(classes >= 3)
        #expect(statistic < freedom * root * root * root)
    }

    @Test("both states may lose, each at its own rate")
    func elliott() {
        let model = LossModel.gilbertElliott(toBad: 0.1, toGood: 0.3, lossInGood: 0.02, lossInBad: 0.6)
        let loss = 0.25 * 0.6 + 0.75 * 0.02
        #expect(abs(model.stationaryLoss - loss) < 1e-12)
        let lost = Double(losses(model).filter { $0 }.count) / Double(Self.count)
        let correlation = 0.6
        let inflation = ((1 + correlation) / (1 - correlation)).squareRoot()
        #expect(abs(lost - loss) < fourDeviations(loss, trials: 1e5) * inflation)
    }

    @Test("the state changes first, then decides: with certain transitions the first datagram is lost and the second is not")
    func order() {
        let found = losses(.gilbertElliott(toBad: 1, toGood: 1, lossInGood: 0, lossInBad: 1))
        #expect(found[0..<4] == [true, false, true, false])
    }
}
