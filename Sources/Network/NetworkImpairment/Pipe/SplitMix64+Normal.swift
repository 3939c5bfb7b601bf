internal import RTCCore

extension SplitMix64 {
    /// A number from the normal distribution with mean 0 and deviation 1, cut off at three deviations.
    ///
    /// Rejection from a uniform proposal, by comparisons alone (von Neumann, 1951), so that every machine and every C library draws
    /// the same numbers.
    mutating func truncatedNormal() -> Double {
        while true {
            let candidate = (unitInterval() * 2 - 1) * 3
            let exponent = candidate * candidate / 2
            let trials = 5
            if (0..<trials).allSatisfy({ _ in happens(withExponent: exponent / Double(trials)) }) { return candidate }
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
