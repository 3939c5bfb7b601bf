import NetworkImpairment
import RTCCore
import Testing

@Suite("The shapes of jitter")
struct JitterShapeTests {
    static let count = 100_000

    /// Delays in units of the jitter's amount, in the order of sending.
    private func values(_ jitter: Jitter, seed: UInt64) -> [Double] {
        var pipe = pipe(Impairment(delay: .milliseconds(100), jitter: jitter), seed: seed)
        var traffic = Traffic(spacing: .milliseconds(100))
        traffic.send(Self.count, through: &pipe)
        traffic.finish(&pipe)
        return traffic.delays.map { ($0 - 100e6) / Double(jitter.amount.inNanoseconds) }
    }

    /// The largest distance between what was seen and a distribution (Kolmogorov and Smirnov), in units of 1/√n.
    private func distance(_ values: [Double], _ distribution: (Double) -> Double) -> Double {
        let sorted = values.sorted()
        let count = Double(sorted.count)
        let largest = sorted.enumerated().reduce(0.0) { most, item in
            let expected = distribution(item.element)
            return max(most, abs(Double(item.offset) / count - expected), abs(Double(item.offset + 1) / count - expected))
        }
        return largest * count.squareRoot()
    }

    @Test("Pareto of shape 3 less its mean, cut off at four deviations", arguments: [UInt64(1), 2, 3])
    func pareto(seed: UInt64) {
        let values = values(Jitter(.pareto, amount: .milliseconds(10)), seed: seed)
        let scale = 0.75.squareRoot()
        let cut = 1.5 + 4 * scale
        let all = 1 - 1 / (cut * cut * cut)
        let distance = distance(values) { value in
            let x = 1.5 + value * scale
            return x < 1 ? 0 : min(1, (1 - 1 / (x * x * x)) / all)
        }
        // Exceeded once in a hundred thousand right samples.
        #expect(distance < 2.47)
        #expect(values.allSatisfy { $0 >= -0.5774 && $0 <= 4.0001 })
    }

    @Test("a mixture of a quarter normal and three quarters Pareto has their deviation", arguments: [UInt64(1), 2, 3])
    func paretonormal(seed: UInt64) {
        let values = values(Jitter(.paretonormal, amount: .milliseconds(10)), seed: seed)
        let scale = 0.75.squareRoot()
        let cut = 1.5 + 4 * scale
        let all = 1 - 1 / (cut * cut * cut)
        let middle = 1.5 * (1 - 1 / (cut * cut)) / all
        let square = 3 * (1 - 1 / cut) / all
        let pareto = (square - middle * middle) / 0.75
        let variance = 0.0625 * 0.97334 + 0.5625 * pareto
        let expected = 0.75 * (middle - 1.5) / scale
        #expect(abs(mean(values) - expected) < 4 * variance.squareRoot() / Double(Self.count).squareRoot())
        #expect(abs(deviation(values) / variance.squareRoot() - 1) < 0.015)
    }

    @Test("a correlation comes out at each lag, and leaves mean and deviation alone", arguments: [0.3, 0.9], [UInt64(1), 2, 3])
    func correlation(kept: Double, seed: UInt64) {
        let values = values(Jitter(.normal, amount: .milliseconds(5), correlation: kept), seed: seed)
        let sigma = 0.97334.squareRoot()
        // The mean's deviation grows as that of any autoregressive process.
        let inflation = ((1 + kept) / (1 - kept)).squareRoot()
        #expect(abs(mean(values)) < 4 * sigma * inflation / Double(Self.count).squareRoot())
        #expect(abs(deviation(values) / sigma - 1) < 0.015 * inflation)
        let middle = mean(values)
        let variance = deviation(values) * deviation(values)
        for lag in 1...3 {
            let pairs = zip(values, values.dropFirst(lag))
            let product = pairs.reduce(0) { $0 + ($1.0 - middle) * ($1.1 - middle) } / Double(values.count - lag)
            let expected = (0..<lag).reduce(1.0) { product, _ in product * kept }
            #expect(abs(product / variance - expected) < 4 * inflation / Double(Self.count).squareRoot())
        }
    }
}
