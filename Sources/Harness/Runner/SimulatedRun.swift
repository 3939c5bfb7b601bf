public import AccessCore
internal import Bots
public import Measurement
internal import NetworkImpairment
internal import NetworkSimulation
internal import RTCCore
internal import RTCCrypto
public import Scenario
internal import ServerFronts
internal import SignalingProtocol

/// Runs a plan in virtual time: bots, networks and server in one thread, the same bytes for the same seed.
public enum SimulatedRun {
    /// - Parameter tokenKeys: With which each bot's own tokens are made, and whose tokens the server asks for; `nil` for none.
    /// - Throws: ``RunError`` where OpenSSL cannot be made to repeat itself on this machine.
    public static func perform(
        _ plan: Plan, media: MediaLibrary, tokenKeys: (any TokenKeys)? = nil
    ) throws(RunError) -> RunRecord {
        let entropy = Entropy.seeded(SplitMix64.derive(plan.seed, "entropy"))
        let wallClock = WallClock.simulation
        let dtls: DTLSContext
        do {
            try Entropy.selfTest()
            dtls = try DTLSContext(entropy: entropy, clock: wallClock)
        } catch {
            throw .crypto("cannot simulate here: \(error)")
        }
        let epoch = Instant.origin
        let stopAt = epoch + plan.duration
        var configuration = ServerConfiguration(trustLoopback: true)
        configuration.seed = SplitMix64.derive(plan.seed, "server")
        let stunHost = Simulation.firstSocket(of: plan.bots.count)
        configuration.iceServers = [ICEServer(urls: ["stun:\(stunHost)"])]
        let tokens = tokenKeys.map { (keys: $0, unixMilliseconds: wallClock.unixSeconds(at: epoch) * 1000) }
        let server = MixedFronts(
            configuration: configuration, seed: SplitMix64.derive(plan.seed, "server"), at: epoch, tokens: tokens)
        let simulation = Simulation(seed: plan.seed, service: server)
        for (number, outage) in plan.serverOutages.enumerated() {
            let seed = SplitMix64.derive(plan.seed, "server \(number + 1)")
            simulation.takeServiceDown(at: epoch + (outage.start - .origin), for: outage.end - outage.start) { now in
                MixedFronts(configuration: configuration, seed: seed, at: now, tokens: tokens)
            }
        }
        var bots: [Bot] = []
        let relays = SimulatedRelays(plan, firstHost: plan.bots.count + 1, wallClock: wallClock)
        let publishers = plan.publishers
        let roommates = plan.roommates
        var nats = SimulatedNATs(seed: plan.seed)
        for bot in plan.bots {
            var context = BotContext(
                plan: bot, epoch: epoch, stopAt: stopAt,
                signalingURL: EmbeddedServer.url(for: plan.scenario.target.signalingProtocol, at: "ws://server.invalid/"),
                target: plan.scenario.target,
                publishers: publishers[bot.room] ?? 0, roommates: roommates[bot.room] ?? [], media: media.tracks,
                wallClock: wallClock, dtls: dtls, entropy: entropy,
                iceServers: relays.servers(of: bot))
            context.tokenKeys = tokenKeys
            let machine = Bot(context: context, now: epoch)
            bots.append(machine)
            simulation.add(
                machine, seed: SplitMix64.derive(bot.seed, "network"), startAt: epoch,
                behind: nats.place(for: bot, in: simulation),
                passesUDP: bot.nat.passesUDP)
        }
        simulation.addServer(STUNHost(at: epoch), seed: SplitMix64.derive(plan.seed, "stun"))
        for (index, host) in relays.hosts.enumerated() {
            simulation.addServer(host, seed: SplitMix64.derive(plan.seed, "relay \(index)"))
        }
        simulation.run(until: stopAt + Bot.drainTime + .seconds(5))
        return RunRecord(
            epoch: epoch, stopAt: stopAt, bots: bots.map { $0.record() },
            hosts: bots.indices.map { simulation.report(of: $0) }, faults: plan.faults(epoch: epoch),
            generator: GeneratorHealth())
    }
}
