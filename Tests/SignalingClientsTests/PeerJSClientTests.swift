import RTCCore
import SignalingClients
import SignalingProtocol
import Testing

@Suite("The client of a PeerJS server")
struct PeerJSClientTests {
    private let room = PeerJSRoom("r_1", bots: ["callers[0]", "callers[1]", "callers[2]"])

    private func drain(_ client: inout PeerJSClient) throws -> [JSONObject] {
        var messages: [JSONObject] = []
        while let text = client.nextText() { messages.append(try #require(try JSONParser.parse(text).objectValue)) }
        return messages
    }

    private func events(_ client: inout PeerJSClient) -> [RoomClientEvent] {
        var events: [RoomClientEvent] = []
        while let event = client.nextEvent() { events.append(event) }
        return events
    }

    private func open(_ name: String) -> PeerJSClient {
        var client = PeerJSClient(name: name, room: room, seed: 1)
        client.opened(now: .origin)
        client.received(#"{"type":"OPEN"}"#, now: .origin)
        client.ready(now: .origin)
        return client
    }

    @Test("says its id, made of its room and its name, in the address")
    func address() {
        let url = PeerJSClient(name: "callers[1]", room: room, seed: 1).url("ws://h:9000/peerjs")
        #expect(url.hasPrefix("ws://h:9000/peerjs?key=peerjs&id=r-1-callers-1&token="))
        #expect(url.hasSuffix("&version=1.5.5"))
    }

    @Test("calls those who come before it, and waits for those who come after it")
    func wayIn() throws {
        var client = open("callers[1]")
        #expect(
            events(&client) == [
                .joined(
                    selfID: "r-1-callers-1", peers: [RemoteParticipant(id: "r-1-callers-0", name: "callers[0]", polite: true)])
            ])
        client.received(
            #"{"type":"OFFER","src":"r-1-callers-2","payload":{"type":"media","connectionId":"mc_x","sdp":{"type":"offer","sdp":"v=0"}}}"#,
            now: .origin)
        #expect(
            events(&client) == [
                .peerJoined(RemoteParticipant(id: "r-1-callers-2", name: "callers[2]", polite: false)),
                .signal(from: "r-1-callers-2", connection: "a", epoch: 1, kind: .offer, body: "v=0"),
            ])
        client.signal(to: "r-1-callers-2", connection: "a", epoch: 1, kind: .answer, body: "v=1", now: .origin)
        let answer = try #require(try drain(&client).last)
        #expect(answer["type"] == "ANSWER" && answer["dst"] == "r-1-callers-2")
        #expect(answer["payload"]?.objectValue?["connectionId"] == "mc_x")
    }

    @Test("who comes back calls everybody")
    func again() {
        var client = open("callers[0]")
        #expect(client.peers.isEmpty)
        client.closed(code: nil, reason: "broke", now: .origin)
        client.opened(now: .origin)
        client.received(#"{"type":"OPEN"}"#, now: .origin)
        #expect(client.peers.map(\.name) == ["callers[1]", "callers[2]"])
    }

    @Test("a call of its own is one connection, whose answer and candidates must name it")
    func call() throws {
        var client = open("callers[1]")
        client.signal(to: "r-1-callers-0", connection: "a", epoch: 1, kind: .offer, body: "v=0", now: .origin)
        client.signal(
            to: "r-1-callers-0", connection: "a", epoch: 1, kind: .candidates, body: "candidate:1\nend-of-candidates",
            now: .origin)
        let sent = try drain(&client)
        #expect(sent.map { $0["type"] } == ["OFFER", "CANDIDATE"])
        let connection = try #require(sent[0]["payload"]?.objectValue?["connectionId"]?.stringValue)
        _ = events(&client)
        func answer(_ connection: String) -> String {
            #"{"type":"ANSWER","src":"r-1-callers-0","payload":{"connectionId":"\#(connection)","sdp":{"type":"answer","sdp":"v=1"}}}"#
        }
        client.received(answer("mc_other"), now: .origin)
        #expect(events(&client) == [])
        client.received(answer(connection), now: .origin)
        client.received(answer(connection), now: .origin)
        #expect(
            events(&client) == [.signal(from: "r-1-callers-0", connection: "a", epoch: 1, kind: .answer, body: "v=1")])
    }

    @Test("there is no second negotiation: another offer fails")
    func renegotiation() {
        var client = open("callers[1]")
        client.signal(to: "r-1-callers-0", connection: "a", epoch: 1, kind: .offer, body: "v=0", now: .origin)
        _ = events(&client)
        client.signal(to: "r-1-callers-0", connection: "a", epoch: 2, kind: .offer, body: "v=0", now: .origin)
        #expect(
            events(&client)
                == [.signalFailed(to: "r-1-callers-0", connection: "a", epoch: 2, kind: .offer, code: .conflict)])
    }

    @Test("calls again who was not there, five times at most")
    func expire() throws {
        var client = open("callers[1]")
        client.signal(to: "r-1-callers-0", connection: "a", epoch: 1, kind: .offer, body: "v=0", now: .origin)
        _ = (try drain(&client), events(&client))
        var now = Instant.origin
        for _ in 1...4 {
            client.received(#"{"type":"EXPIRE","src":"r-1-callers-0"}"#, now: now)
            now = now + .seconds(1)
            client.advance(to: now)
            #expect(try drain(&client).contains { $0["type"] == "OFFER" })
        }
        client.received(#"{"type":"EXPIRE","src":"r-1-callers-0"}"#, now: now)
        #expect(events(&client) == [.peerLeft(id: "r-1-callers-0", reason: "never came")])
    }

    @Test("a heartbeat every five seconds")
    func heartbeat() throws {
        var client = open("callers[0]")
        _ = try drain(&client)
        #expect(client.deadline == .origin + .seconds(5))
        client.advance(to: .origin + .seconds(5))
        #expect(try drain(&client) == [["type": "HEARTBEAT"]])
        #expect(client.deadline == .origin + .seconds(10))
    }

    @Test(
        "what the server refuses is said with its words",
        arguments: [
            (#"{"type":"ERROR","payload":{"msg":"too many"}}"#, "too many", true),
            (#"{"type":"ID-TAKEN"}"#, "this id is taken", true),
            (#"{"type":"INVALID-KEY"}"#, "the server does not know this key", false),
        ])
    func refusals(text: String, message: String, mayReconnect: Bool) {
        var client = PeerJSClient(name: "callers[0]", room: room, seed: 1)
        client.opened(now: .origin)
        client.received(text, now: .origin)
        #expect(events(&client) == [.refused(code: .forbidden, message: message)])
        #expect(client.mayReconnect == mayReconnect)
    }

    @Test("messages of any shape do not stop it")
    func hostile() {
        var client = open("callers[0]")
        for text in [
            "", "[]", "{}", #"{"type":1}"#, #"{"type":"OFFER"}"#, #"{"type":"OFFER","src":"x","payload":{"type":"media"}}"#,
            #"{"type":"CANDIDATE","src":"x","payload":[]}"#, #"{"type":"LEAVE","src":"x"}"#, #"{"type":"WHAT","src":"x"}"#,
        ] {
            client.received(text, now: .origin)
        }
        #expect(client.state == .ready && client.peers.isEmpty)
    }
}
