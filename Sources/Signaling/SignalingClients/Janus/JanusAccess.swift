/// What a Janus server asks of those who want something of it; each part `nil` where it asks for nothing.
public struct JanusAccess: Sendable, Hashable {
    /// The server's API secret, in every request.
    public var apiSecret: String?
    /// A token of the server's token authentication, in every request.
    public var token: String?
    /// What the VideoRoom plugin wants of those who make rooms.
    public var adminKey: String?
    /// Guards a room that this client makes; it takes no other one away.
    public var roomSecret: String?
    /// What a room wants of those who join.
    public var pin: String?

    public init(
        apiSecret: String? = nil, token: String? = nil, adminKey: String? = nil, roomSecret: String? = nil, pin: String? = nil
    ) {
        self.apiSecret = apiSecret
        self.token = token
        self.adminKey = adminKey
        self.roomSecret = roomSecret
        self.pin = pin
    }
}
