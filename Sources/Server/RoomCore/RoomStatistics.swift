/// Counts of a ``RoomCore`` since it began.
public struct RoomStatistics: Hashable, Sendable {
    public var joined = 0
    public var joinsRefused = 0
    public var left = 0
    public var signalsRelayed = 0
    public var signalsExpired = 0

    public init() {}
}
