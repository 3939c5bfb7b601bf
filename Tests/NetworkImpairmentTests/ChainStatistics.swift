/// The lengths of the runs of `true`, but of one that the end cuts off.
func runs(_ values: [Bool]) -> [Int] {
    var lengths: [Int] = []
    var run = 0
    for value in values {
        if value {
            run += 1
        } else if run > 0 {
            lengths.append(run)
            run = 0
        }
    }
    return lengths
}

/// The standard deviation of the share of losses of a two-state chain over so many datagrams: what independent ones have, and twice the
/// covariances, which decay with the chain's correlation.
func chainDeviation(bad: Double, inGood: Double, inBad: Double, correlation: Double, trials: Double) -> Double {
    let loss = bad * inBad + (1 - bad) * inGood
    let spread = (inBad - inGood) * (inBad - inGood) * bad * (1 - bad)
    let variance = loss * (1 - loss) + 2 * spread * correlation / (1 - correlation)
    return (variance / trials).squareRoot()
}

/// How well lengths fit the geometric distribution whose runs end with a probability at each step: Pearson's chi-squared.
struct GeometricFit {
    private(set) var statistic = 0.0
    /// Classes that were compared, the tail included, less one.
    private(set) var classes = 0

    init(_ lengths: [Int], end: Double) {
        var tail = 1.0
        var length = 1
        while Double(lengths.count) * tail * (1 - end) >= 5 {
            add(seen: lengths.filter { $0 == length }.count, expected: Double(lengths.count) * tail * end)
            classes += 1
            tail *= 1 - end
            length += 1
        }
        add(seen: lengths.filter { $0 >= length }.count, expected: Double(lengths.count) * tail)
    }

    /// What a right model exceeds about three times in a hundred thousand: the cube root approximation of Wilson and Hilferty.
    var bound: Double {
        let freedom = Double(classes)
        let root = 1 - 2 / (9 * freedom) + 4 * (2 / (9 * freedom)).squareRoot()
        return freedom * root * root * root
    }

    private mutating func add(seen: Int, expected: Double) {
        statistic += (Double(seen) - expected) * (Double(seen) - expected) / expected
    }
}
