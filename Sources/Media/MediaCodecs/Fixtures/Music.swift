internal import RTCCore

/// Four chords in stereo: held notes to the left and right, a plucked figure that wanders between them, a bass and a beat.
struct Music: Sound {
    let channels = 2
    let seconds: Int
    let seed: UInt64

    /// MIDI notes, the bass first.
    private static let chords = [[36, 60, 64, 67], [43, 59, 62, 67], [45, 57, 60, 64], [41, 57, 60, 65]]
    private static let sampleRate = 48_000
    /// Plucked notes of a chord.
    private static let plucks = 8

    func samples() -> [Int16] {
        var mix = [[Double]](repeating: [Double](repeating: 0, count: seconds * Self.sampleRate), count: 2)
        var random = SplitMix64(seed: SplitMix64.derive(seed, "music"))
        let length = seconds * Self.sampleRate / Self.chords.count
        for (number, chord) in Self.chords.enumerated() {
            let start = number * length
            for (voice, note) in chord.enumerated() {
                let strength = voice == 0 ? 0.07 : 0.03
                held(note, from: start, for: length, strength: strength, pan: Self.pan(voice, of: chord.count), into: &mix)
            }
            for pluck in 0..<Self.plucks {
                let begin = start + pluck * length / Self.plucks
                let note = chord[1 + [0, 1, 2, 1, 0, 2, 1, 2][pluck]] + 12
                plucked(note, from: begin, pan: Double(pluck) / Double(Self.plucks - 1), into: &mix)
                if pluck.isMultiple(of: 2) { beat(from: begin, into: &mix, using: &random) }
            }
        }
        return Mixdown.finish(mix, using: &random)
    }

    /// The bass in the middle, the others spread out; 0 is left, 1 is right.
    private static func pan(_ voice: Int, of count: Int) -> Double {
        voice == 0 ? 0.5 : 0.15 + 0.7 * Double(voice - 1) / Double(max(1, count - 2))
    }

    /// In hertz; note 69 has 440.
    private static func frequency(_ note: Int) -> Double {
        440 * PortableMath.exp(Double(note - 69) / 12 * 0.6931471805599453)
    }

    /// A note that swells and fades, with its overtones; what sounds on beyond the end goes on at the beginning.
    private func held(_ note: Int, from start: Int, for length: Int, strength: Double, pan: Double, into mix: inout [[Double]]) {
        let fade = Double(length) / 10
        for overtone in 1...5 {
            var oscillator = Oscillator(frequency: Self.frequency(note) * Double(overtone))
            let part = strength / Double(overtone * overtone)
            for index in 0..<length {
                let envelope = min(1, Double(index) / fade) * min(1, Double(length - index) / fade)
                add(part * envelope * oscillator.next(), at: start + index, pan: pan, to: &mix)
            }
        }
    }

    private func plucked(_ note: Int, from start: Int, pan: Double, into mix: inout [[Double]]) {
        for overtone in 1...6 {
            var oscillator = Oscillator(frequency: Self.frequency(note) * Double(overtone))
            var strength = 0.09 / Double(overtone)
            let decay = PortableMath.exp(-3.5 * Double(overtone) / Double(Self.sampleRate))
            for index in 0..<(Self.sampleRate / 2) {
                let attack = min(1, Double(index) / 96)
                add(attack * strength * oscillator.next(), at: start + index, pan: pan, to: &mix)
                strength *= decay
            }
        }
    }

    private func beat(from start: Int, into mix: inout [[Double]], using random: inout SplitMix64) {
        var strength = 0.05
        var last = 0.0
        for index in 0..<2400 {
            let noise = 2 * random.unitInterval() - 1
            // The difference of neighbours leaves the high tones.
            add(strength * (noise - last), at: start + index, pan: 0.5, to: &mix)
            last = noise
            strength *= 0.998
        }
    }

    private func add(_ value: Double, at place: Int, pan: Double, to mix: inout [[Double]]) {
        let place = place % mix[0].count
        mix[0][place] += value * (1 - pan)
        mix[1][place] += value * pan
    }
}
