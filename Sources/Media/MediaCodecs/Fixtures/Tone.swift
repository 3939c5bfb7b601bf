internal import RTCCore

/// 1 kHz at −20 dBov: what a level meter and an ear for dropouts are tried with.
struct Tone: Sound {
    let channels = 1
    let seconds: Int
    let seed: UInt64

    func samples() -> [Int16] {
        var oscillator = Oscillator(frequency: 1000)
        let mix = (0..<(seconds * 48_000)).map { _ in 0.1414 * oscillator.next() }
        var random = SplitMix64(seed: SplitMix64.derive(seed, "tone"))
        return Mixdown.finish([mix], using: &random)
    }
}
