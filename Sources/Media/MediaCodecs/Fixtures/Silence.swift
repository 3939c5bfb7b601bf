internal import RTCCore

/// A quiet room: nothing but its noise and the chirps. True silence would give packets that no receiver can tell apart.
struct Silence: Sound {
    let channels = 1
    let seconds: Int
    let seed: UInt64

    func samples() -> [Int16] {
        var random = SplitMix64(seed: SplitMix64.derive(seed, "silence"))
        return Mixdown.finish([[Double](repeating: 0, count: seconds * 48_000)], using: &random)
    }
}
