import NetworkImpairment
import RTCCore

extension BotPlan {
    /// When the bot is next given a network.
    func nextNetwork(after instant: Instant) -> Instant? {
        actions.first { action in
            guard case .network = action.verb else { return false }
            return action.at > instant
        }?.at
    }
}

extension NetworkProfile {
    var isClean: Bool { up == .none && down == .none }
}
