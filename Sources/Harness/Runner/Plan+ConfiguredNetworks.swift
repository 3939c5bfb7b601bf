internal import NetworkImpairment
internal import RTCCore
internal import Reports
internal import Scenario

extension Plan {
    /// Each bot's networks and blackouts by time.
    var configuredNetworks: [ConfiguredNetwork] {
        bots.map { bot in
            var network = ConfiguredNetwork(
                bot: bot.name, stages: [ConfiguredNetwork.Stage(start: 0, profile: bot.network)], blackouts: [])
            for action in bot.actions {
                let start = action.at.seconds
                switch action.verb {
                case .network(let profile): network.stages.append(ConfiguredNetwork.Stage(start: start, profile: profile))
                case .blackout(let blackout) where blackout.scope.cutsMedia:
                    let end = start + blackout.duration.inSeconds
                    network.blackouts.append(ConfiguredNetwork.Blackout(start: start, end: end))
                default: break
                }
            }
            return network
        }
    }
}
