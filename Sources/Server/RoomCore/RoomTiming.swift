/// How long a room waits for whom.
public struct RoomTiming: Hashable, Sendable {
    /// After a join, how long room events and signals wait for the newcomer's `ready`.
    public var readyWithin: Duration = .seconds(5)
    /// How long a signal waits for its receiver before its sender is told that it expired.
    public var signalExpiry: Duration = .seconds(10)
    /// How long a participant outlives its connection.
    public var disconnectGrace: Duration = .zero

    public init() {}
}
