import RTCCore
import RoomCore
import SignalingProtocol
import Testing

/// A core, and what it said to whom.
struct Scene {
    var core: RoomCore
    var now = Instant.origin
    var lastID: Int64 = 0
    var outputs: [RoomOutput] = []

    init(limits: RoomLimits = RoomLimits(), timing: RoomTiming = RoomTiming(), seed: UInt64 = 1) {
        core = RoomCore(limits: limits, timing: timing, seed: seed)
    }

    @discardableResult
    mutating func ask(_ key: SessionKey, _ command: RoomCommand) -> RoomReply? {
        lastID += 1
        core.perform(command, id: lastID, for: key, now: now)
        drain()
        for case .reply(key, lastID, let reply) in outputs { return reply }
        return nil
    }

    mutating func enter(
        _ room: String = "r", identity: String? = nil, mode: RoomMode = .auto, duplicate: DuplicatePolicy = .replace,
        isReady: Bool = true
    ) throws -> (key: SessionKey, snapshot: RoomSnapshot) {
        let (key, _) = core.open(identity: identity)
        let reply = ask(key, .join(JoinRequest(room: room, name: "n", mode: mode, duplicate: duplicate)))
        guard case .joined(let snapshot)? = reply else { throw Refused(reply: reply) }
        if isReady { ask(key, .ready) }
        return (key, snapshot)
    }

    struct Refused: Error {
        let reply: RoomReply?

        var code: ErrorCode? {
            guard case .refused(let error)? = reply else { return nil }
            return error.code
        }
    }

    mutating func wait(_ duration: Duration) {
        let end = now + duration
        while let deadline = core.deadline, deadline <= end {
            now = max(now, deadline)
            core.advance(to: now)
        }
        now = end
        core.advance(to: now)
        drain()
    }

    mutating func disconnect(_ key: SessionKey) {
        core.disconnected(key, now: now)
        drain()
    }

    mutating func drain() {
        while let output = core.nextOutput() { outputs.append(output) }
    }

    func events(_ key: SessionKey) -> [RoomEvent] {
        outputs.compactMap { output in
            guard case .event(key, _, _, let event) = output else { return nil }
            return event
        }
    }

    func code(_ reply: RoomReply?) -> ErrorCode? {
        Refused(reply: reply).code
    }
}

func signal(_ to: String, epoch: Int64 = 1, connection: String = "a", body: String = "{}") -> RoomCommand {
    .signal(SignalRequest(to: to, connection: connection, epoch: epoch, kind: .candidates, body: body))
}

@Suite("Rooms")
struct RoomCoreTests {
    @Test("a newcomer is told who is there, and they are told of it; in each pair the newcomer is polite")
    func join() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        #expect(first.snapshot.peers.isEmpty && first.snapshot.rev == 1)
        #expect(second.snapshot.peers.map(\.id) == [first.snapshot.participant])
        #expect(second.snapshot.peers.map(\.polite) == [true])
        #expect(
            scene.events(first.key) == [
                .peerJoined(PeerDescription(id: second.snapshot.participant, name: "n", role: "speaker", polite: false))
            ])
        #expect(scene.core.participants(in: "r") == [first.snapshot.participant, second.snapshot.participant])
    }

    @Test("events and signals wait for ready, in order")
    func held() throws {
        var scene = Scene()
        let first = try scene.enter()
        let slow = try scene.enter(isReady: false)
        let third = try scene.enter()
        scene.ask(first.key, signal(slow.snapshot.participant, body: #"{"n":1}"#))
        scene.ask(third.key, .leave)
        #expect(scene.events(slow.key).isEmpty)
        scene.ask(slow.key, .ready)
        let events = scene.events(slow.key)
        #expect(events.count == 3)
        guard case .peerJoined = events[0], case .signal = events[1], case .peerLeft(_, .leave) = events[2] else {
            Issue.record("out of order: \(events)")
            return
        }
    }

    @Test("after five seconds the server does not wait for ready any longer")
    func readyTimeout() throws {
        var scene = Scene()
        let slow = try scene.enter(isReady: false)
        _ = try scene.enter()
        scene.wait(.milliseconds(4999))
        #expect(scene.events(slow.key).isEmpty)
        scene.wait(.milliseconds(1))
        #expect(scene.events(slow.key).count == 1)
    }

    @Test("a signal that waits ten seconds expires, and its sender is told")
    func expiry() throws {
        var timing = RoomTiming()
        timing.readyWithin = .seconds(60)
        var scene = Scene(timing: timing)
        let first = try scene.enter()
        let slow = try scene.enter(isReady: false)
        #expect(scene.ask(first.key, signal(slow.snapshot.participant)) == .done)
        scene.wait(.milliseconds(9999))
        #expect(scene.core.statistics.signalsExpired == 0)
        scene.wait(.milliseconds(1))
        #expect(
            scene.events(first.key).last
                == .signalExpired(to: slow.snapshot.participant, connection: "a", epoch: 1, kind: .candidates))
    }

    @Test("a lost connection is a leave when the grace is over, not before")
    func grace() throws {
        var scene = Scene()
        let first = try scene.enter()
        let gone = try scene.enter()
        scene.disconnect(gone.key)
        scene.wait(.milliseconds(29_999))
        #expect(scene.events(first.key).count == 2)
        scene.wait(.milliseconds(1))
        #expect(
            scene.events(first.key).last == .peerLeft(participant: gone.snapshot.participant, reason: .disconnected))
    }

    @Test("a signal reaches its receiver and no one else; strangers and oneself are no peers")
    func relay() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        let third = try scene.enter()
        let elsewhere = try scene.enter("other")
        let before = scene.events(third.key).count
        #expect(scene.ask(first.key, signal(second.snapshot.participant)) == .done)
        #expect(scene.events(third.key).count == before)
        for to in [elsewhere.snapshot.participant, first.snapshot.participant, "p_nobody"] {
            #expect(scene.code(scene.ask(first.key, signal(to))) == .noSuchPeer)
        }
        #expect(scene.core.statistics.signalsRelayed == 1)
    }

    @Test("an older epoch of a connection is refused, another connection is not")
    func epochs() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        let to = second.snapshot.participant
        #expect(scene.ask(first.key, signal(to, epoch: 2)) == .done)
        #expect(scene.ask(first.key, signal(to, epoch: 2)) == .done)
        #expect(scene.code(scene.ask(first.key, signal(to, epoch: 1))) == .staleEpoch)
        #expect(scene.ask(first.key, signal(to, epoch: 1, connection: "b")) == .done)
        for index in 0..<14 { scene.ask(first.key, signal(to, connection: "c\(index)")) }
        #expect(scene.code(scene.ask(first.key, signal(to, connection: "one too many"))) == .badRequest)
    }

    @Test("sixty-four signals may wait for one receiver")
    func pending() throws {
        var scene = Scene()
        let first = try scene.enter()
        let slow = try scene.enter(isReady: false)
        for _ in 0..<64 { #expect(scene.ask(first.key, signal(slow.snapshot.participant)) == .done) }
        #expect(scene.code(scene.ask(first.key, signal(slow.snapshot.participant))) == .notReady)
    }

    @Test("a room is full at fifty, a mesh at eight, and a place that is left is free", arguments: [RoomMode.auto, .mesh])
    func full(mode: RoomMode) throws {
        var scene = Scene()
        var keys: [SessionKey] = []
        for _ in 0..<(mode == .mesh ? 8 : 50) { keys.append(try scene.enter(mode: mode).key) }
        let refused = #expect(throws: Scene.Refused.self) { try scene.enter(mode: .auto) }
        #expect(refused?.code == .roomFull)
        scene.ask(keys[3], .leave)
        #expect(throws: Never.self) { try scene.enter() }
    }

    @Test("requests out of place are refused")
    func outOfPlace() throws {
        var scene = Scene()
        let (outside, _) = scene.core.open()
        #expect(scene.code(scene.ask(outside, .ready)) == .conflict)
        #expect(scene.code(scene.ask(outside, .leave)) == .conflict)
        #expect(scene.code(scene.ask(outside, signal("p_1"))) == .conflict)
        #expect(scene.code(scene.ask(outside, .join(JoinRequest(room: "r", name: "n", mode: .sfu)))) == .badRequest)
        let inside = try scene.enter()
        #expect(scene.code(scene.ask(inside.key, .join(JoinRequest(room: "q", name: "n")))) == .alreadyJoined)
        #expect(scene.core.roomCount == 1)
    }

    @Test("a second session of an identity replaces, is refused, or is allowed up to four times")
    func duplicates() throws {
        var scene = Scene()
        let watcher = try scene.enter()
        let first = try scene.enter(identity: "ana")
        let second = try scene.enter(identity: "ana")
        #expect(scene.outputs.contains(.end(first.key, .replaced, reason: "joined again from elsewhere")))
        #expect(scene.events(watcher.key).contains(.peerLeft(participant: first.snapshot.participant, reason: .replaced)))
        #expect(second.snapshot.peers.map(\.id) == [watcher.snapshot.participant])
        let refused = #expect(throws: Scene.Refused.self) { try scene.enter(identity: "ana", duplicate: .reject) }
        #expect(refused?.code == .duplicateIdentity)
        for _ in 0..<3 { _ = try scene.enter(identity: "ana", duplicate: .allow) }
        #expect(throws: Scene.Refused.self) { try scene.enter(identity: "ana", duplicate: .allow) }
    }

    @Test("the same seed gives the same ids")
    func deterministic() throws {
        let run = { (seed: UInt64) in
            var scene = Scene(seed: seed)
            return try (0..<5).map { _ in try scene.enter().snapshot.participant }
        }
        #expect(try run(3) == run(3))
        #expect(try run(3) != run(4))
    }
}
