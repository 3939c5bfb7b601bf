/// What one bot's network was told to do, in words and as the loss that is to be expected of it.
public struct NetworkWords: Codable, Sendable, Hashable {
    public var bot: String
    /// By time.
    public var up: [String]
    public var down: [String]
    /// 0...1, blackouts left out; absent where nothing was to be lost.
    public var upLoss: Double?
    public var downLoss: Double?

    init(_ network: ConfiguredNetwork, until end: Double) {
        bot = network.bot
        up = network.words(up: true)
        down = network.words(up: false)
        upLoss = network.expectedLoss(up: true, until: end)
        downLoss = network.expectedLoss(up: false, until: end)
    }
}
