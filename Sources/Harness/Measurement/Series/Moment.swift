public import RTCCore

/// A stretch of a run in which a metric had one value, and whose media that was: where an assertion's figure comes from.
public struct Moment: Sendable, Hashable {
    /// The sender; `nil` where the metric is about one bot alone.
    public var from: String?
    /// The receiver, or the bot that the metric is about.
    public var to: String
    /// `nil` where the metric is about no kind of media.
    public var kind: MediaKind?
    /// The layer of a simulcast; `nil` where there is none.
    public var rid: String? = nil
    /// What it is, for people: `video`, or `video q` for a layer.
    public var label: String? { kind.map { kind in rid.map { "\(kind.rawValue) \($0)" } ?? kind.rawValue } }
    /// Seconds since the scenario began.
    public var start: Double
    public var end: Double
    /// In the base unit of the metric, or the length of a freeze in seconds; infinite for what never came.
    public var value: Double
}
