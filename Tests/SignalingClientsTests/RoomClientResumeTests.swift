import RTCCore
import SignalingClients
import SignalingProtocol
import Testing

@Suite("The room client whose connection is lost")
struct RoomClientResumeTests {
    private let peer = PeerDescription(id: "p_0", name: "Bo", role: "speaker", polite: true)

    private func drain(_ client: inout RoomClient) -> (texts: [String], events: [RoomClientEvent]) {
        var texts: [String] = []
        var events: [RoomClientEvent] = []
        while let text = client.nextText() { texts.append(text) }
        while let event = client.nextEvent() { events.append(event) }
        return (texts, events)
    }

    private func requests(_ texts: [String]) throws -> [(id: Int64, request: Request)] {
        try texts.compactMap { text in
            guard case .request(let id, let request, _) = try ClientFrame(text) else { return nil }
            return (id, request)
        }
    }

    private func welcome(_ client: inout RoomClient, id: Int64, resumed replay: Int64? = nil, epoch: Int64 = 1) {
        let welcome = Welcome(
            session: "s_1", secret: "secret \(epoch)", epoch: epoch, pingMilliseconds: 10_000, resumeMilliseconds: 30_000,
            replay: replay)
        client.received(ServerFrame.reply(id: id, .ok(welcome.json)).text, now: .origin)
    }

    private func snapshot(_ client: inout RoomClient, id: Int64, participant: String = "p_1") {
        let snapshot = RoomSnapshot(
            participant: participant, role: "speaker", permissions: [], rev: 3, room: "r", mode: .auto, peers: [peer])
        client.received(ServerFrame.reply(id: id, .ok(snapshot.json)).text, now: .origin)
    }

    private func event(_ client: inout RoomClient, _ event: Event, seq: Int64? = nil, rev: Int64? = nil) {
        client.received(ServerFrame.event(event, seq: seq, rev: rev).text, now: .origin)
    }

    private func refuse(_ client: inout RoomClient, id: Int64, _ code: ErrorCode, retry: Int64? = nil) {
        let error = RequestError(code, "no", retryMilliseconds: retry)
        client.received(ServerFrame.reply(id: id, .refused(error)).text, now: .origin)
    }

    /// In the room and ready; requests 1 to 3 are answered.
    private func ready() -> RoomClient {
        var client = RoomClient(name: "Ana", room: "r", seed: 1)
        client.opened(now: .origin)
        welcome(&client, id: 1)
        snapshot(&client, id: 2)
        client.ready(now: .origin)
        client.received(ServerFrame.reply(id: 3, .done).text, now: .origin)
        _ = drain(&client)
        return client
    }

    private func lost() -> RoomClient {
        var client = ready()
        client.closed(code: nil, reason: "cut", now: .origin)
        _ = drain(&client)
        return client
    }

    @Test("keeps its session, its id and its peers, and waits")
    func isLost() {
        var client = ready()
        client.closed(code: nil, reason: "cut", now: .origin)
        #expect(client.state == .lost && client.canResume && client.mayReconnect)
        #expect(client.selfID == "p_1" && client.peers.map(\.id) == ["p_0"])
        #expect(client.deadline == nil)
        client.closed(code: nil, reason: "unreachable", now: .seconds(1))
        #expect(drain(&client).events == [.closed(code: nil, reason: "cut")])
    }

    @Test("goes on where it was: what had no answer is asked again, what waited is asked now, once each")
    func resume() throws {
        var client = ready()
        event(&client, .unknown(type: "x"), seq: 1)
        client.signal(to: "p_0", connection: "a", epoch: 1, kind: .offer, body: "one", now: .origin)
        _ = drain(&client)
        client.closed(code: 4008, reason: "silent", now: .origin)
        client.signal(to: "p_0", connection: "a", epoch: 1, kind: .bye, body: "two", now: .seconds(1))
        #expect(drain(&client).texts.isEmpty)
        client.opened(now: .seconds(2))
        client.signal(to: "p_0", connection: "a", epoch: 1, kind: .bye, body: "three", now: .seconds(2))
        let hello = try requests(drain(&client).texts)
        guard case .hello(let greeting)? = hello.first?.request, hello.count == 1 else {
            Issue.record("not one hello: \(hello)")
            return
        }
        #expect(greeting.resume == ResumeRequest(session: "s_1", secret: "secret 1", seq: 1))
        welcome(&client, id: hello[0].id, resumed: 1, epoch: 2)
        #expect(client.state == .ready)
        let again = try requests(drain(&client).texts)
        #expect(again.map(\.id) == [4, 5, 7])
        event(&client, .peerReconnecting(participant: "p_0"), seq: 2, rev: 4)
        event(&client, .resumed(rev: 4, media: .alive))
        #expect(drain(&client).events == [.peerReconnecting(id: "p_0"), .resumed(replayed: 1)])
        #expect(client.peers.map(\.isReconnecting) == [true])
        for id in [4, 5, 7] as [Int64] { client.received(ServerFrame.reply(id: id, .done).text, now: .seconds(2)) }
        #expect(drain(&client).events.isEmpty)
        client.closed(code: nil, reason: "cut", now: .seconds(3))
        client.opened(now: .seconds(3))
        #expect(drain(&client).texts.last?.contains(#""secret":"secret 2""#) == true)
    }

    @Test("shows at once that it knows the next secret")
    func confirms() {
        var client = lost()
        client.opened(now: .origin)
        _ = drain(&client)
        welcome(&client, id: 4, resumed: 0, epoch: 2)
        #expect(drain(&client).texts == [#"{"ack":0}"#])
        #expect(client.deadline != nil)
    }

    @Test(
        "a refused resume is told, and the client joins anew by itself",
        arguments: [
            ErrorCode.resumeUnknown, .resumeExpired, .resumeGap,
        ])
    func refused(code: ErrorCode) throws {
        var client = lost()
        client.signal(to: "p_0", connection: "a", epoch: 1, kind: .bye, body: "", now: .origin)
        client.opened(now: .origin)
        let hello = try requests(drain(&client).texts)[0]
        refuse(&client, id: hello.id, code)
        let (texts, events) = drain(&client)
        #expect(events == [.sessionLost(code: code)])
        #expect(client.selfID == nil && client.peers.isEmpty && client.droppedSignals == 1)
        let second = try requests(texts)
        guard case .hello(let greeting)? = second.first?.request else {
            Issue.record("no hello")
            return
        }
        #expect(greeting.resume == nil)
        welcome(&client, id: second[0].id)
        let join = try requests(drain(&client).texts)
        snapshot(&client, id: join[0].id, participant: "p_9")
        #expect(
            drain(&client).events == [.joined(selfID: "p_9", peers: [RemoteParticipant(id: "p_0", name: "Bo", polite: true)])])
    }

    @Test("a resume that is refused for now may be tried again on another connection")
    func later() throws {
        var client = lost()
        client.opened(now: .origin)
        let hello = try requests(drain(&client).texts)[0]
        refuse(&client, id: hello.id, .nodeFull, retry: 700)
        #expect(client.state == .lost && client.retryAfter == .milliseconds(700))
        client.closed(code: nil, reason: "", now: .origin)
        client.opened(now: .origin)
        client.advance(to: .seconds(10))
        #expect(client.state == .lost && client.canResume)
        #expect(
            drain(&client).events == [
                .refused(code: .nodeFull, message: "no"), .refused(code: .timeout, message: "no reply to 'hello'"),
            ])
    }

    @Test(
        "codes that say stop end the session and forbid another attempt",
        arguments: [
            4000, 4003, 4009, 4010, 4011, 4012, 4019,
        ] as [UInt16])
    func stop(code: UInt16) {
        var client = ready()
        client.closed(code: code, reason: "", now: .origin)
        #expect(client.state == .closed && !client.mayReconnect && !client.canResume && client.selfID == nil)
    }

    @Test("other codes leave the session to be resumed", arguments: [1001, 1005, 1011, 4004, 4008, 4014, 4015, 4017] as [UInt16])
    func goOn(code: UInt16) {
        var client = ready()
        client.closed(code: code, reason: "", now: .origin)
        #expect(client.state == .lost && client.mayReconnect)
    }

    @Test("after a close that ends the session it begins anew, and says that the session is lost")
    func nothingToResume() throws {
        var client = ready()
        client.closed(code: 1009, reason: "", now: .origin)
        #expect(client.state == .closed && client.mayReconnect)
        client.opened(now: .origin)
        let (texts, events) = drain(&client)
        #expect(events == [.closed(code: 1009, reason: ""), .sessionLost(code: nil)])
        #expect(try requests(texts).count == 1 && texts[0].contains("resume") == false)
    }

    @Test("leaves, and joins again on the same connection")
    func rejoin() throws {
        var client = ready()
        client.join(now: .origin)
        client.leave(now: .origin)
        client.join(now: .origin)
        client.received(ServerFrame.reply(id: 4, .done).text, now: .origin)
        #expect(drain(&client).events == [.left])
        client.join(now: .origin)
        #expect(client.state == .joining)
        snapshot(&client, id: 5, participant: "p_5")
        #expect(client.selfID == "p_5" && client.state == .joined)
    }

    @Test("a client that was leaving has left, whatever became of its session")
    func leaving() throws {
        var client = ready()
        client.leave(now: .origin)
        client.closed(code: nil, reason: "cut", now: .origin)
        client.opened(now: .origin)
        let hello = try #require(try requests(drain(&client).texts).last)
        refuse(&client, id: hello.id, .resumeUnknown)
        #expect(drain(&client).events.suffix(2) == [.sessionLost(code: .resumeUnknown), .left])
        welcome(&client, id: hello.id + 1)
        #expect(client.state == .outside)
        client.join(now: .origin)
        #expect(client.state == .joining)
    }

    @Test("two hundred and fifty-six requests wait; signals beyond are dropped and counted")
    func bounded() throws {
        var client = lost()
        for _ in 0..<300 { client.signal(to: "p_0", connection: "a", epoch: 1, kind: .bye, body: "", now: .origin) }
        #expect(client.droppedSignals == 44)
        client.opened(now: .origin)
        let hello = try requests(drain(&client).texts)[0]
        welcome(&client, id: hello.id, resumed: 0, epoch: 2)
        #expect(drain(&client).texts.count == 256)
    }

    @Test("says once that the server is silent, until it answers again")
    func silence() throws {
        var client = ready()
        var silences: [Instant] = []
        var now = Instant.origin
        while now < .seconds(60) {
            now = try #require(client.deadline)
            client.advance(to: now)
            if drain(&client).events.contains(.silent) { silences.append(now) }
        }
        #expect(silences.count == 1 && (17.9...20).contains((silences[0] - .origin).inSeconds))
        var texts: [String] = []
        while texts.isEmpty {
            now = try #require(client.deadline)
            client.advance(to: now)
            texts = drain(&client).texts
        }
        let ping = try #require(try requests(texts).last)
        client.received(ServerFrame.reply(id: ping.id, .done).text, now: now)
        while silences.count < 2, now < .seconds(120) {
            now = try #require(client.deadline)
            client.advance(to: now)
            if drain(&client).events.contains(.silent) { silences.append(now) }
        }
        #expect(silences.count == 2)
    }

    @Test("an answer that comes after its time is no break of the protocol")
    func late() {
        var client = ready()
        client.signal(to: "p_0", connection: "a", epoch: 1, kind: .bye, body: "", now: .origin)
        client.advance(to: .seconds(11))
        client.received(ServerFrame.reply(id: 4, .done).text, now: .seconds(12))
        #expect(
            drain(&client).events == [.signalFailed(to: "p_0", connection: "a", epoch: 1, kind: .bye, code: .timeout)])
    }

    @Test("goaway tells how long to wait, a welcome forgets it")
    func retryAfter() {
        var client = ready()
        event(&client, .goAway(reason: "stopping", url: nil, retryMilliseconds: 1500))
        #expect(client.retryAfter == .milliseconds(1500))
        client.closed(code: 4017, reason: "", now: .origin)
        client.opened(now: .origin)
        #expect(client.retryAfter == .milliseconds(1500))
        welcome(&client, id: 4, resumed: 0, epoch: 2)
        #expect(client.retryAfter == nil)
    }

    @Test("tells an old epoch, a replay that is short, a resume unasked for, and a revision that is not newer")
    func oracle() {
        var client = lost()
        client.opened(now: .origin)
        welcome(&client, id: 4, resumed: 2, epoch: 1)
        event(&client, .unknown(type: "x"), seq: 1)
        event(&client, .resumed(rev: 2, media: .alive))
        event(&client, .resumed(rev: 3, media: .alive))
        event(&client, .peerReconnecting(participant: "p_0"), seq: 2, rev: 3)
        event(&client, .peerResumed(participant: "p_7"), seq: 3, rev: 4)
        let broken = drain(&client).events.filter { if case .protocolBroken = $0 { true } else { false } }
        #expect(broken.count == 6)
    }

    @Test("whatever a server answers to a resume, the client goes on")
    func mutations() {
        var random = SplitMix64(seed: 6)
        let corpus = [
            ServerFrame.reply(
                id: 4,
                .ok(
                    Welcome(
                        session: "s_1", secret: "x", epoch: 2, pingMilliseconds: 10_000, resumeMilliseconds: 30_000, replay: 1
                    ).json)
            ).text,
            ServerFrame.reply(id: 4, .refused(RequestError(.resumeGap, "gap"))).text,
            ServerFrame.event(.resumed(rev: 3, media: .restartICE), seq: nil, rev: nil).text,
            ServerFrame.event(.peerReconnecting(participant: "p_0"), seq: 1, rev: 4).text,
            ServerFrame.event(.goAway(reason: "x", url: nil, retryMilliseconds: 12), seq: nil, rev: nil).text,
        ]
        for _ in 0..<10_000 {
            var client = lost()
            client.signal(to: "p_0", connection: "a", epoch: 1, kind: .bye, body: "", now: .origin)
            client.opened(now: .origin)
            for _ in 0..<3 {
                var bytes = Array(corpus[Int(random.next() % UInt64(corpus.count))].utf8)
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[place] ^= 1 << UInt8(random.next() % 7)
                case 1: bytes.removeSubrange(place...)
                case 2: bytes[place] = UInt8(ascii: "9")
                default: break
                }
                client.received(String(decoding: bytes, as: UTF8.self), now: .origin)
            }
            client.advance(to: .seconds(30))
            client.closed(code: nil, reason: "", now: .seconds(30))
            client.opened(now: .seconds(31))
            _ = drain(&client)
        }
    }
}
