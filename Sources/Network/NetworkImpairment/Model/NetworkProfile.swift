/// The network of one bot: an impairment for each direction, seen from the bot.
public struct NetworkProfile: Hashable, Sendable {
    /// The preset's name, or `custom`.
    public var name: String
    public var up: Impairment
    public var down: Impairment

    public init(name: String, up: Impairment, down: Impairment) {
        self.name = name
        self.up = up
        self.down = down
    }

    /// Nothing is lost, nothing is late.
    public static let clean = NetworkProfile(name: "clean", up: .none, down: .none)
}
