/// Counts of a ``RoomCore`` since it began.
public struct RoomStatistics: Hashable, Sendable {
    /// Sessions that are not another one's continuation: neither a resume, nor a rejoin, nor the same tab again counts twice.
    public var visits = 0
    public var joined = 0
    public var joinsRefused = 0
    public var left = 0
    /// Participants that came back within their grace, on the same session or on a new one.
    public var returned = 0
    public var signalsRelayed = 0
    public var signalsExpired = 0
    /// Signals that were joined to one that waited, or took the place of one.
    public var signalsCoalesced = 0
    /// People who were let in from a lobby.
    public var admitted = 0
    public var denied = 0
    public var kicked = 0
    public var banned = 0
    /// Sessions whose token expired or was revoked.
    public var expired = 0
    /// Sources that moderators switched off.
    public var muted = 0
    public var chatMessages = 0
    public var reactions = 0
    /// Matches that both sides accepted.
    public var matches = 0
    /// Matches that one side skipped, let pass or left.
    public var matchesEnded = 0

    public init() {}
}
