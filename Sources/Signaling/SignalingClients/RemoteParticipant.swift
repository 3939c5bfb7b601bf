public import SignalingProtocol

/// Someone else in the room.
public struct RemoteParticipant: Hashable, Sendable {
    public let id: String
    public internal(set) var name: String
    public internal(set) var role: String
    /// Whether this client yields to that participant when two offers collide. The newcomer of a pair is the polite one.
    public let polite: Bool
    public let part: ParticipantPart

    /// Whether its connection to the server is gone and may come back.
    public internal(set) var isReconnecting: Bool
    /// A word of its own on how things are; empty for none.
    public internal(set) var status: String
    public internal(set) var attributes: JSONObject
    /// What it sends, as it says itself and moderators allow.
    public internal(set) var media: MediaStates
    /// How good its connection is, as the server judges; `nil` until it does.
    public internal(set) var quality: ConnectionQuality?

    public init(
        id: String, name: String, role: String = "speaker", polite: Bool, part: ParticipantPart = .peer,
        isReconnecting: Bool = false, status: String = "", attributes: JSONObject = JSONObject(),
        media: MediaStates = MediaStates()
    ) {
        self.status = status
        self.attributes = attributes
        self.media = media
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
