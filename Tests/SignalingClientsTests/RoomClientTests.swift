import RTCCore
import SignalingClients
import SignalingProtocol
import Testing

@Suite("The room client")
struct RoomClientTests {
    private func drain(_ client: inout RoomClient) -> (texts: [String], events: [RoomClientEvent]) {
        var texts: [String] = []
        var events: [RoomClientEvent] = []
        while let text = client.nextText() { texts.append(text) }
        while let event = client.nextEvent() { events.append(event) }
        return (texts, events)
    }

    private func joined(peers: [PeerDescription] = []) -> RoomClient {
        var client = RoomClient(name: "Ana", room: "r", seed: 1)
        client.opened(now: .origin)
        let welcome = Welcome(session: "s_1", pingMilliseconds: 10_000, iceServers: [ICEServer(urls: ["stun:192.0.2.1"])])
        client.received(ServerFrame.reply(id: 1, .ok(welcome.json)).text, now: .origin)
        let snapshot = RoomSnapshot(
            participant: "p_1", role: "speaker", permissions: [], rev: 3, room: "r", mode: .auto, peers: peers)
        client.received(ServerFrame.reply(id: 2, .ok(snapshot.json)).text, now: .origin)
        return client
    }

    @Test("says hello, then joins, then tells who is there")
    func join() {
        var client = joined(peers: [PeerDescription(id: "p_0", name: "Bo", role: "speaker", polite: true)])
        let (texts, events) = drain(&client)
        #expect(texts.count == 2)
        #expect(texts[0].contains(#""t":"hello""#) && texts[1].contains(#""name":"Ana","room":"r"},"id":2,"t":"join""#))
        #expect(events == [.joined(selfID: "p_1", peers: [RemoteParticipant(id: "p_0", name: "Bo", polite: true)])])
        #expect(client.state == .joined)
        #expect(client.iceServers == [ICEServer(urls: ["stun:192.0.2.1"])])
        #expect(client.peers.map(\.isOfferedTo) == [true])
    }

    @Test(
        "who looks for another leaves first, and queues when it is out, also where the other has gone at the same time",
        arguments: [false, true])
    func looksAgain(isAlone: Bool) throws {
        var client = joined()
        client.ready(now: .origin)
        client.received(ServerFrame.reply(id: 3, .done).text, now: .origin)
        _ = drain(&client)
        let wish = MatchWish(pool: "p")
        let looks = client.lookAgain(wish, now: .origin)
        #expect(looks)
        let (texts, _) = drain(&client)
        #expect(try texts.map { try ClientFrame($0) } == [.request(id: 4, .leave)])
        if isAlone {
            client.received(ServerFrame.event(.roomEnded(reason: "partner_gone"), seq: 1, rev: nil).text, now: .origin)
            client.received(ServerFrame.reply(id: 4, .refused(RequestError(.conflict, "in no room"))).text, now: .origin)
        } else {
            client.received(ServerFrame.reply(id: 4, .done).text, now: .origin)
        }
        let after = drain(&client)
        let asked = ClientFrame.request(id: 5, .enqueue(wish), acknowledged: isAlone ? 1 : nil)
        #expect(try after.texts.map { try ClientFrame($0) } == [asked])
        #expect(after.events.isEmpty && client.isQueued)
    }

    @Test("pings before the server's interval is over, for as long as it is connected")
    func pings() throws {
        var client = joined()
        _ = drain(&client)
        var last = Instant.origin
        for _ in 0..<20 {
            let now = try #require(client.deadline)
            #expect((7.9...10).contains((now - last).inSeconds))
            client.advance(to: now)
            let text = client.nextText() ?? ""
            guard case .request(let id, .ping, _) = try ClientFrame(text) else {
                Issue.record("not a ping")
                return
            }
            client.received(ServerFrame.reply(id: id, .done).text, now: now)
            last = now
        }
        client.closed(code: nil, reason: "cut", now: last)
        #expect(client.deadline == nil)
    }

    // The fuzzer was a server that asked for a ping each millisecond, and got a thousand a second, each of which waited for its answer.
    @Test("a server that wants pings without a pause gets one a second")
    func pingsWithoutPause() {
        var client = RoomClient(name: "Ana", room: "r", seed: 1)
        client.opened(now: .origin)
        client.received(ServerFrame.reply(id: 1, .ok(Welcome(session: "s_1", pingMilliseconds: 1).json)).text, now: .origin)
        _ = drain(&client)
        var turns = 0
        while let now = client.deadline, now < .seconds(60), turns < 1000 {
            client.advance(to: now)
            _ = drain(&client)
            turns += 1
        }
        #expect(turns < 200)
    }

    @Test("a server that names participants without end fills no memory, before the reply to join and after")
    func participantsWithoutEnd() {
        var timing = RoomClientTiming()
        timing.participants = 10
        timing.earlyEvents = 5
        var client = RoomClient(name: "Ana", room: "r", seed: 1, timing: timing)
        client.opened(now: .origin)
        client.received(ServerFrame.reply(id: 1, .ok(Welcome(session: "s_1", pingMilliseconds: 10_000).json)).text, now: .origin)
        func join(_ number: Int) {
            let peer = PeerDescription(id: "p_x\(number)", name: "n", role: "speaker", polite: false)
            client.received(ServerFrame.event(.peerJoined(peer), seq: Int64(number), rev: Int64(number + 10)).text, now: .origin)
        }
        for number in 1...20 { join(number) }
        let peers = (0..<30).map { PeerDescription(id: "p_\($0)", name: "n", role: "speaker", polite: true) }
        let snapshot = RoomSnapshot(
            participant: "p_me", role: "speaker", permissions: [], rev: 3, room: "r", mode: .auto, peers: peers)
        client.received(ServerFrame.reply(id: 2, .ok(snapshot.json)).text, now: .origin)
        #expect(client.peers.count == 10)
        for number in 21...40 { join(number) }
        #expect(client.peers.count == 10)
        let broken = drain(&client).events.filter { if case .protocolBroken = $0 { true } else { false } }
        #expect(broken.count == 15 + 5 + 20)
        #expect(client.state == .joined)
    }

    @Test("a request without a reply fails after ten seconds")
    func timeout() {
        var client = RoomClient(name: "Ana", room: "r", seed: 1)
        client.opened(now: .origin)
        client.advance(to: .milliseconds(9999))
        #expect(drain(&client).events.isEmpty)
        client.advance(to: .seconds(10))
        #expect(drain(&client).events == [.refused(code: .timeout, message: "no reply to 'hello'")])
        #expect(client.state == .outside)
    }

    @Test("a refused signal names the signal")
    func refusedSignal() {
        var client = joined()
        client.signal(to: "p_9", connection: "a", epoch: 2, kind: .bye, body: "", now: .origin)
        client.received(ServerFrame.reply(id: 3, .refused(RequestError(.noSuchPeer, ""))).text, now: .origin)
        #expect(
            drain(&client).events.last
                == .signalFailed(to: "p_9", connection: "a", epoch: 2, kind: .bye, code: .noSuchPeer))
    }

    @Test("acknowledges after two seconds, or at once after thirty-two events, or with the next request")
    func acknowledgements() {
        var client = joined()
        _ = drain(&client)
        let event = { (seq: Int64) in
            ServerFrame.event(.unknown(type: "later"), seq: seq, rev: nil).text
        }
        client.received(event(1), now: .origin)
        #expect(client.deadline == .seconds(2))
        client.advance(to: .seconds(2))
        #expect(drain(&client).texts == [#"{"ack":1}"#])
        for seq in 2...33 as ClosedRange<Int64> { client.received(event(seq), now: .seconds(2)) }
        #expect(drain(&client).texts == [#"{"ack":33}"#])
        client.received(event(34), now: .seconds(2))
        client.ready(now: .seconds(2))
        #expect(drain(&client).texts.first?.hasPrefix(#"{"ack":34,"#) == true)
    }

    @Test("tells a gap in seq, a reply to nothing, a doubled join and text that is no frame")
    func oracle() {
        var client = joined()
        _ = drain(&client)
        let peer = PeerDescription(id: "p_2", name: "Bo", role: "speaker", polite: false)
        client.received(ServerFrame.event(.peerJoined(peer), seq: 2, rev: 4).text, now: .origin)
        client.received(ServerFrame.event(.peerJoined(peer), seq: 3, rev: 5).text, now: .origin)
        client.received(ServerFrame.event(.peerLeft(participant: "p_3", reason: ""), seq: 4, rev: 6).text, now: .origin)
        client.received(ServerFrame.reply(id: 77, .done).text, now: .origin)
        client.received("{", now: .origin)
        let broken = drain(&client).events.filter { if case .protocolBroken = $0 { true } else { false } }
        #expect(broken.count == 5)
    }

    @Test("reads the STUN servers that are named by an address")
    func stunServers() {
        var client = RoomClient(name: "Ana", room: "r", seed: 1)
        client.opened(now: .origin)
        let urls = [
            "stun:192.0.2.1", "STUN:192.0.2.2:19302", "stun:[2001:db8::1]:3479", "stun:[2001:db8::2]", "stun:192.0.2.1:3478",
            "turn:192.0.2.3", "stun:example.org", "stun:192.0.2.4:0", "stun:192.0.2.4:99999", "stun:",
            "stun:192.0.2.5?transport=udp",
        ]
        let welcome = Welcome(session: "s_1", pingMilliseconds: 10_000, iceServers: [ICEServer(urls: urls)])
        client.received(ServerFrame.reply(id: 1, .ok(welcome.json)).text, now: .origin)
        #expect(
            client.stunServers.map { "\($0)" } == [
                "192.0.2.1:3478", "192.0.2.2:19302", "[2001:db8::1]:3479", "[2001:db8::2]:3478", "192.0.2.5:3478",
            ])
    }

    @Test("takes so many URLs of ICE servers, and says that there are more")
    func tooManyServers() {
        var client = RoomClient(name: "Ana", room: "r", seed: 1)
        client.opened(now: .origin)
        let servers = (0..<9).map { ICEServer(urls: ["stun:192.0.2.\($0)", "turn:192.0.2.\($0)"]) }
        let welcome = Welcome(session: "s_1", pingMilliseconds: 10_000, iceServers: servers)
        client.received(ServerFrame.reply(id: 1, .ok(welcome.json)).text, now: .origin)
        #expect(client.iceServers == Array(servers.prefix(8)))
        #expect(drain(&client).events.contains(.protocolBroken("more than 16 URLs of ICE servers")))
    }

    @Test("leaves, and is closed once")
    func leave() {
        var client = joined()
        client.leave(now: .origin)
        #expect(client.state == .leaving)
        client.received(ServerFrame.reply(id: 3, .done).text, now: .origin)
        #expect(client.state == .outside && client.selfID == nil)
        client.closed(code: 1000, reason: "bye", now: .origin)
        client.closed(code: nil, reason: "again", now: .origin)
        #expect(drain(&client).events.suffix(2) == [.left, .closed(code: 1000, reason: "bye")])
    }

    @Test("whatever a server sends, the client goes on")
    func mutations() {
        var random = SplitMix64(seed: 5)
        let corpus = [
            ServerFrame.event(.peerJoined(PeerDescription(id: "p_2", name: "B", role: "speaker", polite: false)), seq: 1, rev: 4)
                .text,
            ServerFrame.event(
                .signal(from: "p_2", connection: "a", epoch: 1, kind: .offer, body: SignalKind.offer.body("v=0")), seq: 2,
                rev: nil
            ).text,
            ServerFrame.reply(id: 1, .ok(Welcome(session: "s", pingMilliseconds: 10).json)).text,
            ServerFrame.reply(id: 2, .refused(RequestError(.roomFull, "full"))).text,
        ]
        for round in 0..<10_000 {
            var client = round.isMultiple(of: 2) ? joined() : RoomClient(name: "Ana", room: "r", seed: 1)
            client.opened(now: .origin)
            var bytes = Array(corpus[Int(random.next() % UInt64(corpus.count))].utf8)
            let place = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 3 {
            case 0: bytes[place] ^= 1 << UInt8(random.next() % 7)
            case 1: bytes.removeSubrange(place...)
            default: bytes[place] = UInt8(ascii: "9")
            }
            client.received(String(decoding: bytes, as: UTF8.self), now: .origin)
            client.advance(to: .seconds(30))
            _ = drain(&client)
        }
    }
}
