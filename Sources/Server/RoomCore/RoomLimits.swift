import SignalingProtocol

/// How much of everything a room takes.
public struct RoomLimits: Hashable, Sendable {
    /// Participants in a room.
    public var capacity = 50
    /// Participants in a room whose first member asked for ``RoomMode/mesh``.
    public var meshCapacity = 8
    /// Signals from one participant that wait for another.
    public var pendingSignalsPerPair = 64
    /// Bytes of bodies of all signals that wait for one participant.
    public var pendingSignalBytes = 1 << 20
    /// Bytes of a body that waiting candidates are joined to.
    public var joinedCandidateBytes = 32 * 1024
    /// Events of a room that wait for a participant without a connection; with more of them it has to join anew.
    public var pendingEvents = 512
    /// Names of connections that one participant may use toward another.
    public var connectionsPerPair = 16
    /// How often one identity may be in a room where it asks for ``DuplicatePolicy/allow``.
    public var sameIdentity = 4
    /// Participants in a lobby.
    public var lobby = 100
    /// Messages of a room's chat that are kept for those who come later.
    public var chatHistory = 200
    /// Messages of chat from one session.
    public var chat = Pace(perSecond: 5, burst: 20)
    public var reactions = Pace(perSecond: 10, burst: 20)
    /// Bans of all rooms; the oldest makes room for the newest.
    public var bans = 10_000
    /// Sessions that wait for a match.
    public var queue = 100_000

    public init() {}
}
