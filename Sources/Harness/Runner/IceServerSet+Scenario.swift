internal import Bots
internal import RTCCore
internal import RTCCrypto
internal import RTCICE
internal import RelayCore
internal import Scenario

extension IceServerSet {
    /// Ephemeral users outlive their run by so many seconds: allocations are refreshed with the same name.
    static let expiryMargin: Int64 = 3600

    /// The servers that a scenario lists, for one bot.
    ///
    /// - Parameter expiry: Of users that are made from a shared secret, in seconds since 1970.
    init(_ entries: [ICEServerEntry], of bot: BotPlan, expiry: Int64, resolve: (ICEServerURL) -> SocketAddress?) {
        self.init()
        for entry in entries {
            var (username, credential) = (entry.username, entry.credential)
            if let secret = entry.secret {
                let ephemeral = EphemeralCredential(secret: secret, user: entry.username ?? bot.name, expiry: expiry)
                (username, credential) = (ephemeral.username, ephemeral.password)
            }
            add(urls: entry.urls, username: username, credential: credential, resolve: resolve)
        }
    }

    /// The one server that was started for the run.
    static func embedded(at address: SocketAddress, seed: UInt64) -> IceServerSet {
        var servers = IceServerSet()
        servers.stun = [address]
        servers.turn = [
            TURNServer(
                address: address, username: RelayConfiguration.embeddedUser, credential: RelayConfiguration.embeddedUser,
                url: "turn:embedded?transport=udp")
        ]
        return servers
    }
}

extension RelayConfiguration {
    fileprivate static let embeddedUser = "starling"

    /// Serves the bots of one run.
    static func embedded(seed: UInt64) -> RelayConfiguration {
        var configuration = RelayConfiguration()
        configuration.users = [embeddedUser: embeddedUser]
        configuration.quota = .max
        return configuration
    }
}
