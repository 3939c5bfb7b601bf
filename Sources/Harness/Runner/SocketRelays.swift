internal import Bots
internal import NetworkDriver
internal import NetworkImpairment
internal import RTCCore
internal import RelayCore
internal import Scenario
internal import Synchronization

/// The STUN and TURN servers of a run on real sockets: names resolved before it begins, and the embedded one started.
struct SocketRelays {
    private let addresses: [String: SocketAddress]
    private let duration: Duration
    private let seed: UInt64
    private let isEmbedded: Bool
    private var worker: Worker?
    private var embedded: SocketAddress?
    /// Where sockets are to be bound, so that servers which are not on this machine can be reached; `nil` for the loopback.
    private(set) var localAddress: SocketAddress?

    /// - Throws: ``RunError`` where a server's name is not known.
    init(_ plan: Plan) throws(RunError) {
        var addresses: [String: SocketAddress] = [:]
        duration = plan.duration
        seed = plan.seed
        isEmbedded = plan.bots.contains { $0.iceServers == .embedded }
        for group in plan.scenario.groups {
            guard case .listed(let entries) = group.iceServers else { continue }
            for text in entries.flatMap(\.urls) {
                guard let url = try? ICEServerURL(parsing: text) else { continue }
                guard let address = url.address ?? addresses[url.host] ?? HostName.addresses(of: url.host, port: 0).first else {
                    throw .server("'\(url.host)' of 'ice_servers' is not known: no address belongs to it")
                }
                addresses[url.host] = address
                if !address.isLoopback, localAddress == nil {
                    localAddress = LocalRoute.address(towards: address.host, port: url.port)
                }
            }
        }
        self.addresses = addresses
    }

    /// Starts the embedded server where a group wants it.
    func start(clock: DriverClock) async -> SocketRelays {
        guard isEmbedded else { return self }
        var started = self
        let worker = Worker(index: 0, configuration: WorkerConfiguration(), clock: clock)
        let seed = seed
        let handle = worker.host(seed: seed, startAt: clock.now) { _ in RelayHost(.embedded(seed: seed)) }
        // The socket is opened in the turn in which the machine is made.
        started.embedded = await worker.withMachine(handle) { machine, _ in (machine as? RelayHost)?.address }
        while started.embedded == nil {
            try? await Task.sleep(for: .milliseconds(1))
            started.embedded = await worker.withMachine(handle) { machine, _ in (machine as? RelayHost)?.address }
        }
        started.worker = worker
        return started
    }

    func stop() async {
        await worker?.stop()
    }

    func servers(of bot: BotPlan, wallClock: WallClock, now: Instant) -> IceServerSet? {
        switch bot.iceServers {
        case .handedOut: return nil
        case .embedded: return embedded.map { .embedded(at: $0, seed: seed) }
        case .listed(let entries):
            let expiry = wallClock.unixSeconds(at: now + duration) + IceServerSet.expiryMargin
            return IceServerSet(entries, of: bot, expiry: expiry) { url in
                guard var address = addresses[url.host] else { return nil }
                address.port = url.port
                return address
            }
        }
    }
}
