import SignalingProtocol

/// How much of everything a room takes.
public struct RoomLimits: Hashable, Sendable {
    /// Participants in a room.
    public var capacity = 50
    /// Participants in a room whose first member asked for ``RoomMode/mesh``.
    public var meshCapacity = 8
    /// Signals from one participant that wait for another.
    public var pendingSignalsPerPair = 64
    /// Names of connections that one participant may use toward another.
    public var connectionsPerPair = 16
    /// How often one identity may be in a room where it asks for ``DuplicatePolicy/allow``.
    public var sameIdentity = 4

    public init() {}
}
