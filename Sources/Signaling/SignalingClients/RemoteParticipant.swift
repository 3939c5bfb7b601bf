/// Someone else in the room.
public struct RemoteParticipant: Hashable, Sendable {
    public let id: String
    public let name: String
    public let role: String
    /// Whether this client yields to that participant when two offers collide. The newcomer of a pair is the polite one.
    public let polite: Bool
    public let part: ParticipantPart

    /// Whether its connection to the server is gone and may come back.
    public internal(set) var isReconnecting: Bool

    public init(
        id: String, name: String, role: String = "speaker", polite: Bool, part: ParticipantPart = .peer,
        isReconnecting: Bool = false
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.polite = polite
        self.part = part
        self.isReconnecting = isReconnecting
    }

    /// Whether this client made, or makes, the first offer: the newcomer offers to those who were there before.
    public var isOfferedTo: Bool { polite }
}
