import RTCCore
import RoomCore
import SignalingProtocol
import Testing

@Suite("A participant without a connection")
struct GraceTests {
    private func sent(_ to: String, _ kind: SignalKind, _ text: String, epoch: Int64 = 1) -> RoomCommand {
        .signal(SignalRequest(to: to, connection: "a", epoch: epoch, kind: kind, body: kind.body(text).text))
    }

    private func texts(_ events: [RoomEvent]) -> [String] {
        events.compactMap { event in
            guard case .signal(_, let signal) = event, let body = try? JSONParser.parse(signal.body) else { return nil }
            return signal.kind.text(of: body)
        }
    }

    @Test("a blip of less than two seconds is invisible")
    func blip() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        scene.disconnect(second.key)
        scene.wait(.milliseconds(1999))
        scene.core.resumed(second.key, now: scene.now)
        scene.wait(.seconds(60))
        #expect(scene.events(first.key).count == 1)
        #expect(scene.core.participants(in: "r").count == 2)
    }

    @Test("after two seconds the room is told, and told again when it comes back")
    func reconnecting() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        scene.disconnect(second.key)
        scene.wait(.seconds(2))
        let id = second.snapshot.participant
        #expect(scene.events(first.key).last == .peerReconnecting(participant: id))
        let third = try scene.enter()
        #expect(third.snapshot.peers.map(\.isReconnecting) == [false, true])
        scene.core.resumed(second.key, now: scene.now)
        scene.wait(.seconds(60))
        #expect(scene.events(first.key).last == .peerResumed(participant: id))
        #expect(scene.events(third.key).last == .peerResumed(participant: id))
        guard case .peerJoined? = scene.events(second.key).last else {
            Issue.record("what happened meanwhile was not told")
            return
        }
    }

    @Test("the timers of an earlier loss do not count for a later one")
    func twoLosses() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        scene.disconnect(second.key)
        scene.wait(.seconds(1))
        scene.core.resumed(second.key, now: scene.now)
        scene.disconnect(second.key)
        scene.wait(.milliseconds(29_999))
        #expect(scene.core.participants(in: "r").count == 2)
        scene.wait(.milliseconds(1))
        #expect(scene.core.participants(in: "r") == [first.snapshot.participant])
    }

    @Test("candidates for it travel together, and an offer takes the place of an older one")
    func coalesced() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        let to = second.snapshot.participant
        scene.disconnect(second.key)
        scene.ask(first.key, sent(to, .offer, "one"))
        for candidate in ["a", "b", "c"] { scene.ask(first.key, sent(to, .candidates, candidate)) }
        scene.ask(first.key, sent(to, .offer, "two"))
        scene.ask(first.key, sent(to, .bye, "enough"))
        scene.ask(first.key, sent(to, .offer, "three"))
        scene.ask(first.key, sent(to, .offer, "four", epoch: 2))
        #expect(scene.core.waiting(for: second.key, now: scene.now) == 4)
        scene.core.resumed(second.key, now: scene.now)
        scene.wait(.zero)
        #expect(texts(scene.events(second.key)) == ["a\nb\nc", "enough", "three", "four"])
        #expect(scene.core.statistics.signalsCoalesced == 3)
    }

    @Test("signals for it wait thirty seconds, and as many bytes as are allowed")
    func waiting() throws {
        var timing = RoomTiming()
        timing.disconnectGrace = .seconds(100)
        var scene = Scene(timing: timing)
        let first = try scene.enter()
        let second = try scene.enter()
        let to = second.snapshot.participant
        scene.disconnect(second.key)
        scene.ask(first.key, sent(to, .bye, "x"))
        let large = String(repeating: "x", count: 300_000)
        for _ in 0..<3 { #expect(scene.ask(first.key, sent(to, .answer, large)) == .done) }
        #expect(scene.code(scene.ask(first.key, sent(to, .answer, large))) == .notReady)
        scene.wait(.milliseconds(29_999))
        #expect(scene.core.statistics.signalsExpired == 0)
        scene.wait(.milliseconds(1))
        #expect(scene.core.statistics.signalsExpired == 4)
    }

    @Test("a session that missed too much joins anew and keeps its participant, its politeness and its signals")
    func takeOver() throws {
        var limits = RoomLimits()
        limits.pendingEvents = 2
        var scene = Scene(limits: limits)
        let first = try scene.enter()
        let second = try scene.enter()
        let third = try scene.enter()
        let id = second.snapshot.participant
        scene.disconnect(second.key)
        scene.ask(first.key, sent(id, .offer, "kept"))
        for _ in 0..<3 { scene.ask(try scene.enter().key, .leave) }
        #expect(scene.core.waiting(for: second.key, now: scene.now) == nil)
        let (key, _) = scene.core.open(succeeding: second.key)
        let reply = scene.ask(key, .join(JoinRequest(room: "r", name: "n")))
        guard case .joined(let snapshot)? = reply else {
            Issue.record("not joined: \(String(describing: reply))")
            return
        }
        #expect(snapshot.participant == id)
        #expect(snapshot.peers.map(\.id) == [first.snapshot.participant, third.snapshot.participant])
        #expect(snapshot.peers.map(\.polite) == [true, false])
        #expect(scene.outputs.contains(.over(second.key)))
        scene.ask(key, .ready)
        #expect(texts(scene.events(key)) == ["kept"])
        scene.wait(.seconds(60))
        #expect(scene.core.participants(in: "r").count == 3 && scene.core.sessionCount == 6)
        let left = scene.events(first.key).contains(.peerLeft(participant: id, reason: .disconnected))
        #expect(!left)
    }

    @Test("a session that joins another room after a gap leaves the first at once")
    func elsewhere() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        scene.disconnect(second.key)
        let (key, _) = scene.core.open(succeeding: second.key)
        scene.ask(key, .join(JoinRequest(room: "other", name: "n")))
        #expect(
            scene.events(first.key).last == .peerLeft(participant: second.snapshot.participant, reason: .leave))
    }

    @Test("whoever ends its session is not waited for")
    func ended() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        scene.core.ended(second.key, .leave)
        scene.wait(.zero)
        #expect(scene.core.participants(in: "r") == [first.snapshot.participant])
        scene.disconnect(first.key)
        scene.core.ended(first.key, .disconnected)
        scene.wait(.zero)
        #expect(scene.core.roomCount + scene.core.sessionCount == 0)
    }
}
