import NetworkImpairment
import RTCCore
import RoomCore
import ServerFronts
import SignalingProtocol
import Testing

/// A client that says hello by hand.
private struct Caller {
    var welcome: Welcome
    var participant: String
}

extension Scene {
    fileprivate func greet(_ connection: UInt64, _ resume: ResumeRequest? = nil, token: String? = nil) -> Reply? {
        open(connection)
        return ask(connection, .hello(HelloRequest(token: token, resume: resume)))
    }

    /// Requests are numbered from the last of the connection that it follows.
    fileprivate func resume(
        _ caller: Caller, on connection: UInt64, seq: Int64, token: String? = nil
    ) -> (welcome: Welcome?, error: ErrorCode?) {
        let wish = ResumeRequest(session: caller.welcome.session, secret: caller.welcome.secret ?? "", seq: seq)
        switch greet(connection, wish, token: token) {
        case .ok(let result): return (Welcome(result), nil)
        case .refused(let error): return (nil, error.code)
        case nil: return (nil, nil)
        }
    }

    fileprivate func join(_ connection: UInt64, token: String? = nil) throws -> Caller {
        guard case .ok(let hello)? = greet(connection, token: token) else { throw Missing() }
        return try join(connection, Welcome(hello))
    }

    fileprivate func join(_ connection: UInt64, _ welcome: Welcome?) throws -> Caller {
        guard let welcome, case .ok(let result)? = ask(connection, .join(JoinRequest(room: "r", name: "n"))),
            let snapshot = RoomSnapshot(result)
        else { throw Missing() }
        ask(connection, .ready(rev: nil))
        return Caller(welcome: welcome, participant: snapshot.participant)
    }

    struct Missing: Error {}

    fileprivate func drop(_ connection: UInt64, code: UInt16? = nil) {
        front.closed(connection, code: code, now: now)
        drain()
    }

    fileprivate func events(_ connection: UInt64) -> [(event: Event, seq: Int64?, rev: Int64?)] {
        (texts[connection] ?? []).compactMap { text in
            guard case .event(let event, let seq, let rev)? = try? ServerFrame(text) else { return nil }
            return (event, seq, rev)
        }
    }
}

private func signal(_ to: String, _ text: String) -> Request {
    .signal(
        SignalRequest(to: to, connection: "a", epoch: 1, kind: .bye, body: SignalKind.bye.body(text).text))
}

@Suite("Sessions that are resumed, R1 to R9")
struct ResumeTests {
    @Test("a session goes on where it was: missed events first, in order, then 'resumed'")
    func resume() throws {
        let scene = Scene()
        let ana = try scene.join(1)
        let bo = try scene.join(2)
        scene.ask(1, signal(bo.participant, "in flight"))
        scene.drop(2)
        scene.ask(1, signal(bo.participant, "while away"))
        scene.wait(.seconds(3))
        let (welcome, _) = scene.resume(bo, on: 3, seq: 0)
        #expect(welcome?.session == bo.welcome.session && welcome?.epoch == 2 && welcome?.replay == 2)
        #expect(welcome?.secret != bo.welcome.secret && welcome?.secret?.utf8.count == 64)
        let events = scene.events(3)
        #expect(events.map(\.seq) == [1, 2, nil])
        #expect(events.last?.event == .resumed(rev: 4, media: .alive))
        #expect(
            scene.events(1).map(\.event).suffix(2) == [
                .peerReconnecting(participant: bo.participant), .peerResumed(participant: bo.participant),
            ])
        #expect(scene.front.participants(in: "r") == [ana.participant, bo.participant])
        let metrics = scene.front.metrics
        #expect(metrics.resumes == [.resumed: 1] && metrics.replayedEvents == 2 && metrics.sessionsInGrace == 0)
    }

    @Test("what was acknowledged is not told again, and cannot be asked for")
    func acknowledged() throws {
        let scene = Scene()
        _ = try scene.join(1)
        var bo = try scene.join(2)
        for text in ["1", "2", "3"] { scene.ask(1, signal(bo.participant, text)) }
        scene.say(2, #"{"ack":2}"#)
        scene.drop(2)
        let (welcome, _) = scene.resume(bo, on: 3, seq: 2)
        #expect(welcome?.replay == 1)
        bo.welcome.secret = welcome?.secret
        #expect(scene.resume(bo, on: 4, seq: 1).error == .resumeGap)
    }

    @Test(
        "a newer connection takes over from one that seems open: that one is closed with 4009 first, and what it says is nobody's"
    )
    func takeOver() throws {
        let scene = Scene()
        _ = try scene.join(1)
        let bo = try scene.join(2)
        let (welcome, _) = scene.resume(bo, on: 3, seq: 0)
        #expect(welcome?.epoch == 2 && scene.closes == [2: 4009])
        let heard = scene.texts[2]?.count
        scene.say(2, #"{"t":"leave","id":90}"#)
        #expect(scene.texts[2]?.count == heard)
        #expect(scene.front.participants(in: "r").count == 2)
        scene.drop(2)
        scene.wait(.seconds(5))
        #expect(!scene.events(1).contains { $0.event == .peerReconnecting(participant: bo.participant) })
    }

    @Test("a secret is good for one resume: once its successor is known to have arrived, it is no more")
    func singleUse() throws {
        let scene = Scene()
        let bo = try scene.join(2)
        #expect(scene.resume(bo, on: 3, seq: 0).welcome != nil)
        // The answer may have been lost: the same wish again is the same resume.
        #expect(scene.resume(bo, on: 4, seq: 0).welcome?.epoch == 3)
        scene.say(4, #"{"ack":0}"#)
        scene.drop(4)
        #expect(scene.resume(bo, on: 5, seq: 0).error == .resumeUnknown)
        #expect(scene.closes == [2: 4009, 3: 4009])
    }

    @Test("no session, a wrong secret and another's identity are the same to who asks")
    func unknown() throws {
        let scene = Scene {
            $0.accessTokens = [AccessToken(token: "a", identity: "ana"), AccessToken(token: "b", identity: "bo")]
        }
        let ana = try scene.join(1, token: "a")
        scene.drop(1)
        var wrong = ana
        wrong.welcome.secret = String((ana.welcome.secret ?? "").reversed())
        var nobody = ana
        nobody.welcome.session = "s_nobody"
        #expect(scene.resume(wrong, on: 2, seq: 0, token: "a").error == .resumeUnknown)
        #expect(scene.resume(nobody, on: 3, seq: 0, token: "a").error == .resumeUnknown)
        #expect(scene.resume(ana, on: 4, seq: 0, token: "b").error == .resumeUnknown)
        #expect(scene.texts[2]?.last?.dropLast(3) == scene.texts[4]?.last?.dropLast(3))
        #expect(scene.resume(ana, on: 5, seq: 0, token: "a").welcome != nil)
        #expect(scene.front.metrics.resumes == [.unknown: 3, .resumed: 1])
    }

    @Test("after a refused resume the same connection may begin anew, and after four it closes")
    func anew() throws {
        let scene = Scene()
        let nobody = Caller(welcome: Welcome(session: "s_x", secret: "y", pingMilliseconds: 1), participant: "")
        #expect(scene.resume(nobody, on: 1, seq: 0).error == .resumeUnknown)
        guard case .ok(let hello)? = scene.ask(1, .hello(HelloRequest())) else {
            Issue.record("no welcome")
            return
        }
        #expect(try scene.join(1, Welcome(hello)).participant.hasPrefix("p_"))
        scene.open(2)
        let wish = HelloRequest(resume: ResumeRequest(session: "s_x", secret: "y", seq: 0))
        for _ in 0..<4 { #expect(scene.error(2, .hello(wish)) == .resumeUnknown) }
        #expect(scene.closes == [2: 4000])
    }

    @Test("after the grace there is nothing to resume, and no ghost")
    func expired() throws {
        let scene = Scene()
        let bo = try scene.join(1)
        scene.drop(1)
        scene.wait(.milliseconds(29_999))
        #expect(scene.front.participants(in: "r") == [bo.participant] && scene.front.metrics.sessionsInGrace == 1)
        scene.wait(.milliseconds(1))
        #expect(scene.front.roomCount == 0 && scene.front.metrics.sessions == 0)
        #expect(scene.resume(bo, on: 2, seq: 0).error == .resumeExpired)
    }

    @Test("more than 512 missed events are a gap: a join within the grace keeps the participant")
    func gap() throws {
        let scene = Scene { $0.trustLoopback = true }
        _ = try scene.join(1)
        let bo = try scene.join(2)
        for number in 0..<513 { scene.ask(1, signal(bo.participant, "\(number)")) }
        scene.drop(2)
        scene.wait(.seconds(3))
        let heard = scene.events(1).count
        #expect(scene.resume(bo, on: 3, seq: 0).error == .resumeGap)
        // Whose answer was lost asks again.
        #expect(scene.resume(bo, on: 4, seq: 0).error == .resumeGap)
        guard case .ok(let hello)? = scene.ask(4, .hello(HelloRequest())) else {
            Issue.record("no welcome")
            return
        }
        let again = try scene.join(4, Welcome(hello))
        #expect(again.participant == bo.participant && again.welcome.session != bo.welcome.session)
        #expect(scene.events(1).dropFirst(heard).map(\.event) == [.peerResumed(participant: bo.participant)])
        #expect(scene.front.metrics.resumes == [.gap: 2])
        #expect(scene.resume(bo, on: 5, seq: 513).error == .resumeExpired)
    }

    @Test("so is more than 1 MiB")
    func bytes() throws {
        let scene = Scene { $0.trustLoopback = true }
        _ = try scene.join(1)
        let bo = try scene.join(2)
        let large = String(repeating: "x", count: 60_000)
        for _ in 0..<18 { scene.ask(1, signal(bo.participant, large)) }
        scene.drop(2)
        #expect(scene.resume(bo, on: 3, seq: 0).error == .resumeGap)
        #expect(scene.resume(bo, on: 4, seq: 18).welcome?.replay == 0)
    }

    @Test("a request whose answer was lost is answered as before on the next connection, and has one effect")
    func exactlyOnce() throws {
        let scene = Scene()
        let ana = try scene.join(1)
        let bo = try scene.join(2)
        let frame = ClientFrame.request(id: 50, signal(ana.participant, "once")).text
        scene.say(2, frame)
        scene.drop(2)
        #expect(scene.resume(bo, on: 3, seq: 0).welcome != nil)
        #expect(scene.say(3, frame) == #"{"ok":{},"re":50}"#)
        #expect(scene.say(3, ClientFrame.request(id: 51, signal(ana.participant, "new")).text) == #"{"ok":{},"re":51}"#)
        let signals = scene.events(1).filter { if case .signal = $0.event { true } else { false } }
        #expect(signals.count == 2)
    }

    @Test("a leave, a close with 1000 and a close for a broken rule cancel the grace")
    func cancelled() throws {
        let scene = Scene()
        _ = try scene.join(1)
        _ = try scene.join(2)
        scene.ask(2, .leave)
        scene.drop(2)
        _ = try scene.join(3)
        scene.drop(3, code: 1000)
        let wrong = try scene.join(4)
        scene.say(4, "{")
        #expect(scene.front.participants(in: "r").count == 1 && scene.front.metrics.sessions == 1)
        let left = scene.events(1).compactMap { entry in
            if case .peerLeft(_, let reason) = entry.event { reason } else { nil }
        }
        #expect(left == ["leave", "leave", "disconnected"])
        #expect(scene.resume(wrong, on: 5, seq: 0).error == .resumeExpired)
    }

    @Test("a media hint asks for an ICE restart once consent must have expired")
    func media() throws {
        let scene = Scene { $0.roomTiming.disconnectGrace = .seconds(120) }
        let bo = try scene.join(1)
        scene.drop(1)
        scene.wait(.seconds(31))
        #expect(scene.resume(bo, on: 2, seq: 0).welcome != nil)
        #expect(scene.events(2).last?.event == .resumed(rev: 3, media: .restartICE))
    }

    @Test("without a grace there is no secret and nothing to resume")
    func noGrace() throws {
        let scene = Scene { $0.roomTiming.disconnectGrace = .zero }
        let bo = try scene.join(1)
        #expect(bo.welcome.secret == nil && bo.welcome.resumeMilliseconds == 0)
        scene.drop(1)
        #expect(scene.front.roomCount == 0)
    }

    @Test("sessions, secrets and their use are the same for the same seed")
    func deterministic() throws {
        let run = {
            let scene = Scene()
            let bo = try scene.join(1)
            scene.drop(1)
            return scene.resume(bo, on: 2, seq: 0).welcome
        }
        #expect(try run() == run())
    }

    @Test("whatever a hello or an acknowledgement is, the server goes on and others are not harmed")
    func mutations() throws {
        var random = SplitMix64(seed: 8)
        for _ in 0..<10_000 {
            let scene = Scene()
            let bo = try scene.join(1)
            scene.ask(1, .ping)
            let other = try scene.join(2)
            scene.drop(1)
            scene.open(3)
            let wish = ResumeRequest(session: bo.welcome.session, secret: bo.welcome.secret ?? "", seq: 1)
            for frame in [ClientFrame.request(id: 9, .hello(HelloRequest(resume: wish))), .acknowledgement(1)] {
                var bytes = Array(frame.text.utf8)
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[place] ^= 1 << UInt8(random.next() % 7)
                case 1: bytes.removeSubrange(place...)
                case 2: bytes[place] = UInt8(ascii: "9")
                default: break
                }
                scene.say(3, String(decoding: bytes, as: UTF8.self))
            }
            #expect(scene.ask(2, .ping) == .done)
            #expect(scene.front.participants(in: "r").contains(other.participant))
        }
    }
}
