/// A moderator's wish that someone stops sending a source.
public struct MuteRequest: Hashable, Sendable {
    public var participant: String
    public var source: MediaSource
    /// Whether the participant may not switch it on again by itself.
    public var hard: Bool

    public init(participant: String, source: MediaSource, hard: Bool = false) {
        self.participant = participant
        self.source = source
        self.hard = hard
    }

    init(_ detail: FieldReader) throws(FrameError) {
        participant = try detail.text("participant", bytes: 1...64)
        source = try detail.choice("source", MediaSource.self) ?? .microphone
        hard = try detail.optionalBool("hard") ?? false
    }

    var json: JSON {
        .object(["participant": .string(participant), "source": .string(source.rawValue), "hard": .bool(hard)])
    }
}
