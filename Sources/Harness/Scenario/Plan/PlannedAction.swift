public import RTCCore

/// One thing that is done to one bot.
public struct PlannedAction: Sendable, Hashable {
    public var at: Instant
    /// The event that it belongs to.
    public var event: String?
    public var verb: Verb
}
