/// How a client's call goes, as it measures it.
public struct StatsReport: Hashable, Sendable {
    /// Of its own microphone, 0 to 1, as `audioLevel` of W3C webrtc-stats.
    public var audioLevel: Double?
    /// Milliseconds there and back, the mean of its connections.
    public var roundTrip: Double?
    public var jitterMilliseconds: Double?
    /// Of the packets that it should have received, 0 to 1.
    public var loss: Double?
    /// How whole calls went, once they are over.
    public var calls: [CallReport]

    /// Whether it tells of calls alone.
    public var saysNothing: Bool { audioLevel == nil && roundTrip == nil && jitterMilliseconds == nil && loss == nil }

    /// ``ConnectionQuality/meanOpinionScore(roundTrip:jitter:loss:)``; `nil` where the report says nothing of the connection.
    public var meanOpinionScore: Double? {
        guard roundTrip != nil || jitterMilliseconds != nil || loss != nil else { return nil }
        return ConnectionQuality.meanOpinionScore(
            roundTrip: roundTrip ?? 0, jitter: jitterMilliseconds ?? 0, loss: loss ?? 0)
    }

    public init(
        audioLevel: Double? = nil, roundTrip: Double? = nil, jitterMilliseconds: Double? = nil, loss: Double? = nil,
        calls: [CallReport] = []
    ) {
        self.calls = calls
        self.audioLevel = audioLevel
        self.roundTrip = roundTrip
        self.jitterMilliseconds = jitterMilliseconds
        self.loss = loss
    }

    init(_ detail: FieldReader) throws(FrameError) {
        audioLevel = try detail.optionalNumber("audio_level", in: 0...1)
        roundTrip = try detail.optionalNumber("rtt_ms", in: 0...60_000)
        jitterMilliseconds = try detail.optionalNumber("jitter_ms", in: 0...60_000)
        loss = try detail.optionalNumber("loss", in: 0...1)
        calls = try CallReport.read(try detail.values("calls") ?? [], detail)
    }

    var json: JSON {
        var object = JSONObject()
        object["audio_level"] = audioLevel.map { .number($0) }
        object["rtt_ms"] = roundTrip.map { .number($0) }
        object["jitter_ms"] = jitterMilliseconds.map { .number($0) }
        object["loss"] = loss.map { .number($0) }
        if !calls.isEmpty { object["calls"] = .array(calls.map(\.json)) }
        return .object(object)
    }
}
