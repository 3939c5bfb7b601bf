/// The made-up voice, silent while the other side would talk: twice in each loop, for a third of it.
struct TalkByTurns: Sound {
    let speech: SpeechSynthesis

    var channels: Int { speech.channels }

    /// Shares of the loop.
    private static let pauses = [0.2..<0.35, 0.6..<0.8]

    /// Pauses are those of a microphone that is switched off: what looks for a voice would take a faint noise for one at first.
    func samples() -> [Int16] {
        var samples = speech.samples()
        for pause in Self.pauses {
            let range = Int(pause.lowerBound * Double(samples.count))..<Int(pause.upperBound * Double(samples.count))
            for index in range { samples[index] = 0 }
        }
        return samples
    }
}
