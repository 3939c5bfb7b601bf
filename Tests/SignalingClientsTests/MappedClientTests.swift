import RTCCore
import SignalingClients
import SignalingProtocol
import Testing

@Suite("The client of a room service that a mapping describes")
struct MappedClientTests {
    private func drain(_ client: inout MappedClient) -> [String] {
        var texts: [String] = []
        while let text = client.nextText() { texts.append(text) }
        return texts
    }

    private func events(_ client: inout MappedClient) -> [RoomClientEvent] {
        var events: [RoomClientEvent] = []
        while let event = client.nextEvent() { events.append(event) }
        return events
    }

    private func path(_ text: String) -> MessagePath { MessagePath(text) ?? MessagePath([]) }

    private func signal(_ event: String, _ content: String, from: String? = "from", to: String? = nil) -> RoomMapping.Signal {
        RoomMapping.Signal(rule: .init(event: event), from: from.map(path), to: to.map(path), content: path(content))
    }

    private func message(_ type: String, _ holes: [String: MessageTemplate.Hole]) -> MessageTemplate {
        .object(
            [.init(key: "type", value: .value(.string(type)))]
                + holes.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .hole($0.value)) })
    }

    /// A plain WebSocket with typed objects; people are told by id and name.
    private func plain(
        offers: RoomMapping.Offerer = .newcomer, identity: RoomMapping.Identity = .own, hasRoster: Bool = true
    ) -> RoomMapping {
        var said = RoomMapping.Said(
            join: message("join", ["room": .room, "id": .id]), offer: message("offer", ["to": .to, "sdp": .sdp]),
            answer: message("answer", ["to": .to, "sdp": .sdp]))
        said.leave = message("leave", [:])
        said.candidate = message("ice", ["to": .to, "candidate": .candidate])
        var heard = RoomMapping.Heard(offer: signal("offer", "sdp", to: "to"), answer: signal("answer", "sdp", to: "to"))
        heard.candidate = signal("ice", "candidate", to: "to")
        heard.arrived = .init(rule: .init(event: "arrived"), id: path("id"), name: path("name"))
        heard.left = .init(rule: .init(event: "left"), id: path("id"))
        heard.refused = .init(rule: .init(event: "error"), content: path("message"))
        if hasRoster {
            heard.joined = .init(
                rule: .init(event: "joined"), people: path("people"), personID: path("id"), personName: path("name"))
        }
        return RoomMapping(
            title: "typed objects", transport: .websocket, offers: offers, identity: identity, said: said, heard: heard)
    }

    /// In the room, alone or with those whom the roster names.
    private func ready(_ mapping: RoomMapping, people: String = "[]") -> MappedClient {
        var client = MappedClient(name: "callers[0]", room: "r", mapping: mapping, seed: 1)
        client.opened(now: .origin)
        if mapping.heard.joined != nil { client.received(#"{"type":"joined","people":\#(people)}"#, now: .origin) }
        client.ready(now: .origin)
        _ = drain(&client)
        _ = events(&client)
        return client
    }

    @Test("joins with an id of its own, and offers to those whom the roster names")
    func wayIn() throws {
        var client = MappedClient(name: "callers[0]", room: "r", mapping: plain(), seed: 1)
        client.opened(now: .origin)
        let id = try #require(client.selfID)
        #expect(drain(&client) == [#"{"id":"\#(id)","room":"r","type":"join"}"#])
        client.received(#"{"type":"joined","people":[{"id":"b","name":"Bo"},{"id":"\#(id)","name":"me"}]}"#, now: .origin)
        #expect(
            events(&client)
                == [.joined(selfID: id, peers: [RemoteParticipant(id: "b", name: "Bo", polite: true)])])
    }

    @Test("takes the STUN and TURN servers that come with the roster")
    func iceServers() {
        var mapping = plain()
        mapping.heard.joined?.iceServers = path("ice")
        var client = MappedClient(name: "a", room: "r", mapping: mapping, seed: 1)
        client.opened(now: .origin)
        client.received(
            #"{"type":"joined","people":[],"ice":[{"urls":"stun:192.0.2.1:3478"},{"urls":["turn:192.0.2.2"],"username":"u","credential":"c"},7]}"#,
            now: .origin)
        #expect(client.stunServers == [SocketAddress("192.0.2.1", port: 3478)])
        #expect(client.iceServers.last == ICEServer(urls: ["turn:192.0.2.2"], username: "u", credential: "c"))
    }

    @Test("takes so many URLs of them, and says that there are more")
    func tooManyServers() {
        var client = MappedClient(name: "a", room: "r", mapping: .program, seed: 1)
        client.opened(now: .origin)
        let urls = (0..<20).map { "\"stun:192.0.2.\($0)\"" }.joined(separator: ",")
        client.received(#"{"type":"joined","people":[],"ice_servers":[{"urls":[\#(urls)]}]}"#, now: .origin)
        #expect(client.stunServers.count == 16)
        #expect(events(&client).contains(.protocolBroken("more than 16 URLs of ICE servers")))
    }

    @Test("waits for the message that tells it its id before it joins")
    func toldID() {
        let identity = RoomMapping.Identity.told(.init(event: "welcome"), path("you.id"))
        var client = MappedClient(name: "a", room: "r", mapping: plain(identity: identity), seed: 1)
        client.opened(now: .origin)
        #expect(drain(&client) == [])
        client.received(#"{"type":"welcome","you":{"id":17}}"#, now: .origin)
        #expect(drain(&client) == [#"{"id":"17","room":"r","type":"join"}"#])
    }

    @Test(
        "who makes the first offer is as the mapping says",
        arguments: [
            (RoomMapping.Offerer.newcomer, true, false), (.resident, false, true), (.lowerID, false, false),
            (.higherID, true, true),
        ])
    func offerers(offers: RoomMapping.Offerer, toResident: Bool, toNewcomer: Bool) throws {
        // Ids of one letter that come before any drawn one, which has sixteen letters, are never the higher.
        var client = MappedClient(name: "a", room: "r", mapping: plain(offers: offers), seed: 1)
        client.opened(now: .origin)
        client.received(#"{"type":"joined","people":[{"id":"!","name":"Bo"}]}"#, now: .origin)
        client.received(#"{"type":"arrived","id":"\"","name":"Cy"}"#, now: .origin)
        #expect(client.peers.map(\.isOfferedTo) == [toResident, toNewcomer])
    }

    @Test("where the join has no answer, it is in the room at once, and meets people as they speak")
    func noAnswer() throws {
        var client = MappedClient(name: "a", room: "r", mapping: plain(offers: .resident, hasRoster: false), seed: 1)
        client.opened(now: .origin)
        let id = try #require(client.selfID)
        #expect(events(&client) == [.joined(selfID: id, peers: [])])
        client.ready(now: .origin)
        client.received(#"{"type":"offer","from":"b","to":"\#(id)","sdp":"v=0"}"#, now: .origin)
        #expect(
            events(&client) == [
                .peerJoined(RemoteParticipant(id: "b", name: "b", polite: false)),
                .signal(from: "b", connection: "a", epoch: 1, kind: .offer, body: "v=0"),
            ])
    }

    @Test("a message for somebody else, or one's own played back, is not heard")
    func broadcast() throws {
        var client = ready(plain(), people: #"[{"id":"b","name":"Bo"}]"#)
        let id = try #require(client.selfID)
        client.received(#"{"type":"offer","from":"b","to":"c","sdp":"v=0"}"#, now: .origin)
        client.received(#"{"type":"offer","from":"\#(id)","to":"\#(id)","sdp":"v=0"}"#, now: .origin)
        #expect(events(&client) == [])
    }

    @Test("offers that cross share an epoch, and a later one begins the next")
    func epochs() throws {
        var client = ready(plain(), people: #"[{"id":"b","name":"Bo"}]"#)
        let offer = #"{"type":"offer","from":"b","sdp":"v=0"}"#
        func epochs() -> [Int] {
            events(&client).compactMap { if case .signal(_, _, let epoch, _, _) = $0 { epoch } else { nil } }
        }
        client.signal(to: "b", connection: "a", epoch: 1, kind: .offer, body: "v=0\r\nm=audio", now: .origin)
        client.received(offer, now: .origin)
        #expect(epochs() == [1])
        client.received(#"{"type":"answer","from":"b","sdp":"v=0"}"#, now: .origin)
        client.received(offer, now: .origin)
        client.received(#"{"type":"ice","from":"b","candidate":{"candidate":"candidate:1","sdpMid":"0"}}"#, now: .origin)
        #expect(epochs() == [1, 2, 2])
    }

    @Test("candidates go out as objects under the first mid of what was described")
    func candidates() {
        var client = ready(plain(), people: #"[{"id":"b","name":"Bo"}]"#)
        client.signal(
            to: "b", connection: "a", epoch: 1, kind: .offer, body: "v=0\r\nm=audio 9\r\na=mid:sound\r\n", now: .origin)
        _ = drain(&client)
        client.signal(
            to: "b", connection: "a", epoch: 1, kind: .candidates, body: "candidate:1\nend-of-candidates", now: .origin)
        #expect(
            drain(&client) == [
                #"{"candidate":{"candidate":"candidate:1","sdpMLineIndex":0,"sdpMid":"sound"},"to":"b","type":"ice"}"#
            ])
    }

    @Test("candidates are read as a line, as an object, as an object inside one, and as the end")
    func candidateForms() {
        var client = ready(plain(), people: #"[{"id":"b","name":"Bo"}]"#)
        let forms = [
            #""candidate:1""#, #"{"candidate":"candidate:1"}"#, #"{"candidate":{"candidate":"candidate:1"}}"#, "null",
            #"{"candidate":""}"#,
        ]
        for form in forms { client.received(#"{"type":"ice","from":"b","candidate":\#(form)}"#, now: .origin) }
        let bodies = events(&client).compactMap { if case .signal(_, _, _, _, let body) = $0 { body } else { nil } }
        #expect(bodies == ["candidate:1", "candidate:1", "candidate:1", "end-of-candidates", "end-of-candidates"])
    }

    @Test("a bot's name travels in its SDP, where the service shows none")
    func names() throws {
        var sender = ready(plain(), people: #"[{"id":"b","name":"Bo"}]"#)
        sender.signal(to: "b", connection: "a", epoch: 1, kind: .offer, body: "v=0\r\nt=0 0\r\nm=audio 9", now: .origin)
        let offer = try #require(drain(&sender).last)
        let sent = try #require(try JSONParser.parse(offer).objectValue?["sdp"]?.stringValue)
        var receiver = ready(plain())
        receiver.received(JSON.object(["type": "offer", "from": "x", "sdp": .string(sent)]).text, now: .origin)
        #expect(receiver.peers.map(\.name) == ["callers[0]"])
        var known = ready(plain(), people: #"[{"id":"x","name":"x"}]"#)
        known.received(JSON.object(["type": "answer", "from": "x", "sdp": .string(sent)]).text, now: .origin)
        #expect(events(&known).first == .peerNamed(id: "x", name: "callers[0]"))
    }

    @Test("a roster that comes again adds and removes people")
    func rosterAgain() {
        var client = ready(plain(), people: #"[{"id":"b","name":"Bo"}]"#)
        client.received(#"{"type":"joined","people":[{"id":"c","name":"Cy"}]}"#, now: .origin)
        #expect(
            events(&client) == [
                .peerLeft(id: "b", reason: "left"), .peerJoined(RemoteParticipant(id: "c", name: "Cy", polite: false)),
            ])
    }

    @Test("what comes before the answer to the join is heard after it")
    func early() {
        var client = MappedClient(name: "a", room: "r", mapping: plain(), seed: 1)
        client.opened(now: .origin)
        client.received(#"{"type":"arrived","id":"b","name":"Bo"}"#, now: .origin)
        #expect(events(&client) == [])
        client.received(#"{"type":"joined","people":[]}"#, now: .origin)
        #expect(client.peers.map(\.id) == ["b"])
    }

    @Test("a new connection is a new participant")
    func again() throws {
        var client = ready(plain())
        let first = try #require(client.selfID)
        client.closed(code: nil, reason: "broke", now: .origin)
        client.opened(now: .origin)
        #expect(events(&client) == [.closed(code: nil, reason: "broke"), .sessionLost(code: nil)])
        #expect(try #require(client.selfID) != first)
    }

    @Test("a join that nobody answers is refused after ten seconds, as is one that the server refuses")
    func refusals() {
        var client = MappedClient(name: "a", room: "r", mapping: plain(), seed: 1)
        client.opened(now: .origin)
        let due = Instant.origin + .seconds(10)
        #expect(client.deadline == due)
        client.advance(to: due)
        #expect(events(&client) == [.refused(code: .timeout, message: "no answer to the join")])
        var other = MappedClient(name: "a", room: "r", mapping: plain(), seed: 1)
        other.opened(now: .origin)
        other.received(#"{"type":"error","message":"the room is full"}"#, now: .origin)
        #expect(events(&other) == [.refused(code: .forbidden, message: "the room is full")])
    }

    @Test("says again what keeps the connection alive, and answers a ping of the service's own")
    func keepalive() {
        var mapping = plain()
        mapping.said.keepalive = .init(interval: .seconds(20), message: message("alive", ["n": .number]))
        mapping.heard.ping = .init(rule: .init(event: "ping"), message: message("pong", [:]))
        var client = ready(mapping)
        client.received(#"{"type":"ping"}"#, now: .origin)
        #expect(drain(&client) == [#"{"type":"pong"}"#])
        client.advance(to: .origin + .seconds(20))
        #expect(drain(&client) == [#"{"n":3,"type":"alive"}"#])
        #expect(client.deadline == .origin + .seconds(40))
    }

    @Test("writes and reads the chat, and has no word for what the mapping does not have")
    func chat() {
        var mapping = plain()
        mapping.said.chat = message("chat", ["text": .text])
        mapping.heard.chat = signal("chat", "text")
        var client = ready(mapping, people: #"[{"id":"b","name":"Bo"}]"#)
        let wrote = client.ask(.chat(ChatRequest(text: "hi")), now: .origin)
        let locked = client.ask(.lock(true), now: .origin)
        #expect(wrote && !locked)
        #expect(drain(&client) == [#"{"text":"hi","type":"chat"}"#])
        _ = events(&client)
        client.received(#"{"type":"chat","from":"b","text":"ho"}"#, now: .origin)
        #expect(events(&client) == [.chat(ChatMessage(number: 1, milliseconds: 0, from: "b", text: "ho"))])
    }

    @Test("neither text that is no JSON nor JSON of any shape stops it")
    func hostile() {
        var client = ready(plain(), people: #"[{"id":"b","name":"Bo"}]"#)
        for text in [
            "", "{", "[]", "null", "17", #"{"type":7}"#, #"{"type":"offer"}"#, #"{"type":"offer","from":"b"}"#,
            #"{"type":"offer","from":"b","sdp":{}}"#, #"{"type":"ice","from":"b","candidate":[]}"#, #"{"type":"arrived"}"#,
            #"{"type":"joined","people":{"x":1}}"#,
        ] {
            client.received(text, now: .origin)
        }
        client.received(#"{"type":"arrived","id":"d","name":"Di"}"#, now: .origin)
        #expect(client.peers.contains { $0.id == "d" })
    }

    @Test("takes so many people of a roster, however long it is, and says that there are more")
    func longRoster() {
        var timing = MappedClientTiming()
        timing.participants = 2
        var client = MappedClient(name: "a", room: "r", mapping: .program, seed: 1, timing: timing)
        client.opened(now: .origin)
        let roster = #"{"type":"joined","people":[{"id":"b"},{"id":"b"},{"id":"c"},{"id":"d"},{"id":"e"}]}"#
        client.received(roster, now: .origin)
        #expect(client.peers.map(\.id) == ["b", "c"])
        #expect(events(&client).count { $0 == .protocolBroken("more than 2 participants") } == 1)
        client.received(roster, now: .origin)
        #expect(client.peers.map(\.id) == ["b", "c"])
        #expect(events(&client) == [.protocolBroken("more than 2 participants")])
    }
}
