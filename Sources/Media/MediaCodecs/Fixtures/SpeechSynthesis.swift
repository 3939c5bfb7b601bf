internal import RTCCore

/// Babble of a made-up voice: phrases of syllables with pauses, from a glottal pulse through formant resonators.
///
/// It sounds like nobody and says nothing; what matters is that a codec and a level meter take it for speech.
struct SpeechSynthesis: Sound {
    static let sampleRate = 48_000

    /// One vowel, perhaps with a consonant before it. Times in seconds.
    struct Syllable: Sendable {
        var start: Double
        var consonant: Double
        var vowel: Double
        /// Hertz at the start and at the end.
        var pitch: (Double, Double)
        /// Hertz of the first three formants at the start and at the end.
        var formants: ([Double], [Double])
        /// Hertz of the noise of the consonant.
        var hiss: Double
        var loudness: Double

        var end: Double { start + consonant + vowel }
    }

    let channels = 1
    /// Seconds.
    let length: Int
    let syllables: [Syllable]
    private let seed: UInt64

    /// - Parameter seconds: The length of the loop; it begins and ends in a pause.
    init(seconds: Int, seed: UInt64) {
        precondition(seconds > 0, "speech takes time")
        length = seconds
        self.seed = seed
        var random = SplitMix64(seed: SplitMix64.derive(seed, "syllables"))
        var syllables: [Syllable] = []
        var time = 0.15
        let end = Double(seconds) - 0.15
        while time < end {
            let count = Int.random(in: 4...9, using: &random)
            let height = Double.random(in: 112...138, using: &random)
            var before = Self.vowels[Int.random(in: 0..<Self.vowels.count, using: &random)]
            for index in 0..<count {
                let vowel = Self.vowels[Int.random(in: 0..<Self.vowels.count, using: &random)]
                // The voice falls towards the end of a phrase.
                let fall = 1 - 0.28 * Double(index) / Double(count)
                let bend = Double.random(in: 0.93...1.08, using: &random)
                let syllable = Syllable(
                    start: time, consonant: Double.random(in: 0.03...0.09, using: &random),
                    vowel: Double.random(in: 0.09...0.2, using: &random), pitch: (height * fall, height * fall * bend),
                    formants: (zip(before, vowel).map { 0.35 * $0 + 0.65 * $1 }, vowel),
                    hiss: Double.random(in: 1800...5500, using: &random), loudness: Double.random(in: 0.6...1, using: &random))
                before = vowel
                guard syllable.end < end else { break }
                syllables.append(syllable)
                time = syllable.end + Double.random(in: 0...0.02, using: &random)
            }
            time += Double.random(in: 0.25...0.6, using: &random)
        }
        self.syllables = syllables
    }

    /// Formants of a male voice, in hertz, rounded from textbook averages.
    private static let vowels: [[Double]] = [
        [730, 1090, 2440], [530, 1840, 2480], [270, 2290, 3010], [570, 840, 2410], [300, 870, 2240], [660, 1720, 2410],
        [490, 1350, 1690], [640, 1190, 2390],
    ]

    /// How far the mouth is open at a time in seconds, 0 to 1.
    func mouthOpening(at time: Double) -> Double {
        guard let syllable = syllables.first(where: { $0.start <= time && time < $0.end }) else { return 0 }
        let place = (time - syllable.start - syllable.consonant) / syllable.vowel
        return place <= 0 ? 0.1 : (0.25 + 0.75 * PortableMath.sin(.pi * place)) * syllable.loudness
    }

    /// The whole loop, mono at 48 kHz, with the chirps of ``FlashAndChirp`` and the noise of a quiet room.
    func samples() -> [Int16] {
        let count = length * Self.sampleRate
        var mix = [Double](repeating: 0, count: count)
        var random = SplitMix64(seed: SplitMix64.derive(seed, "samples"))
        for syllable in syllables { add(syllable, to: &mix, using: &random) }
        return Mixdown.finish([mix], using: &random)
    }

    private func add(_ syllable: Syllable, to mix: inout [Double], using random: inout SplitMix64) {
        let rate = Double(Self.sampleRate)
        let first = Int(syllable.start * rate)
        let consonant = Int(syllable.consonant * rate)
        let vowel = Int(syllable.vowel * rate)
        // The consonant: noise through one wide resonator.
        var hiss = Resonator(frequency: syllable.hiss, bandwidth: 1200)
        for index in 0..<consonant where first + index < mix.count {
            let place = Double(index) / Double(consonant)
            let noise = 2 * random.unitInterval() - 1
            mix[first + index] += 0.1 * syllable.loudness * PortableMath.sin(.pi * place) * hiss.next(noise)
        }
        // The vowel: glottal pulses through three resonators that move from the last vowel to this one.
        var resonators = [Resonator](repeating: Resonator(frequency: 500, bandwidth: 90), count: 3)
        let widths: [Double] = [80, 110, 160]
        var phase = 0.0
        var flow = 0.0
        for index in 0..<vowel where first + consonant + index < mix.count {
            let place = Double(index) / Double(vowel)
            if index.isMultiple(of: 48) {
                for formant in 0..<3 {
                    let from = syllable.formants.0[formant]
                    let to = syllable.formants.1[formant]
                    resonators[formant].tune(frequency: from + (to - from) * min(1, place * 2.5), bandwidth: widths[formant])
                }
            }
            let jitter = 1 + 0.01 * (random.unitInterval() - 0.5)
            phase += (syllable.pitch.0 + (syllable.pitch.1 - syllable.pitch.0) * place) * jitter / rate
            if phase >= 1 { phase -= 1 }
            let next = Self.glottalFlow(phase)
            var value = (next - flow) * 30 + 0.004 * (random.unitInterval() - 0.5)
            flow = next
            for formant in 0..<3 { value = resonators[formant].next(value) }
            let envelope = min(1, place * 8) * min(1, (1 - place) * 5)
            mix[first + consonant + index] += 0.2 * syllable.loudness * envelope * value
        }
    }

    /// The air through the vocal folds over one period: it opens slowly, closes fast, and rests (Rosenberg's pulse).
    private static func glottalFlow(_ phase: Double) -> Double {
        if phase < 0.4 { return 0.5 * (1 - PortableMath.cos(.pi * phase / 0.4)) }
        if phase < 0.56 { return PortableMath.cos(.pi / 2 * (phase - 0.4) / 0.16) }
        return 0
    }

    /// A digital resonator of second order, with a gain of one at 0 Hz.
    private struct Resonator {
        private var gain = 0.0
        private var first = 0.0
        private var second = 0.0
        private var last = 0.0
        private var beforeLast = 0.0

        init(frequency: Double, bandwidth: Double) {
            tune(frequency: frequency, bandwidth: bandwidth)
        }

        mutating func tune(frequency: Double, bandwidth: Double) {
            let radius = PortableMath.exp(-.pi * bandwidth / Double(SpeechSynthesis.sampleRate))
            first = 2 * radius * PortableMath.cos(2 * .pi * frequency / Double(SpeechSynthesis.sampleRate))
            second = -radius * radius
            gain = 1 - first - second
        }

        mutating func next(_ input: Double) -> Double {
            let output = gain * input + first * last + second * beforeLast
            beforeLast = last
            last = output
            return output
        }
    }
}
