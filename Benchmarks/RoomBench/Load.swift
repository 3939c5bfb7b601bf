import ArgumentParser
import Figures
import Glibc
import NetworkDriver
import NetworkImpairment
import RTCCore
import Synchronization

/// Callers that join rooms, stay, and relay messages: what a session and a message cost.
struct Load: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures a server's rooms.",
        discussion: """
            Prints one line of figures. Ends with 1 where a caller saw what must not happen: somebody missing from a roster or in it twice, \
            a message lost, repeated, out of order or of another room, a request without an answer, a connection that ended.
            """)

    enum Dialect: String, CaseIterable, ExpressibleByArgument {
        case native
        case socketio
    }

    @Option(help: "The server's WebSocket, such as ws://127.0.0.1:8080/ws, or ws://…/socket.io/?EIO=4&transport=websocket.")
    var url: String
    @Option(help: "What callers speak: native (starling.v1) or socketio.")
    var dialect = Dialect.native
    @Option(help: "The server's process on this machine, whose time and memory are counted.")
    var serverPID: Int32
    @Option(help: "Rooms.")
    var rooms = 1000
    @Option(help: "Callers in each room.")
    var members = 4
    @Option(help: "Seconds over which they join.")
    var joinSeconds = 8.0
    @Flag(help: "Each newcomer sends a description to each peer, and is answered with one (native only).")
    var offers = false
    @Option(help: "Messages relayed per second by all callers together; 0 for none.")
    var rate = 0
    @Option(help: "Seconds to relay, or to stay.")
    var seconds = 10

    /// How long everything may take that has no time of its own.
    static let patience = Duration.seconds(30)
    static let warmUp = Duration.seconds(1)

    func validate() throws {
        guard (1...10_000).contains(rooms), (1...50).contains(members), rooms * members <= 16_000 else {
            throw ValidationError("rooms and members take 16,000 callers at most")
        }
        guard (0...200_000).contains(rate), (0...600).contains(seconds), (0.1...600).contains(joinSeconds) else {
            throw ValidationError("a rate is at most 200,000, and nothing takes more than 600 seconds")
        }
        guard ProcessUsage(of: serverPID) != nil else { throw ValidationError("there is no process \(serverPID)") }
    }

    func run() async throws {
        var configuration = WorkerConfiguration()
        configuration.signalingTimeout = Self.patience
        if dialect == .socketio { configuration.signalingSubprotocol = nil }
        let driver = SocketDriver(workers: 1, configuration: configuration)
        let tally = RoomTally()
        let total = rooms * members
        var fields: [(String, String)] = [("dialect", dialect.rawValue), ("rooms", "\(rooms)"), ("callers", "\(total)")]
        let before = try server()
        let began = driver.clock.now
        let handles = host(on: driver, tally)
        try await wait(driver, "callers joined", for: total) {
            tally.joined.load(ordering: .relaxed) + tally.lost.load(ordering: .relaxed)
        }
        let allJoined = driver.clock.now - began
        try await settle(driver, handles)
        let joined = try server()
        fields += [
            ("joined", "\(tally.joined.load(ordering: .relaxed))"), ("join_s", allJoined.inSeconds.decimal(2)),
            ("join_p50_ms", Self.milliseconds(tally.joins.quantile(0.5))), ("join_p99_ms", Self.milliseconds(tally.joins.p99)),
            ("cpu_us_per_join", ((joined.cpu - before.cpu).inSeconds / Double(total) * 1e6).decimal(1)),
            ("kib_per_session", (Double(joined.resident - before.resident) / 1024 / Double(total)).decimal(2)),
        ]
        await checkRosters(driver, handles, tally)
        if rate > 0 {
            fields += try await relay(driver, handles, tally)
        } else if seconds > 0 {
            let start = try server()
            try await Task.sleep(for: .seconds(seconds))
            let end = try server()
            fields.append(("idle_core_percent", ((end.cpu - start.cpu).inSeconds / Double(seconds) * 100).decimal(2)))
        }
        try await leave(driver, handles, tally)
        fields += [("lost", "\(tally.lost.load(ordering: .relaxed))"), ("breaches", "\(tally.breachCount)")]
        print(fields.map { "\($0)=\($1)" }.joined(separator: " "))
        await driver.stop()
        if let breach = tally.firstBreach { throw Failure(description: "\(tally.breachCount) breaches, the first: \(breach)") }
    }

    private func server() throws -> ProcessUsage {
        guard let usage = ProcessUsage(of: serverPID) else { throw Failure(description: "the server's process is gone") }
        return usage
    }

    /// The members of a room join one after the other, and all rooms beside each other.
    private func host(on driver: SocketDriver, _ tally: RoomTally) -> [MachineHandle] {
        let total = rooms * members
        let interval = Duration.seconds(1) * (joinSeconds / Double(total))
        let first = driver.clock.now + .milliseconds(10)
        return (0..<total).map { index in
            let room = "room-\(index % rooms)"
            let name = "caller-\(index)"
            let seed = SplitMix64.derive(7, name)
            return driver.host(seed: seed, startAt: first + interval * index) { [url, dialect, offers] now in
                switch dialect {
                case .native:
                    return NativeCaller(url: url, room: room, name: name, seed: seed, offers: offers, tally: tally, now: now)
                case .socketio:
                    return SocketIOCaller(url: url, room: room, name: name, tally: tally, now: now)
                }
            }
        }
    }

    private func wait(_ driver: SocketDriver, _ what: String, for wanted: Int, _ count: () -> Int) async throws {
        let limit = driver.clock.now + Self.patience + .seconds(1) * joinSeconds
        while count() < wanted {
            guard driver.clock.now < limit else { throw Failure(description: "only \(count()) of \(wanted) \(what) in time") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Waits until every caller knows all others of its room and has its answers, or long enough.
    private func settle(_ driver: SocketDriver, _ handles: [MachineHandle]) async throws {
        let limit = driver.clock.now + Self.patience
        for handle in handles {
            while driver.clock.now < limit {
                let isSettled = await driver.withMachine(handle) { [members] machine, _ in
                    guard let caller = machine as? any RoomCaller else { return true }
                    return caller.peerNames.count >= members - 1 && ((caller as? NativeCaller)?.unanswered ?? 0) == 0
                }
                if isSettled { break }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    /// After all have joined, each member's roster is the others, and nobody else.
    private func checkRosters(_ driver: SocketDriver, _ handles: [MachineHandle], _ tally: RoomTally) async {
        var names: [String: Set<String>] = [:]
        var rosters: [(room: String, own: String, others: [String], unanswered: Int)] = []
        for handle in handles {
            let entry = await driver.withMachine(handle) { machine, _ -> (String, String, [String], Int)? in
                guard let caller = machine as? any RoomCaller, let own = caller.selfName else { return nil }
                return (caller.room, own, caller.peerNames, (caller as? NativeCaller)?.unanswered ?? 0)
            }
            guard let entry else {
                tally.breach("a caller is in no room")
                continue
            }
            if !names[entry.0, default: []].insert(entry.1).inserted { tally.breach("two callers of \(entry.0) have one name") }
            rosters.append(entry)
        }
        for entry in rosters {
            let expected = names[entry.room, default: []].subtracting([entry.own])
            if Set(entry.others) != expected || entry.others.count != expected.count {
                tally.breach("\(entry.own) of \(entry.room) sees \(entry.others.count) others, not \(expected.count)")
            }
            if entry.unanswered > 0 { tally.breach("\(entry.own) of \(entry.room) has \(entry.unanswered) offers unanswered") }
        }
    }

    private func relay(_ driver: SocketDriver, _ handles: [MachineHandle], _ tally: RoomTally) async throws -> [(String, String)]
    {
        let interval = Duration.seconds(1) * (Double(handles.count) / Double(rate))
        let first = driver.clock.now + .milliseconds(50)
        for (index, handle) in handles.enumerated() {
            let offset = interval * (Double(index) / Double(handles.count))
            await driver.withMachine(handle) { machine, _ in
                (machine as? any RoomCaller)?.beginRelaying(at: first + offset, every: interval)
            }
        }
        try await Task.sleep(for: Self.warmUp)
        tally.forgetRelays()
        let start = try server()
        let own = ProcessUsage(of: getpid())
        let relayedBefore = tally.relayed.load(ordering: .relaxed)
        let startedAt = driver.clock.now
        try await Task.sleep(for: .seconds(seconds))
        let end = try server()
        let elapsed = (driver.clock.now - startedAt).inSeconds
        let relayed = tally.relayed.load(ordering: .relaxed) - relayedBefore
        let ownEnd = ProcessUsage(of: getpid())
        let latencies = tally.relays
        for handle in handles { await driver.withMachine(handle) { machine, _ in (machine as? any RoomCaller)?.endRelaying() } }
        try await wait(driver, "messages arrived", for: Int(tally.sent.load(ordering: .relaxed))) {
            Int(tally.relayed.load(ordering: .relaxed))
        }
        let cpu = (end.cpu - start.cpu).inSeconds
        let perSecond = Double(relayed) / elapsed
        var ownCPU = 0.0
        if let own, let ownEnd { ownCPU = (ownEnd.cpu - own.cpu).inSeconds }
        return [
            ("offered_per_s", "\(rate)"), ("relayed_per_s", perSecond.decimal(0)),
            ("relayed_per_core_s", (Double(relayed) / max(cpu, 0.01)).decimal(0)),
            ("server_core_percent", (cpu / elapsed * 100).decimal(1)),
            ("callers_core_percent", (ownCPU / elapsed * 100).decimal(1)),
            ("relay_p50_ms", Self.milliseconds(latencies.quantile(0.5))), ("relay_p99_ms", Self.milliseconds(latencies.p99)),
            ("relay_max_ms", Self.milliseconds(latencies.max)),
        ]
    }

    private func leave(_ driver: SocketDriver, _ handles: [MachineHandle], _ tally: RoomTally) async throws {
        for handle in handles {
            await driver.withMachine(handle) { [clock = driver.clock] machine, _ in
                (machine as? any RoomCaller)?.leave(now: clock.now)
            }
        }
        try await wait(driver, "callers left", for: handles.count) {
            tally.left.load(ordering: .relaxed) + tally.lost.load(ordering: .relaxed)
        }
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private static func milliseconds(_ duration: Duration) -> String {
        (duration.inSeconds * 1000).decimal(2)
    }
}
