internal import Bots
internal import NetworkSimulation
internal import RTCCore
internal import RTCCrypto
internal import RTCICE
internal import RelayCore
internal import Scenario

/// The TURN servers of a run in virtual time: each address that the scenario lists has a stand-in, which knows the users of that address.
struct SimulatedRelays {
    let hosts: [RelayHost]
    private let places: [String: Int]
    private let firstHost: Int
    private let wallClock: WallClock
    private let expiry: Int64
    private static let embedded = "embedded"

    init(_ plan: Plan, firstHost: Int, wallClock: WallClock) {
        var places: [String: Int] = [:]
        var configurations: [RelayConfiguration] = []
        for servers in plan.scenario.groups.map(\.iceServers) {
            switch servers {
            case .handedOut: break
            case .embedded:
                guard places[Self.embedded] == nil else { continue }
                places[Self.embedded] = configurations.count
                configurations.append(.embedded(seed: plan.seed))
            case .listed(let entries):
                for entry in entries {
                    for text in entry.urls {
                        guard let url = try? ICEServerURL(parsing: text), url.scheme != .stun else { continue }
                        let key = "\(url.host):\(url.port)"
                        let place = places[key] ?? configurations.count
                        if place == configurations.count { configurations.append(RelayConfiguration()) }
                        places[key] = place
                        if let user = entry.username, let password = entry.credential {
                            configurations[place].users[user] = password
                        }
                        if let secret = entry.secret { configurations[place].secret = secret }
                    }
                }
            }
        }
        hosts = configurations.map { RelayHost($0) }
        self.places = places
        self.firstHost = firstHost
        self.wallClock = wallClock
        expiry = wallClock.unixSeconds(at: .origin + plan.duration) + IceServerSet.expiryMargin
    }

    func servers(of bot: BotPlan) -> IceServerSet? {
        switch bot.iceServers {
        case .handedOut: return nil
        case .embedded:
            return places[Self.embedded].map { .embedded(at: Simulation.firstSocket(of: firstHost + $0), seed: bot.seed) }
        case .listed(let entries):
            return IceServerSet(entries, of: bot, expiry: expiry) { url in
                guard url.scheme != .stun else { return url.address }
                return places["\(url.host):\(url.port)"].map { Simulation.firstSocket(of: firstHost + $0) }
            }
        }
    }
}
