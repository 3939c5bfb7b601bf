import RTCCore
import SignalingProtocol
import Testing

@Suite("Active speaker and connection quality")
struct ActiveSpeakerTests {
    /// Levels of two people each tenth of a second; who speaks after each.
    private func run(_ levels: [(Double, Double)]) -> [String?] {
        var speaker = ActiveSpeaker()
        return levels.enumerated().map { index, pair in
            let now = Instant.milliseconds(UInt64(index) * 100)
            _ = speaker.advance(to: now)
            _ = speaker.heard("a", level: pair.0, at: now)
            _ = speaker.heard("b", level: pair.1, at: now)
            return speaker.current
        }
    }

    @Test("the first to speak has the floor at once, and noise has it never")
    func first() {
        #expect(run([(0.005, 0.005), (0.005, 0.2)]) == [nil, "b"])
    }

    @Test("a short cough does not take the floor, a longer louder voice does")
    func persistence() {
        let cough = Array(repeating: (0.2, 0.0), count: 12) + [(0.2, 0.9)] + Array(repeating: (0.2, 0.0), count: 3)
        #expect(run(cough).allSatisfy { $0 == "a" })
        let voice = Array(repeating: (0.2, 0.0), count: 12) + Array(repeating: (0.0, 0.5), count: 6)
        #expect(run(voice).last == "b")
    }

    @Test("someone slightly louder does not take the floor")
    func factor() {
        #expect(run(Array(repeating: (0.2, 0.0), count: 12) + Array(repeating: (0.2, 0.25), count: 30)).last == "a")
    }

    @Test("the floor is kept for a second, and lost after two of silence")
    func hold() {
        let quick = run([(0.2, 0.0)] + Array(repeating: (0.0, 0.9), count: 12))
        #expect(quick[0...9].allSatisfy { $0 == "a" } && quick.last == "b")
        let silence = run([(0.2, 0.0)] + Array(repeating: (0.0, 0.0), count: 20))
        #expect(silence[19] == "a" && silence[20] == nil)
    }

    @Test("who leaves has no floor, and the next loudest takes it")
    func left() {
        var speaker = ActiveSpeaker()
        _ = speaker.heard("a", level: 0.5, at: .origin)
        _ = speaker.heard("b", level: 0.3, at: .origin)
        #expect(speaker.current == "a")
        let isNew = speaker.left("a", at: .origin)
        #expect(isNew)
        #expect(speaker.current == "b" && speaker.recent == ["b"])
    }

    @Test(
        "quality falls with delay, jitter and loss",
        arguments: [
            (20.0, 1.0, 0.0, ConnectionQuality.excellent), (200, 10, 0.01, .excellent), (250, 20, 0.04, .good),
            (300, 30, 0.09, .poor), (800, 80, 0.15, .bad),
        ])
    func quality(roundTrip: Double, jitter: Double, loss: Double, expected: ConnectionQuality) {
        let score = ConnectionQuality.meanOpinionScore(roundTrip: roundTrip, jitter: jitter, loss: loss)
        #expect(ConnectionQuality(meanOpinionScore: score) == expected, "\(score)")
    }
}
