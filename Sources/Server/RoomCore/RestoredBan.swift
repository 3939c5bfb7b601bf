/// A ban that an earlier server has written down.
public struct RestoredBan: Hashable, Sendable {
    /// The name of the room.
    public var room: String
    /// One of the two is known, and veiled.
    public var identity: String?
    public var address: String?
    /// Milliseconds since 1970.
    public var until: Int64
    public var reason: String

    public init(room: String, identity: String?, address: String?, until: Int64, reason: String) {
        self.room = room
        self.identity = identity
        self.address = address
        self.until = until
        self.reason = reason
    }
}
