internal import RTCCore

/// Distributions by comparisons and basic arithmetic alone, so that every machine and every C library draws the same numbers.
extension SplitMix64 {
    /// A number from the normal distribution with mean 0 and deviation 1, cut off at three deviations: rejection from a uniform
    /// proposal (von Neumann, 1951).
    mutating func truncatedNormal() -> Double {
        while true {
            let candidate = (unitInterval() * 2 - 1) * 3
            let exponent = candidate * candidate / 2
            let trials = 5
            if (0..<trials).allSatisfy({ _ in happens(withExponent: exponent / Double(trials)) }) { return candidate }
        }
    }

    /// A number from the exponential distribution with mean 1 (von Neumann, 1951): each refused fraction adds one.
    mutating func exponential() -> Double {
        var whole = 0.0
        while true {
            let fraction = unitInterval()
            if happens(withExponent: fraction) { return whole + fraction }
            whole += 1
        }
    }

    /// A number from the Pareto distribution with shape 3, moved and scaled to mean 0 and deviation 1; what lies above four deviations
    /// is drawn again.
    ///
    /// The largest of three uniform numbers is distributed like a cube root.
    mutating func truncatedPareto() -> Double {
        let mean = 1.5
        let deviation = 0.75.squareRoot()
        while true {
            let root = max(unitInterval(), unitInterval(), unitInterval())
            guard root > 0 else { continue }
            let value = (1 / root - mean) / deviation
            if value <= 4 { return value }
        }
    }

    /// True with probability exp(-`exponent`), for an exponent in 0...1.
    private mutating func happens(withExponent exponent: Double) -> Bool {
        var last = exponent
        var verdict = true
        while true {
            let next = unitInterval()
            guard next < last else { return verdict }
            last = next
            verdict.toggle()
        }
    }
}
