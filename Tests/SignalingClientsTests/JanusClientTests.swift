import RTCCore
import SignalingClients
import SignalingProtocol
import Testing

/// What Debian's Janus 1.1.2 says to a client, as it was seen; ids are shortened.
@Suite("The client of Janus's VideoRoom")
struct JanusClientTests {
    private func drain(_ client: inout JanusClient) -> [JSONObject] {
        var messages: [JSONObject] = []
        while let text = client.nextText() {
            if let object = (try? JSONParser.parse(text))?.objectValue { messages.append(object) }
        }
        return messages
    }

    private func events(_ client: inout JanusClient) -> [RoomClientEvent] {
        var events: [RoomClientEvent] = []
        while let event = client.nextEvent() { events.append(event) }
        return events
    }

    /// What was asked of the core, or of the plugin.
    private func verbs(_ messages: [JSONObject]) -> [String] {
        messages.map { $0["body"]?.objectValue?["request"]?.stringValue ?? $0["janus"]?.stringValue ?? "" }
    }

    private func transaction(_ message: JSONObject?) throws -> String {
        try #require(message?["transaction"]?.stringValue)
    }

    /// An answer of the core: a session's or a handle's id.
    private func succeed(_ client: inout JanusClient, id: Int64, now: Instant = .origin) throws {
        let transaction = try transaction(drain(&client).last)
        client.received(#"{"janus":"success","transaction":"\#(transaction)","data":{"id":\#(id)}}"#, now: now)
    }

    /// An answer of the plugin, as an event or, for what is done at once, as a success.
    private func answer(
        _ client: inout JanusClient, to message: JSONObject?, _ data: String, jsep: String = "", as verb: String = "event"
    ) throws {
        let transaction = try transaction(message)
        client.received(
            #"{"janus":"\#(verb)","session_id":1,"transaction":"\#(transaction)","sender":2,"#
                + #""plugindata":{"plugin":"janus.plugin.videoroom","data":\#(data)}\#(jsep)}"#, now: .origin)
    }

    private func happen(_ client: inout JanusClient, _ data: String, sender: Int = 2) {
        client.received(
            #"{"janus":"event","session_id":1,"sender":\#(sender),"plugindata":{"plugin":"janus.plugin.videoroom","data":\#(data)}}"#,
            now: .origin)
    }

    private let joined = #"{"videoroom":"joined","room":77,"id":10,"private_id":99,"publishers":[],"attendees":[]}"#

    /// Session 1, handle 2, participant 10, in a room of the server's own.
    private func ready(
        room: String = "77", publishes: Bool = true, subscribes: Bool = true, joined: String? = nil
    ) throws -> JanusClient {
        var client = JanusClient(
            name: "callers[0]", room: JanusRoom(room), publishes: publishes, subscribes: subscribes, seed: 1)
        client.opened(now: .origin)
        try succeed(&client, id: 1)
        try succeed(&client, id: 2)
        try answer(&client, to: drain(&client).last, joined ?? self.joined)
        _ = events(&client)
        client.ready(now: .origin)
        return client
    }

    /// With a subscription to participant 20 on handle 3, which was offered.
    private func subscribed() throws -> JanusClient {
        var client = try ready()
        happen(&client, #"{"videoroom":"event","room":77,"publishers":[{"id":20,"display":"pub[0]","streams":[]}]}"#)
        try succeed(&client, id: 3)
        try answer(
            &client, to: drain(&client).last, #"{"videoroom":"attached","room":77,"streams":[]}"#,
            jsep: #","jsep":{"type":"offer","sdp":"v=0 first"}"#)
        _ = events(&client)
        return client
    }

    @Test("makes a session, a handle and its room, and joins under its name")
    func wayIn() throws {
        var client = JanusClient(
            name: "callers[0]", room: JanusRoom("mesh-abc"), access: JanusAccess(apiSecret: "s3", token: "t0", pin: "p1"),
            publishers: 3, seed: 1)
        client.opened(now: .origin)
        let create = drain(&client)
        #expect(verbs(create) == ["create"])
        #expect(create[0]["apisecret"] == "s3" && create[0]["token"] == "t0")
        client.received(
            #"{"janus":"success","transaction":"\#(try transaction(create.last))","data":{"id":1}}"#, now: .origin)
        try succeed(&client, id: 2)
        let make = try #require(drain(&client).last)
        let body = try #require(make["body"]?.objectValue)
        #expect(make["session_id"] == 1 && make["handle_id"] == 2)
        #expect(body["request"] == "create" && body["publishers"] == 3 && body["videocodec"] == "vp8" && body["pin"] == "p1")
        #expect(body["notify_joining"] == .bool(true) && body["room"]?.integerValue == JanusRoom("mesh-abc").number)
        try answer(&client, to: make, #"{"videoroom":"created","room":77,"permanent":false}"#, as: "success")
        let join = try #require(drain(&client).last?["body"]?.objectValue)
        #expect(join["request"] == "join" && join["ptype"] == "publisher" && join["display"] == "callers[0]")
        #expect(client.state == .joining)
    }

    @Test("joins a room that somebody else has just made")
    func roomExists() throws {
        var client = JanusClient(name: "a", room: JanusRoom("mesh-abc"), seed: 1)
        client.opened(now: .origin)
        try succeed(&client, id: 1)
        try succeed(&client, id: 2)
        try answer(
            &client, to: drain(&client).last, #"{"videoroom":"event","error_code":427,"error":"Room 77 already exists"}"#,
            as: "success")
        #expect(verbs(drain(&client)) == ["join"])
        #expect(events(&client) == [])
    }

    @Test("a room that is called by a number is the server's own: joined, never made, never taken away")
    func numberedRoom() throws {
        #expect(JanusRoom("1234") == JanusRoom("1234") && JanusRoom("1234").number == 1234)
        #expect(!JanusRoom("1234").isMadeOnDemand && JanusRoom("mesh-1").isMadeOnDemand && JanusRoom("0").isMadeOnDemand)
        #expect(JanusRoom("mesh-1").number != JanusRoom("mesh-2").number)
        #expect((1..<(1 << 53)).contains(JanusRoom("mesh-1").number))
        var client = try ready()
        _ = drain(&client)
        client.leave(now: .origin)
        let leave = drain(&client)
        #expect(verbs(leave) == ["leave"])
        try answer(&client, to: leave.last, #"{"videoroom":"event","room":77,"leaving":"ok"}"#)
        #expect(drain(&client) == [])
        #expect(events(&client) == [.left])
    }

    @Test("an acknowledgement is no answer, and may come after it")
    func acknowledgement() throws {
        var client = JanusClient(name: "a", room: JanusRoom("77"), seed: 1)
        client.opened(now: .origin)
        try succeed(&client, id: 1)
        try succeed(&client, id: 2)
        let join = drain(&client).last
        let ack = #"{"janus":"ack","session_id":1,"transaction":"\#(try transaction(join))"}"#
        client.received(ack, now: .origin)
        #expect(client.state == .joining)
        try answer(&client, to: join, joined)
        client.received(ack, now: .origin)
        #expect(client.state == .joined)
        #expect(events(&client).count == 1)
    }

    @Test("the server is a peer of those who publish, and of nobody else")
    func serverIsAPeer() throws {
        let server = RemoteParticipant(id: "janus", name: "janus", polite: true, part: .server)
        #expect(try ready().peers == [server])
        #expect(try ready(publishes: false).peers == [])
    }

    @Test("publishes what is offered to the server, and configures what it has published")
    func publish() throws {
        var client = try ready()
        client.signal(to: "janus", connection: "a", epoch: 1, kind: .offer, body: "v=0 ours", now: .origin)
        let publish = drain(&client)
        #expect(verbs(publish) == ["publish"])
        #expect(publish[0]["jsep"] == .object(["type": "offer", "sdp": "v=0 ours"]))
        try answer(
            &client, to: publish.last, #"{"videoroom":"event","room":77,"configured":"ok"}"#,
            jsep: #","jsep":{"type":"answer","sdp":"v=0 theirs"}"#)
        #expect(
            events(&client) == [.signal(from: "janus", connection: "a", epoch: 1, kind: .answer, body: "v=0 theirs")])
        client.signal(
            to: "janus", connection: "a", epoch: 1, kind: .candidates,
            body: "candidate:1 1 udp 1 127.0.0.1 9 typ host\nend-of-candidates",
            now: .origin)
        let trickle = try #require(drain(&client).last)
        #expect(trickle["janus"] == "trickle" && trickle["handle_id"] == 2)
        let candidates = try #require(trickle["candidates"]?.arrayValue)
        #expect(candidates.count == 2 && candidates[1] == .object(["completed": .bool(true)]))
        client.signal(to: "janus", connection: "a", epoch: 2, kind: .offer, body: "v=0 restart", now: .origin)
        #expect(verbs(drain(&client)) == ["configure"])
    }

    @Test("subscribes to a publisher on a handle of its own, and starts with the answer to the server's offer")
    func subscribe() throws {
        var client = try ready(
            joined:
                #"{"videoroom":"joined","room":77,"id":10,"private_id":99,"publishers":[{"id":20,"display":"pub[0]"}],"attendees":[{"id":30,"display":"c"}]}"#
        )
        #expect(verbs(drain(&client)) == ["attach"])
        client = try subscribed()
        client.signal(to: "20", connection: "a", epoch: 1, kind: .answer, body: "v=0 ours", now: .origin)
        let start = try #require(drain(&client).last)
        #expect(verbs([start]) == ["start"])
        #expect(start["handle_id"] == 3 && start["jsep"] == .object(["type": "answer", "sdp": "v=0 ours"]))
    }

    @Test("tells of everyone in the room once, whether they publish now, later or never")
    func roster() throws {
        var client = JanusClient(name: "a", room: JanusRoom("77"), seed: 1)
        client.opened(now: .origin)
        try succeed(&client, id: 1)
        try succeed(&client, id: 2)
        try answer(
            &client, to: drain(&client).last,
            #"{"videoroom":"joined","room":77,"id":10,"publishers":[{"id":20,"display":"b"}],"attendees":[{"id":30,"display":"c"}]}"#
        )
        happen(&client, #"{"videoroom":"event","room":77,"joining":{"id":40,"display":"d"}}"#)
        happen(&client, #"{"videoroom":"event","room":77,"publishers":[{"id":40,"display":"d"},{"id":30,"display":"c"}]}"#)
        let names = events(&client).compactMap { event -> String? in
            guard case .peerJoined(let remote) = event else { return nil }
            return remote.name
        }
        #expect(names == ["c", "b", "d"])
        #expect(client.peers.map(\.id) == ["janus", "20", "40", "30"])
    }

    @Test("the offer of a subscription names its publisher, and another offer its next epoch")
    func epochs() throws {
        var client = try subscribed()
        client.askForOffer(from: "20", now: .origin)
        let restart = drain(&client)
        #expect(restart.last?["body"] == .object(["request": "configure", "restart": .bool(true)]))
        try answer(
            &client, to: restart.last, #"{"videoroom":"event","configured":"ok"}"#,
            jsep: #","jsep":{"type":"offer","sdp":"v=0 second"}"#)
        #expect(
            events(&client) == [.signal(from: "20", connection: "a", epoch: 2, kind: .offer, body: "v=0 second")])
    }

    @Test("a publisher that stops or leaves takes its subscription along", arguments: ["unpublished", "leaving"])
    func publisherGoes(how: String) throws {
        var client = try subscribed()
        happen(&client, #"{"videoroom":"event","room":77,"\#(how)":20}"#)
        let goodbye =
            how == "leaving"
            ? RoomClientEvent.peerLeft(id: "20", reason: "leave")
            : .signal(from: "20", connection: "a", epoch: 0, kind: .bye, body: "unpublished")
        #expect(events(&client) == [goodbye])
        let detach = drain(&client)
        #expect(verbs(detach) == ["detach"] && detach[0]["handle_id"] == 3)
        #expect(client.peers.map(\.id) == ["janus"])
    }

    @Test("those who subscribe to nobody attach to nobody, and hear of everybody")
    func subscribesToNobody() throws {
        var client = try ready(subscribes: false)
        happen(&client, #"{"videoroom":"event","room":77,"publishers":[{"id":20,"display":"b"}]}"#)
        #expect(drain(&client) == [])
        #expect(events(&client).count == 1)
    }

    @Test("a call that the server hung up is told with its reason, and subscribed to anew when it is asked for")
    func hangUp() throws {
        var client = try subscribed()
        client.received(#"{"janus":"hangup","session_id":1,"sender":3,"reason":"ICE failed"}"#, now: .origin)
        #expect(events(&client) == [.hungUp(id: "20", reason: "ICE failed")])
        client.askForOffer(from: "20", now: .origin)
        #expect(verbs(drain(&client)) == ["detach", "attach"])
    }

    @Test("what Janus says about the quality of a call is told to people")
    func notices() throws {
        var client = try subscribed()
        client.received(
            #"{"janus":"slowlink","session_id":1,"sender":3,"mid":"1","media":"video","uplink":false,"lost":12}"#, now: .origin)
        client.received(#"{"janus":"media","session_id":1,"sender":2,"mid":"1","type":"video","receiving":false}"#, now: .origin)
        client.received(#"{"janus":"webrtcup","session_id":1,"sender":3}"#, now: .origin)
        #expect(
            events(&client) == [
                .notice(from: "20", "slow link from the server: 12 packets lost"),
                .notice(from: "janus", "the server receives no video any more"),
            ])
    }

    @Test(
        "a refused way in says Janus's own number and reason",
        arguments: [
            (426, "No such room (77)", ErrorCode.notFound), (433, "Unauthorized (wrong pin)", .unauthenticated),
            (436, "User ID 10 already exists", .duplicateIdentity), (499, "An unknown error", .internal),
        ])
    func refused(code: Int, reason: String, error: ErrorCode) throws {
        var client = JanusClient(name: "a", room: JanusRoom("77"), seed: 1)
        client.opened(now: .origin)
        try succeed(&client, id: 1)
        try succeed(&client, id: 2)
        try answer(
            &client, to: drain(&client).last, #"{"videoroom":"event","error_code":\#(code),"error":"\#(reason)"}"#)
        #expect(events(&client) == [.refused(code: error, message: "janus \(code): \(reason)")])
        #expect(client.state == .outside && client.mayReconnect == (error != .unauthenticated))
    }

    @Test("a wrong API secret is refused by the core")
    func wrongSecret() throws {
        var client = JanusClient(name: "a", room: JanusRoom("77"), seed: 1)
        client.opened(now: .origin)
        let transaction = try transaction(drain(&client).last)
        client.received(
            #"{"janus":"error","transaction":"\#(transaction)","error":{"code":403,"reason":"Unauthorized request (wrong or missing secret/token)"}}"#,
            now: .origin)
        #expect(
            events(&client) == [
                .refused(code: .unauthenticated, message: "janus 403: Unauthorized request (wrong or missing secret/token)")
            ])
    }

    @Test("an offer that is refused can be made again")
    func refusedOffer() throws {
        var client = try ready()
        client.signal(to: "janus", connection: "a", epoch: 1, kind: .offer, body: "v=0", now: .origin)
        try answer(
            &client, to: drain(&client).last,
            #"{"videoroom":"event","error_code":432,"error":"Maximum number of publishers (1) already reached"}"#)
        #expect(
            events(&client) == [
                .notice(from: "janus", "janus 432: Maximum number of publishers (1) already reached"),
                .signalFailed(to: "janus", connection: "a", epoch: 1, kind: .offer, code: .roomFull),
            ])
    }

    @Test("the last to leave a room that was made on demand takes it away")
    func lastOut() throws {
        var client = JanusClient(
            name: "a", room: JanusRoom("mesh-abc"), access: JanusAccess(roomSecret: "r2"), seed: 1)
        client.opened(now: .origin)
        try succeed(&client, id: 1)
        try succeed(&client, id: 2)
        try answer(&client, to: drain(&client).last, #"{"videoroom":"created","room":77}"#, as: "success")
        try answer(&client, to: drain(&client).last, joined)
        client.ready(now: .origin)
        _ = events(&client)
        client.leave(now: .origin)
        try answer(&client, to: drain(&client).last, #"{"videoroom":"event","room":77,"leaving":"ok"}"#)
        let list = drain(&client)
        #expect(verbs(list) == ["listparticipants"])
        #expect(events(&client) == [])
        try answer(&client, to: list.last, #"{"videoroom":"participants","room":77,"participants":[]}"#, as: "success")
        let destroy = try #require(drain(&client).last)
        #expect(verbs([destroy]) == ["destroy"])
        #expect(destroy["body"]?.objectValue?["secret"] == "r2")
        try answer(&client, to: destroy, #"{"videoroom":"destroyed","room":77,"permanent":false}"#, as: "success")
        #expect(events(&client) == [.left])
        #expect(client.state == .outside)
    }

    @Test("who leaves others behind leaves the room to them, and may come back")
    func othersStay() throws {
        var client = try subscribed()
        client.leave(now: .origin)
        let messages = drain(&client)
        #expect(verbs(messages) == ["detach", "leave"])
        try answer(&client, to: messages.last, #"{"videoroom":"event","room":77,"leaving":"ok"}"#)
        #expect(events(&client) == [.left])
        client.join(now: .origin)
        #expect(verbs(drain(&client)) == ["join"])
    }

    @Test("keeps its session within the minute that Janus gives it, and never at the same beat")
    func keepalive() throws {
        var gaps: Set<UInt64> = []
        var client = try ready()
        var last = Instant.origin
        for _ in 0..<5 {
            let due = try #require(client.deadline)
            gaps.insert(due.nanoseconds - last.nanoseconds)
            client.advance(to: due)
            last = due
            let keepalive = drain(&client)
            #expect(verbs(keepalive).last == "keepalive")
            client.received(#"{"janus":"ack","session_id":1,"transaction":"\#(try transaction(keepalive.last))"}"#, now: due)
        }
        #expect(gaps.allSatisfy { (20_000_000_000...25_000_000_000).contains($0) })
        #expect(gaps.count == 5)
        #expect(events(&client) == [])
    }

    @Test("an unanswered keepalive shows a connection that is silent")
    func silence() throws {
        var client = try ready()
        let due = try #require(client.deadline)
        client.advance(to: due)
        client.advance(to: due + .seconds(9))
        #expect(events(&client) == [])
        client.advance(to: due + .seconds(10))
        #expect(events(&client) == [.silent])
    }

    @Test("a session that Janus has forgotten is made anew on the connection that is there")
    func forgotten() throws {
        var client = try ready()
        let due = try #require(client.deadline)
        client.advance(to: due)
        let transaction = try transaction(drain(&client).last)
        client.received(
            #"{"janus":"error","session_id":1,"transaction":"\#(transaction)","error":{"code":458,"reason":"No such session 1"}}"#,
            now: due)
        #expect(events(&client) == [.sessionLost(code: .resumeUnknown)])
        #expect(verbs(drain(&client)) == ["create"])
        #expect(client.state == .greeting && client.peers == [] && client.selfID == nil)
    }

    @Test("a connection that breaks takes the session along; the next one joins anew")
    func reconnect() throws {
        var client = try subscribed()
        client.closed(code: nil, reason: "cut", now: .origin)
        #expect(client.state == .closed && client.deadline == nil && client.mayReconnect)
        client.opened(now: .seconds(1))
        #expect(events(&client) == [.closed(code: nil, reason: "cut"), .sessionLost(code: nil)])
        #expect(verbs(drain(&client)) == ["create"])
    }

    @Test("no answer to the way in is a refusal after ten seconds")
    func noAnswer() throws {
        var client = JanusClient(name: "a", room: JanusRoom("77"), seed: 1)
        client.opened(now: .origin)
        #expect(client.deadline == .seconds(10))
        client.advance(to: .seconds(10))
        #expect(events(&client) == [.refused(code: .timeout, message: "no answer from Janus")])
    }

    @Test("believes in so many participants, says once that there are more, and counts them")
    func tooMany() throws {
        var timing = JanusClientTiming()
        timing.participants = 3
        var client = JanusClient(name: "a", room: JanusRoom("77"), seed: 1, timing: timing)
        client.opened(now: .origin)
        try succeed(&client, id: 1)
        try succeed(&client, id: 2)
        let people = (20..<25).map { #"{"id":\#($0),"display":"b"}"# }.joined(separator: ",")
        try answer(
            &client, to: drain(&client).last,
            #"{"videoroom":"joined","id":10,"publishers":[],"attendees":[\#(people)]}"#)
        client.ready(now: .origin)
        #expect(events(&client).count { $0 == .protocolBroken("more than 3 participants") } == 1)
        #expect(client.droppedParticipants == 2)
        happen(&client, #"{"videoroom":"event","room":77,"publishers":[\#(people)]}"#)
        #expect(client.peers.map(\.id) == ["janus", "20", "21", "22"] && client.droppedParticipants == 4)
        #expect(events(&client).isEmpty)
        happen(&client, #"{"videoroom":"event","room":77,"leaving":20}"#)
        happen(&client, #"{"videoroom":"event","room":77,"publishers":[{"id":24,"display":"b"}]}"#)
        #expect(client.peers.map(\.id) == ["janus", "21", "22", "24"])
    }

    @Test("gives up its oldest request where too many wait for an answer")
    func tooManyRequests() throws {
        var timing = JanusClientTiming()
        timing.requests = 4
        var client = JanusClient(name: "a", room: JanusRoom("77"), seed: 1, timing: timing)
        client.opened(now: .origin)
        try succeed(&client, id: 1)
        try succeed(&client, id: 2)
        try answer(&client, to: drain(&client).last, joined)
        client.ready(now: .origin)
        _ = events(&client)
        for epoch in 1...6 {
            client.signal(to: "janus", connection: "a", epoch: epoch, kind: .offer, body: "v=0", now: .origin)
        }
        let given = events(&client)
        #expect(
            given == [1, 2].map { .signalFailed(to: "janus", connection: "a", epoch: $0, kind: .offer, code: .timeout) })
        client.advance(to: .seconds(10))
        #expect(events(&client).count { if case .signalFailed = $0 { true } else { false } } == 4)
    }

    @Test("ten thousand mutations of what Janus says neither crash nor hang")
    func mutations() throws {
        let messages = [
            joined, #"{"videoroom":"event","room":77,"publishers":[{"id":20,"display":"b","streams":[{"mid":"0"}]}]}"#,
            #"{"videoroom":"event","room":77,"leaving":20}"#, #"{"videoroom":"event","error_code":426,"error":"No"}"#,
        ]
        var random = SplitMix64(seed: 7)
        for round in 0..<10_000 {
            var client = try round % 2 == 0 ? subscribed() : ready()
            let data = messages[round % messages.count]
            var bytes = Array(
                #"{"janus":"event","sender":\#(2 + round % 3),"transaction":"\#(round % 9)","plugindata":{"data":\#(data)},"jsep":{"type":"offer","sdp":"v"}}"#
                    .utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0x20...0x7E, using: &random)
            }
            client.received(String(decoding: bytes, as: UTF8.self), now: .origin)
            _ = (drain(&client), events(&client), client.deadline)
        }
    }
}
