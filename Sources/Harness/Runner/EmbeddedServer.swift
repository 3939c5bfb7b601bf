internal import AccessCore
internal import RTCCore
internal import Scenario
internal import ServerFronts

/// The reference server beside a run on real sockets; it goes away and comes back where the plan says so.
struct EmbeddedServer {
    let url: String
    private let configuration: ServerConfiguration
    private var running: ReferenceServer?
    private var outages: ArraySlice<ServerOutage>
    private let seed: UInt64
    private let store: RunStore?
    private let keys: (any TokenKeys)?
    private var restarts: UInt64 = 0

    /// - Parameter keys: Whose tokens the server asks for; `nil` lets everybody in.
    init(_ plan: Plan, store: RunStore?, keys: (any TokenKeys)?) async throws(RunError) {
        self.store = store
        self.keys = keys
        var configuration = ServerConfiguration(port: 0, trustLoopback: true)
        configuration.seed = SplitMix64.derive(plan.seed, "server")
        configuration.stunPort = 0
        let server = try await Self.start(configuration, store: store, keys: keys)
        running = server
        url = server.url
        self.configuration = server.configuration
        outages = plan.serverOutages[...]
        seed = plan.seed
    }

    /// Where a dialect is spoken.
    func url(for dialect: Scenario.Target.SignalingProtocol) -> String {
        Self.url(for: dialect, at: String(url.dropLast("ws".count)))
    }

    /// - Parameter root: The server's address, up to the slash behind the host.
    static func url(for dialect: Scenario.Target.SignalingProtocol, at root: String) -> String {
        switch dialect {
        case .socketio: EngineIOAddress.webSocket(at: root)
        case .peerjs: root + "peerjs"
        case .starling, .exec, .janus, .websocket: root + "ws"
        }
    }

    private static func start(
        _ configuration: ServerConfiguration, store: RunStore?, keys: (any TokenKeys)?
    ) async throws(RunError) -> ReferenceServer {
        do {
            return try await ReferenceServer.start(configuration: configuration, keys: keys, store: try store?.open())
        } catch {
            throw .server("the embedded server: \(error)")
        }
    }

    /// Does what is due by now, in the plan's time.
    mutating func follow(_ now: Instant) async throws(RunError) {
        guard let outage = outages.first else { return }
        if now >= outage.start, let server = running {
            running = nil
            await server.kill()
        }
        if now >= outage.end, running == nil {
            outages.removeFirst()
            restarts += 1
            var configuration = configuration
            configuration.seed = SplitMix64.derive(seed, "server \(restarts)")
            running = try await Self.start(configuration, store: store, keys: keys)
        }
    }

    func stop() async {
        await running?.stop()
    }
}
