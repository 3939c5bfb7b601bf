import NetworkDriver
import RTCCore
import Scenario

/// Keeps load away from servers whose owner did not ask for it.
enum TargetPolicy {
    /// The most peers against a target that is not this machine without its owner's word.
    static let mostPeers = 10

    /// The most programs that one run starts, one for each bot.
    static let mostPrograms = 64

    /// What is missing for a plan to be run; `nil` where nothing is.
    static func objection(to plan: Plan, ownedTarget: String?) -> String? {
        if case .program = plan.scenario.target.address, plan.bots.count > mostPrograms {
            return
                "\(plan.scenario.path): \(plan.bots.count) bots would start as many programs; 'protocol: exec' carries \(mostPrograms)"
        }
        guard case .url(let text) = plan.scenario.target.address, let url = try? SignalingURL(text) else { return nil }
        guard plan.bots.count > mostPeers, !isLoopback(url.host), ownedTarget != url.host else { return nil }
        return "\(plan.scenario.path): \(plan.bots.count) peers against \(url.host), which is not this machine: "
            + "if it is yours, say so with --i-own-this-target \(url.host); otherwise run at most \(mostPeers)"
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || SocketAddress(host, port: 0)?.isLoopback == true
    }
}
