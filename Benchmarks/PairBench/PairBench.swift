import ArgumentParser
import CAllocationCounter
import Figures
import NetworkDriver
import NetworkImpairment
import RTCCore
import RTCCrypto
import Synchronization

/// N pairs of peers on loopback sockets in one process: what a join costs, and what a packet costs.
///
/// The work is that of `Benchmarks/pion/pion_pairs.go`: every 20 ms each offerer sends one packet of 80 B and two of 1,100 B.
@main
struct PairBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "starling-bench", abstract: "Measures pairs of peers that call each other over the loopback.")

    enum Cipher: String, CaseIterable, ExpressibleByArgument {
        case gcm
        case cm

        var profile: SRTPProfile { self == .gcm ? .aeadAES128GCM : .aes128CMSHA1_80 }
    }

    enum CertificatePolicy: String, CaseIterable, ExpressibleByArgument {
        case own
        case shared
    }

    @Option(name: .customShort("n"), help: "Pairs.")
    var pairs = 100
    @Option(name: .customShort("d"), help: "Seconds of media; 0 measures joins alone.")
    var seconds = 10
    @Option(help: "SRTP protection: gcm (AEAD_AES_128_GCM) or cm (AES_CM_128_HMAC_SHA1_80).")
    var cipher = Cipher.gcm
    @Option(help: "Threads; one is enough for hundreds of pairs, and two threads of one core slow each other down.")
    var workers = 1
    @Option(help: "One certificate per peer, made on joining, or one per worker: own or shared.")
    var certificate = CertificatePolicy.own

    @Flag(name: .customLong("pipe"), help: "Measures the impairment stage alone, model by model.")
    var measuresPipe = false

    static let joinInterval = Duration.microseconds(100)
    static let joinLimit = Duration.seconds(20)
    /// Until rings and tables have grown to their working size, nothing is called steady.
    static let warmUp = Duration.seconds(2)

    func validate() throws {
        guard (1...2000).contains(pairs) else { throw ValidationError("-n takes 1 to 2000 pairs") }
        guard (0...600).contains(seconds) else { throw ValidationError("-d takes 0 to 600 seconds") }
        guard (1...64).contains(workers) else { throw ValidationError("--workers takes 1 to 64") }
    }

    func run() async throws {
        try checkCounter()
        if measuresPipe { return PipeBench.run() }
        let memoryBefore = Usage.residentBytes()
        let before = Usage.now()
        var configuration = WorkerConfiguration()
        // As the runner does for as many peers.
        configuration.timerGranularity = .milliseconds(pairs > 10 ? 5 : 1)
        let driver = SocketDriver(workers: workers, configuration: configuration)
        let media = Media()
        let materials = driver.workers.map { _ in
            WorkerMaterial(profile: cipher.profile, sharesCertificate: certificate == .shared, media: media)
        }
        let tallies = materials.map(\.tally)
        let handles = host(on: driver, materials)
        try await join(tallies, clock: driver.clock)
        let joined = Usage.now()
        let memoryJoined = Usage.residentBytes()
        let peers = Double(2 * pairs)
        var fields: [(String, String)] = [
            ("implementation", "starling"), ("cipher", cipher.rawValue), ("certificate", certificate.rawValue),
            ("pairs", "\(pairs)"), ("workers", "\(workers)"),
            ("srtp", await driver.withMachine(handles[0]) { machine, _ in (machine as? Pair)?.cipher ?? "none" }),
            ("cpu_ms_per_peer", ((joined.cpu - before.cpu).inMilliseconds / peers).decimal(3)),
            ("allocations_per_peer", (Double(joined.allocations - before.allocations) / peers).decimal(0)),
            ("page_faults_per_peer", (Double(joined.pageFaults - before.pageFaults) / peers).decimal(2)),
            ("joined_kib_per_peer", (Double(memoryJoined - memoryBefore) / 1024 / peers).decimal(1)),
        ]
        if seconds > 0 {
            fields += await measureMedia(driver, handles, tallies)
            fields.append(
                ("kib_per_peer", (Double(Usage.residentBytes() - memoryBefore) / 1024 / peers).decimal(1)))
        }
        print(fields.map { "\($0)=\($1)" }.joined(separator: " "))
        await driver.stop()
        if let failure = tallies.lazy.compactMap(\.failure).first { throw Failure(description: failure) }
    }

    private func host(on driver: SocketDriver, _ materials: [WorkerMaterial]) -> [MachineHandle] {
        let first = driver.clock.now
        return (0..<pairs).map { index in
            let material = materials[index % workers]
            let seed = SplitMix64.derive(7, "pair.\(index)")
            return driver.host(seed: seed, startAt: first + Self.joinInterval * index) { [clock = driver.clock] now in
                do {
                    let setup = try material.setup(seed: seed, wallClock: clock.wallClock, now: now)
                    return try Pair(setup, tally: material.tally, now: now)
                } catch {
                    preconditionFailure("a pair cannot be made: \(error)")
                }
            }
        }
    }

    private func join(_ tallies: [Tally], clock: DriverClock) async throws {
        let limit = clock.now + Self.joinLimit
        while true {
            let connected = tallies.reduce(0) { $0 + $1.connected.load(ordering: .relaxed) }
            if connected == pairs { return }
            if let failure = tallies.lazy.compactMap(\.failure).first { throw Failure(description: failure) }
            guard clock.now < limit else {
                throw Failure(description: "only \(connected) of \(pairs) pairs connected within \(Self.joinLimit)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func measureMedia(
        _ driver: SocketDriver, _ handles: [MachineHandle], _ tallies: [Tally]
    ) async -> [(String, String)] {
        let before = Usage.now()
        let health = driver.health
        let begin = driver.clock.now
        for (index, handle) in handles.enumerated() {
            // Spread over the 20 ms of a tick, at whole milliseconds.
            let tick = (begin.nanoseconds / 20_000_000 + 1) * 20_000_000 + UInt64(index * 7 % 20) * 1_000_000
            await driver.withMachine(handle) { machine, _ in (machine as? Pair)?.start(at: Instant(nanoseconds: tick)) }
        }
        let end = begin + .seconds(seconds)
        let warm = min(Self.warmUp, .seconds(seconds) * 0.5)
        try? await Task.sleep(for: warm)
        let steady = Usage.now()
        let receivedBeforeSteady = tallies.reduce(0) { $0 + $1.received.load(ordering: .relaxed) }
        try? await Task.sleep(for: end - driver.clock.now)
        let after = Usage.now()
        let received = tallies.reduce(0) { $0 + $1.received.load(ordering: .relaxed) }
        let sent = tallies.reduce(0) { $0 + $1.sent.load(ordering: .relaxed) }
        let damaged = tallies.reduce(0) { $0 + $1.damaged.load(ordering: .relaxed) }
        let elapsed = (driver.clock.now - begin).inSeconds
        let offered = Double(pairs) * 150 * elapsed
        for handle in handles { await driver.withMachine(handle) { machine, _ in (machine as? Pair)?.stop() } }
        let now = driver.health
        let packets = Double(max(1, received))
        let cpu = (after.cpu - before.cpu).inSeconds
        let allocations = Double(after.allocations - steady.allocations)
        return [
            ("seconds", elapsed.decimal(2)),
            ("us_per_packet", (cpu / packets * 1e6).decimal(2)),
            (
                "allocations_per_packet",
                (allocations / Double(max(1, received - receivedBeforeSteady))).decimal(5)
            ),
            ("offered", "\(Int(offered))"), ("sent", "\(sent)"), ("received", "\(received)"), ("damaged", "\(damaged)"),
            ("achieved", (Double(received) / offered).decimal(4)),
            ("core_percent", (cpu / elapsed * 100).decimal(1)),
            ("turns_per_s", (Double(now.turns - health.turns) / elapsed).decimal(0)),
            ("sent_datagrams", "\(now.datagramsSent - health.datagramsSent)"),
            ("send_calls", "\(now.sendCalls - health.sendCalls)"),
            ("received_datagrams", "\(now.datagramsReceived - health.datagramsReceived)"),
            ("receive_calls", "\(now.receiveCalls - health.receiveCalls)"),
            ("lag_p99_ms", now.lag.p99.inMilliseconds.decimal(2)),
        ]
    }

    /// A counter that counts nothing would always be content.
    private func checkCounter() throws {
        let before = allocation_count()
        let array = [UInt64](repeating: allocation_count(), count: 1000)
        guard array.count == 1000, allocation_count() > before else {
            throw Failure(description: "allocations of this program are not counted")
        }
        let between = allocation_count()
        _ = try Certificate.generate(unixSeconds: 1_700_000_000)
        guard allocation_count() > between + 10 else {
            throw Failure(description: "allocations of shared libraries are not counted")
        }
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }
}

extension Duration {
    var inMilliseconds: Double { inSeconds * 1000 }
}
