public import RTCCore

/// What a bot told the server once about how its calls go.
public struct CallStatement: Hashable, Sendable {
    public var at: Instant
    /// Of its own microphone since the last one, 0 to 1.
    public var audioLevel: Double
    /// Of its connections, from 1 to 4.5; `nil` before anything was measured.
    public var meanOpinionScore: Double?

    public init(at: Instant, audioLevel: Double, meanOpinionScore: Double?) {
        self.at = at
        self.audioLevel = audioLevel
        self.meanOpinionScore = meanOpinionScore
    }
}
