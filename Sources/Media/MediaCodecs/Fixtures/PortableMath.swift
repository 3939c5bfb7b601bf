/// Sine, cosine and exponential from sums and products alone.
///
/// The C library computes them differently on different processors, and a last bit that differs changes a fixture's bytes. IEEE 754
/// leaves no choice about sums and products.
enum PortableMath {
    /// π/2 in two parts, the first with zeros at its end, so that a multiple of it can be taken off without error.
    private static let quarterTurn = (1.570796251296997, 7.549789948768648e-8)

    static func sin(_ angle: Double) -> Double {
        let (quarter, rest) = reduce(angle)
        return circle(quarter, rest)
    }

    static func cos(_ angle: Double) -> Double {
        let (quarter, rest) = reduce(angle)
        return circle(quarter + 1, rest)
    }

    static func exp(_ power: Double) -> Double {
        let logarithm = 0.6931471805599453
        let doublings = (power / logarithm).rounded()
        let rest = power - doublings * logarithm
        var sum = 1.0
        for index in stride(from: 18.0, through: 1, by: -1) { sum = 1 + rest / index * sum }
        return sum * Double(sign: .plus, exponent: Int(doublings), significand: 1)
    }

    /// Whole quarter turns, and what is left of the angle: an eighth of a turn at most, to either side.
    private static func reduce(_ angle: Double) -> (quarter: Int, rest: Double) {
        let quarters = (angle * 0.6366197723675814).rounded()
        return (Int(quarters) & 3, (angle - quarters * quarterTurn.0) - quarters * quarterTurn.1)
    }

    private static func circle(_ quarter: Int, _ rest: Double) -> Double {
        let square = rest * rest
        let value = quarter & 1 == 0 ? rest * series(square, from: 17) : series(square, from: 18)
        return quarter & 2 == 0 ? value : -value
    }

    /// The alternating series of sine over its angle (from an odd power) or of cosine (from an even one).
    private static func series(_ square: Double, from highest: Int) -> Double {
        var sum = 1.0
        var power = highest
        while power >= 2 {
            sum = 1 - square / Double(power * (power - 1)) * sum
            power -= 2
        }
        return sum
    }
}
