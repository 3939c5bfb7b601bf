public import AccessCore
internal import Bots
internal import Foundation
public import Measurement
internal import NetworkDriver
internal import NetworkImpairment
public import RTCCore
internal import RTCCrypto
public import Scenario
internal import ServerFronts

/// Runs a plan on real sockets and in real time, with the reference server beside it where the scenario says `embedded`.
public struct SocketRun: Sendable {
    /// What is told while the run goes on.
    public enum Progress: Sendable {
        case serverStarted(url: String)
        case running(elapsed: Duration, of: Duration, joined: Int, bots: Int)
        case draining
        /// The signaling server was told how the calls went.
        case callsPosted(taken: Int, refused: Int, reason: String?)
    }

    public var workers: Int
    /// Where callers' sockets are bound, of either family; `nil` for the IPv4 loopback.
    public var localAddress: RTCCore.SocketAddress?
    /// With which each bot's own tokens are made, and whose tokens the embedded server asks for; `nil` for none.
    public var tokenKeys: (any TokenKeys)?
    /// Of the embedded server; `nil` for none. It is told how the calls went.
    public var store: RunStore?
    /// Whether a server that is not embedded is told how the calls went.
    public var postsCalls = false
    /// How long after the last machine should have finished the run is ended all the same.
    private static let grace = Duration.seconds(8)

    /// - Parameters:
    ///   - workers: Threads; `nil` for one per processor, and no more than there are bots.
    ///   - localAddress: Where callers' sockets are bound; its port is zero.
    ///   - tokenKeys: With which each bot's own tokens are made.
    public init(workers: Int? = nil, localAddress: RTCCore.SocketAddress? = nil, tokenKeys: (any TokenKeys)? = nil) {
        self.tokenKeys = tokenKeys
        self.localAddress = localAddress
        self.workers = workers ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
    }

    /// - Parameters:
    ///   - interruption: Asked a few times a second whether the user wants the run to end.
    ///   - progress: Called about once a second.
    /// - Throws: ``RunError`` where the server cannot be started.
    public func perform(
        _ plan: Plan, media: MediaLibrary, interruption: @escaping @Sendable () -> Bool,
        progress: @escaping @Sendable (Progress) -> Void
    ) async throws(RunError) -> RunRecord {
        var embedded: EmbeddedServer?
        let url: String
        let postsCalls: Bool
        switch plan.scenario.target.address {
        case .embedded:
            let started = try await EmbeddedServer(plan, store: store, keys: tokenKeys)
            postsCalls = store != nil
            embedded = started
            url = started.url(for: plan.scenario.target.signalingProtocol)
        case .program(let command):
            url = ProgramAddress.text(of: command)
            postsCalls = false
        case .url(let target):
            let isSocketIO = plan.scenario.target.signalingProtocol == .socketio
            url = isSocketIO ? EngineIOAddress.webSocket(at: target) : target
            postsCalls = self.postsCalls
        }
        progress(.serverStarted(url: url))
        var configuration = WorkerConfiguration()
        let relays = try SocketRelays(plan)
        configuration.certificateAuthorities = plan.scenario.iceAuthorities
        configuration.signalingAuthorities = plan.scenario.target.authorities
        if let address = relays.localAddress { configuration.localAddress = address }
        if let localAddress { configuration.localAddress = localAddress }
        // One wake-up serves all machines that are due together, and a wake-up is most of what a packet costs: few bots keep exact
        // time, many share a tick as a browser's pacer does. Latency counts from when a frame was due, so the tick is in every figure.
        configuration.timerGranularity = plan.bots.count > 20 ? .milliseconds(5) : .milliseconds(1)
        if plan.scenario.target.signalingProtocol == .janus { configuration.signalingSubprotocol = Bot.janusSubprotocol }
        if plan.scenario.target.mode == .sfu, let local = Self.localAddress(towards: url) { configuration.localAddress = local }
        let driver = SocketDriver(workers: min(workers, max(1, plan.bots.count)), configuration: configuration)
        do {
            let started = await relays.start(clock: driver.clock)
            let record = try await run(
                plan, media: media, url: url, driver: driver, relays: started, server: &embedded, interruption: interruption,
                progress: progress)
            await driver.stop()
            await started.stop()
            if postsCalls {
                let post = await CallPost(
                    record, to: url, authorities: plan.scenario.target.authorities,
                    bearer: bearer(for: plan, at: driver.clock.wallClock.unixSeconds(at: driver.clock.now)))
                progress(.callsPosted(taken: post.taken, refused: post.refused, reason: post.reason))
            }
            await embedded?.stop()
            return record
        } catch {
            await driver.stop()
            throw error
        }
    }

    /// The token that each bot shows over HTTP, by its name.
    private func bearer(for plan: Plan, at unixSeconds: Int64) -> (String) -> String? {
        guard let tokenKeys else { return { _ in plan.scenario.target.token } }
        let bots = Dictionary(plan.bots.map { ($0.name, $0) }) { first, _ in first }
        return { name in
            guard var bot = bots[name] else { return nil }
            bot.token?.flaw = nil
            return TokenWish.token(of: bot, keys: tokenKeys, at: unixSeconds)
        }
    }

    /// Where the sockets of bots are that call a server: on the address that leads there.
    ///
    /// A server on this machine may gather no loopback candidates, as Janus does not; then it is met at the machine's own address.
    private static func localAddress(towards text: String) -> RTCCore.SocketAddress? {
        guard let url = try? SignalingURL(text) else { return nil }
        guard let address = LocalRoute.address(towards: url.host, port: url.port), !address.isLoopback else {
            return LocalRoute.outward
        }
        return address
    }

    private func run(
        _ plan: Plan, media: MediaLibrary, url: String, driver: SocketDriver, relays: SocketRelays,
        server: inout EmbeddedServer?,
        interruption: @escaping @Sendable () -> Bool, progress: @escaping @Sendable (Progress) -> Void
    ) async throws(RunError) -> RunRecord {
        let cpuBefore = driver.hostHealth.processCPU
        let epoch = driver.clock.now + .milliseconds(100)
        let stopAt = epoch + plan.duration
        let materials = driver.workers.map { _ in WorkerMaterial() }
        let publishers = plan.publishers
        let roommates = plan.roommates
        let target = plan.scenario.target
        let handles = plan.bots.map { bot in
            let material = materials[bot.index % materials.count]
            let servers = relays.servers(of: bot, wallClock: driver.clock.wallClock, now: epoch)
            return driver.host(seed: SplitMix64.derive(bot.seed, "network"), startAt: epoch) {
                [clock = driver.clock, tokenKeys] now in
                let dtls: DTLSContext
                do {
                    dtls = try material.dtls(entropy: .system, wallClock: clock.wallClock)
                } catch {
                    preconditionFailure("OpenSSL offers no DTLS here: \(error)")
                }
                var context = BotContext(
                    plan: bot, epoch: epoch, stopAt: stopAt, signalingURL: url, target: target,
                    publishers: publishers[bot.room] ?? 0, roommates: roommates[bot.room] ?? [], media: media.tracks,
                    wallClock: clock.wallClock, dtls: dtls,
                    entropy: .system, iceServers: servers)
                context.tokenKeys = tokenKeys
                return Bot(context: context, now: now)
            }
        }
        var isInterrupted = false
        var lastProgress = epoch
        let giveUp = stopAt + Bot.drainTime + Self.grace
        while driver.unfinished > 0, driver.clock.now < giveUp {
            try? await Task.sleep(for: .milliseconds(50))
            let now = driver.clock.now
            if now > epoch { try await server?.follow(.origin + (now - epoch)) }
            if !isInterrupted, interruption() {
                isInterrupted = true
                progress(.draining)
                for handle in handles {
                    await driver.withMachine(handle) { machine, _ in (machine as? Bot)?.stop(at: now) }
                }
            }
            if now >= lastProgress + .seconds(1) {
                lastProgress = lastProgress + .seconds(1)
                var joined = 0
                for handle in handles {
                    joined += await driver.withMachine(handle) { machine, _ in (machine as? Bot)?.hasJoined == true ? 1 : 0 }
                }
                progress(.running(elapsed: now - epoch, of: plan.duration, joined: joined, bots: handles.count))
            }
        }
        var bots: [BotRecord] = []
        var hosts: [HostReport] = []
        for handle in handles {
            let (bot, host) = await driver.withMachine(handle) { machine, report in ((machine as? Bot)?.record(), report) }
            guard let bot else { preconditionFailure("only bots are hosted here") }
            bots.append(bot)
            hosts.append(host)
        }
        return RunRecord(
            epoch: epoch, stopAt: stopAt, bots: bots, hosts: hosts, faults: plan.faults(epoch: epoch),
            generator: health(driver, cpuBefore: cpuBefore, isInterrupted: isInterrupted))
    }

    private func health(_ driver: SocketDriver, cpuBefore: Duration, isInterrupted: Bool) -> GeneratorHealth {
        let workers = driver.health
        var generator = GeneratorHealth()
        generator.socketDrops = workers.receiveBufferDrops
        generator.sendFailures =
            workers.sendsBlocked + workers.sendsWithoutBuffers + workers.sendsFailed + workers.streamWritesDropped
        generator.cpuSeconds = (driver.hostHealth.processCPU - cpuBefore).inSeconds
        generator.worstLoopLag = workers.lag.max.inSeconds
        generator.peakMemory = Self.peakMemory()
        generator.isInterrupted = isInterrupted
        return generator
    }

    private static func peakMemory() -> UInt64 {
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        return UInt64(max(0, usage.ru_maxrss)) * 1024
    }
}
