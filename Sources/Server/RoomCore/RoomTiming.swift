public import SignalingProtocol

/// How long a room waits for whom.
public struct RoomTiming: Hashable, Sendable {
    /// After a join, how long room events and signals wait for the newcomer's `ready`.
    public var readyWithin: Duration = .seconds(5)
    /// How long a signal waits for its receiver before its sender is told that it expired.
    public var signalExpiry: Duration = .seconds(10)
    /// The same where the receiver has lost its connection.
    public var signalExpiryInGrace: Duration = .seconds(30)
    /// How long a participant outlives its connection, and its session with it; 0 to 300 s, 0 for not at all.
    public var disconnectGrace: Duration = .seconds(30)
    /// How long a lost connection stays unknown to the room, so that blips are invisible.
    public var reconnectingAfter: Duration = .seconds(2)
    /// How long the room of a match waits for both to join it.
    public var matchedRoom: Duration = .seconds(10)
    public var speaker = ActiveSpeaker.Timing()
    public var matching = Matchmaker.Timing()

    public init() {}
}
