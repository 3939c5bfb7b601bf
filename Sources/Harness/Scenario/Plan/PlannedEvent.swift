public import RTCCore

/// A named event: when it begins and ends, and whom it hits.
public struct PlannedEvent: Sendable, Hashable {
    public var name: String
    public var start: Instant
    /// A blackout ends when it is over, a network when those whom it hit have another one; what heals, and a leave, end at once.
    public var end: Instant
    /// Indices of bots, ascending.
    public var bots: [Int]
}
