/// Counts of a ``RoomCore`` since it began.
public struct RoomStatistics: Hashable, Sendable {
    public var joined = 0
    public var joinsRefused = 0
    public var left = 0
    /// Participants that came back within their grace, on the same session or on a new one.
    public var returned = 0
    public var signalsRelayed = 0
    public var signalsExpired = 0
    /// Signals that were joined to one that waited, or took the place of one.
    public var signalsCoalesced = 0

    public init() {}
}
