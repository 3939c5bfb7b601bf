import ArgumentParser
import Figures
import Glibc
import NetworkDriver
import NetworkImpairment
import RTCCore
import SignalingClients
import Synchronization

/// Callers that chat while sockets, other callers and the server itself are killed by whoever drives this: `interop/reconnect`.
///
/// It says on its output, and hears on its input, a word a line:
///
///     says      when                                                             hears, and goes on
///     joined    all are in their rooms                                           killed: strangers in these rooms have died
///     coherent  their grace is over; all that was cut meanwhile is whole again   restarted: the server died, and another listens
///     whole     all have come back
struct Endure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Chats and comes back while things die.",
        discussion:
            "Ends with 1 where somebody stays silent, a ghost outlives its grace, or the chat loses, repeats or reorders a message."
    )

    @Option(help: "The server's WebSocket, such as ws://127.0.0.1:8080/ws.")
    var url: String
    @Option(help: "Rooms.")
    var rooms = 20
    @Option(help: "Callers in each room.")
    var members = 3
    @Option(help: "How callers' names begin.")
    var prefix = "caller"
    @Option(help: "Seconds of grace for who is lost, as the server has it.")
    var grace = 30
    @Flag(help: "Only join and stay, to be killed.")
    var stay = false

    /// What is heard of a lost peer at the latest, behind its grace (I5).
    static let lateness = Duration.seconds(2)
    static let patience = Duration.seconds(30)
    static let chatInterval = Duration.milliseconds(700)
    /// Rare enough that what waits to be said does not come to more than a session may say at once.
    static let cutInterval = Duration.milliseconds(150)

    func validate() throws {
        guard (1...1000).contains(rooms), (1...50).contains(members) else { throw ValidationError("at most 1,000 rooms of 50") }
        guard (0...300).contains(grace) else { throw ValidationError("a grace is at most 300 seconds") }
    }

    func run() async throws {
        let driver = SocketDriver(workers: 1)
        let tally = RoomTally()
        let total = rooms * members
        let handles = (0..<total).map { index in
            let name = "\(prefix)-\(index)"
            let seed = SplitMix64.derive(11, name)
            return driver.host(seed: seed, startAt: driver.clock.now + .milliseconds(2 * index)) { [url, rooms] _ in
                EnduringCaller(url: url, room: "room-\(index % rooms)", name: name, seed: seed, tally: tally)
            }
        }
        try await wait(driver, "joined", for: total) { tally.joined.load(ordering: .relaxed) }
        say("joined")
        guard !stay else {
            while true { try await Task.sleep(for: .seconds(1)) }
        }
        try await endure(driver, handles, tally)
        await driver.stop()
        if let breach = tally.firstBreach {
            throw Load.Failure(description: "\(tally.breachCount) breaches, the first: \(breach)")
        }
    }

    private func endure(_ driver: SocketDriver, _ handles: [MachineHandle], _ tally: RoomTally) async throws {
        try hear("killed")
        let ghostsUntil = driver.clock.now + .seconds(grace) + Self.lateness
        await chat(driver, handles)
        var random = SplitMix64(seed: 23)
        var cuts = 0
        // Of all that time the last third is left in peace, so that nothing is under way when it is looked at.
        while driver.clock.now < ghostsUntil - .seconds(grace) * 0.3 {
            let victim = handles[Int(random.unitInterval() * Double(handles.count)) % handles.count]
            let duration = Duration.milliseconds(50 + Int(random.unitInterval() * 3000))
            await driver.withMachine(victim) { machine, _ in (machine as? EnduringCaller)?.cut(for: duration) }
            cuts += 1
            try await Task.sleep(for: Self.cutInterval)
        }
        try await Task.sleep(for: ghostsUntil - driver.clock.now)
        let first = try await look(driver, handles, tally)
        say("coherent")
        try hear("restarted")
        let restarted = driver.clock.now
        // A caller may not have noticed yet.
        try await Task.sleep(for: .seconds(1))
        try await wait(driver, "present", for: handles.count) { await present(driver, handles) }
        let whole = driver.clock.now - restarted
        try await Task.sleep(for: .seconds(3))
        let second = try await look(driver, handles, tally)
        say("whole")
        let rejoined = second.filter { $0.0 == .rejoined }
        let resumed = first.filter { $0.0 == .resumed }
        print(
            "callers=\(handles.count) cuts=\(cuts) resumed=\(resumed.count) rejoined_before=\(first.count - resumed.count)",
            "longest_ms=\(Self.longest(first)) rejoined=\(rejoined.count) whole_s=\(whole.inSeconds.decimal(2))",
            "longest_rejoin_ms=\(Self.longest(rejoined)) breaches=\(tally.breachCount)")
    }

    private static func longest(_ outcomes: [(EnduringCaller.Outcome, Duration)]) -> String {
        ((outcomes.map(\.1).max() ?? .zero).inSeconds * 1000).decimal(0)
    }

    private func chat(_ driver: SocketDriver, _ handles: [MachineHandle]) async {
        for (index, handle) in handles.enumerated() {
            let first = driver.clock.now + Self.chatInterval * (Double(index) / Double(handles.count))
            await driver.withMachine(handle) { machine, _ in
                (machine as? EnduringCaller)?.beginChat(at: first, every: Self.chatInterval)
            }
        }
    }

    private func present(_ driver: SocketDriver, _ handles: [MachineHandle]) async -> Int {
        var count = 0
        for handle in handles {
            count += await driver.withMachine(handle) { machine, _ in (machine as? EnduringCaller)?.isPresent == true ? 1 : 0 }
        }
        return count
    }

    private struct View: Sendable {
        var room: String
        var own: String
        var others: [String]
        var chat: ChatBook
        var outcomes: [(EnduringCaller.Outcome, Duration)]
    }

    /// Lets the chat come to rest, and checks what everybody has: each other and nobody else, and one chat without a gap.
    ///
    /// - Returns: How lost connections ended so far.
    private func look(
        _ driver: SocketDriver, _ handles: [MachineHandle], _ tally: RoomTally
    ) async throws -> [(EnduringCaller.Outcome, Duration)] {
        for handle in handles { await driver.withMachine(handle) { machine, _ in (machine as? EnduringCaller)?.endChat() } }
        try await wait(driver, "present", for: handles.count) { await present(driver, handles) }
        try await Task.sleep(for: .seconds(1))
        var views: [View] = []
        for handle in handles {
            let view = await driver.withMachine(handle) { machine, _ -> View? in
                guard let caller = machine as? EnduringCaller, let own = caller.client.selfID else { return nil }
                return View(
                    room: caller.client.room, own: own, others: caller.client.peers.map(\.id), chat: caller.chat,
                    outcomes: caller.outcomes)
            }
            guard let view else {
                tally.breach("a caller is in no room")
                continue
            }
            views.append(view)
        }
        let members = Dictionary(grouping: views, by: \.room)
        for view in views {
            let others = Set(members[view.room, default: []].map(\.own)).subtracting([view.own])
            if Set(view.others) != others {
                tally.breach("\(view.own) of \(view.room) sees \(view.others.sorted()), not \(others.sorted())")
            }
            if let gap = view.chat.gap { tally.breach("\(view.own) of \(view.room) never had message \(gap)") }
            let last = members[view.room, default: []].map(\.chat.last).max() ?? 0
            if view.chat.last != last {
                tally.breach("\(view.own) of \(view.room) has the chat up to \(view.chat.last) of \(last)")
            }
        }
        if members.values.contains(where: { $0.allSatisfy { $0.chat.last == 0 } }) { tally.breach("a room had no chat at all") }
        await chat(driver, handles)
        return views.flatMap(\.outcomes)
    }

    private func wait(_ driver: SocketDriver, _ what: String, for wanted: Int, _ count: () async -> Int) async throws {
        let limit = driver.clock.now + Self.patience
        while true {
            let now = await count()
            if now >= wanted { return }
            guard driver.clock.now < limit else {
                throw Load.Failure(description: "only \(now) of \(wanted) callers are \(what) after \(Self.patience)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func say(_ word: String) {
        print(word)
        fflush(nil)
    }

    private func hear(_ word: String) throws {
        guard let line = readLine() else { throw Load.Failure(description: "nobody said '\(word)'") }
        guard line == word else { throw Load.Failure(description: "'\(line)' was said in the place of '\(word)'") }
    }
}
