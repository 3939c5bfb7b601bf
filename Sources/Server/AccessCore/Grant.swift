public import SignalingProtocol

/// What a token lets its bearer do, and as whom.
public struct Grant: Hashable, Sendable {
    public enum Lobby: String, Hashable, Sendable, CaseIterable {
        /// Its bearer comes in at once.
        case skip
        /// Its bearer waits to be admitted, in rooms without a lobby too.
        case wait
    }

    /// Who its bearer is; sessions of one identity replace each other. `nil` where many share the token.
    public var identity: String?
    /// The name that others see, whatever its bearer says; `nil` where that is free.
    public var name: String?
    /// What its bearer is in every room; `nil` where rooms decide.
    public var role: Role?
    /// What its bearer may do, in the place of what the role brings; `nil` for the role's.
    public var permissions: [Permission]?
    public var rooms: RoomScope
    /// From where its bearer may send media; `nil` for everywhere.
    public var sources: [MediaSource]?
    public var lobby: Lobby?
    /// What becomes of an older session of the same identity; `nil` where its bearer says.
    public var duplicate: DuplicatePolicy?
    /// What others are shown of its bearer from the start.
    public var attributes: JSONObject
    /// Whether its bearer is in no roster: it hears, and neither sends, signals nor writes.
    public var isHidden: Bool
    /// Whose rooms it means: those of one tenant are no other's, whatever their names. `nil` for those of all without one.
    public var tenant: String?
    /// Whether its bearer may use the administrative part of the HTTP API.
    public var isAdministrator: Bool
    /// How long a session of it lasts without a refresh; `nil` for ever.
    public var sessionLifetime: Duration?
    /// The `jti` of the token; `nil` where it has none.
    public var tokenID: String?
    /// Whether the token is good for one session.
    public var isOnce: Bool

    public init(
        identity: String? = nil, name: String? = nil, role: Role? = nil, permissions: [Permission]? = nil,
        rooms: RoomScope = .all, sources: [MediaSource]? = nil, lobby: Lobby? = nil, duplicate: DuplicatePolicy? = nil,
        attributes: JSONObject = JSONObject(), isHidden: Bool = false, tenant: String? = nil, isAdministrator: Bool = false,
        sessionLifetime: Duration? = nil, tokenID: String? = nil, isOnce: Bool = false
    ) {
        self.identity = identity
        self.name = name
        self.role = role
        self.permissions = permissions
        self.rooms = rooms
        self.sources = sources
        self.lobby = lobby
        self.duplicate = duplicate
        self.attributes = attributes
        self.isHidden = isHidden
        self.tenant = tenant
        self.isAdministrator = isAdministrator
        self.sessionLifetime = sessionLifetime
        self.tokenID = tokenID
        self.isOnce = isOnce
    }

    /// What parts a tenant from the name of its room. Clients cannot write it, so that nobody names the room of another tenant.
    static let separator: Unicode.Scalar = "\u{1F}"

    /// Under which name the server keeps the room that its bearer calls so.
    public func qualified(_ room: String) -> String {
        tenant.map { "\($0)\(Self.separator)\(room)" } ?? room
    }

    /// What people call a room that the server keeps under a name.
    public static func shown(_ room: String) -> String {
        guard let mark = room.unicodeScalars.firstIndex(of: separator) else { return room }
        return String(room[room.unicodeScalars.index(after: mark)...])
    }
}
