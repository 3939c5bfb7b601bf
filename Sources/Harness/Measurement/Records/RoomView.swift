/// The room as one bot saw it when it was to stop, or left.
public struct RoomView: Hashable, Sendable {
    /// What somebody sends, in the words of the room: `on`, `off` or `locked`.
    public struct Sources: Hashable, Sendable {
        public var microphone: String
        public var camera: String
        public var screen: String

        public init(microphone: String, camera: String, screen: String = "off") {
            self.microphone = microphone
            self.camera = camera
            self.screen = screen
        }
    }

    /// Everybody else, by name, in the order in which they joined.
    public var others: [String]
    /// Who has a hand raised, the first at the front; `nil` where the dialect does not say.
    public var hands: [String]?
    /// Of each of ``others``; none where the dialect does not say.
    public var sources: [Sources]
    /// The bot's own.
    public var own: Sources

    public init(others: [String], hands: [String]? = nil, sources: [Sources] = [], own: Sources) {
        self.others = others
        self.hands = hands
        self.sources = sources
        self.own = own
    }
}
