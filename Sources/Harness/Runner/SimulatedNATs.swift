internal import NetworkImpairment
internal import NetworkSimulation
internal import RTCCore
internal import Scenario

/// Puts up the NATs of a plan's groups, as their bots come: what a group shares comes with its first.
struct SimulatedNATs {
    private let seed: UInt64
    private var carriers: [String: Int] = [:]
    private var shared: [String: Int] = [:]

    init(seed: UInt64) {
        self.seed = SplitMix64.derive(seed, "nats")
    }

    /// The NAT behind which a bot stands; `nil` for none.
    mutating func place(for bot: BotPlan, in simulation: Simulation) -> Int? {
        guard let behavior = bot.nat.behavior else { return nil }
        if let number = shared[bot.group] { return number }
        var carrier = carriers[bot.group]
        if carrier == nil, let behavior = bot.nat.carrier {
            carrier = simulation.addNAT(behavior, seed: SplitMix64.derive(seed, "carrier of \(bot.group)"))
            carriers[bot.group] = carrier
        }
        let name = bot.nat.isShared ? bot.group : bot.name
        let number = simulation.addNAT(behavior, seed: SplitMix64.derive(seed, name), behind: carrier)
        if bot.nat.isShared { shared[bot.group] = number }
        return number
    }
}
