import RTCCore
import SignalingClients
import SignalingProtocol
import Testing

@Suite("The client of a mapped service on Socket.IO")
struct SocketIOMappingTests {
    private func mapping(
        namespace: String = "/", identity: RoomMapping.Identity = .own, auth: MessageTemplate? = nil
    ) -> RoomMapping {
        func event(_ name: String, _ hole: MessageTemplate.Hole) -> MessageTemplate {
            .array([.value(.string(name)), .hole(hole)])
        }
        func signal(_ name: String) -> RoomMapping.Signal {
            .init(rule: .init(event: name), from: MessagePath("1.from"), content: MessagePath("1.sdp"))
        }
        var heard = RoomMapping.Heard(offer: signal("offer"), answer: signal("answer"))
        let isFine = RoomMapping.Rule.Condition(path: MessagePath(["0", "ok"]), value: .bool(true))
        heard.joined = .init(rule: .init(event: nil, conditions: [isFine]), people: MessagePath("0.users"))
        let isNot = RoomMapping.Rule.Condition(path: MessagePath(["0", "ok"]), value: .bool(false))
        heard.refused = .init(rule: .init(event: nil, conditions: [isNot]), content: MessagePath("0.why"))
        return RoomMapping(
            title: "acknowledged", transport: .socketio, namespace: namespace, auth: auth, offers: .newcomer,
            identity: identity,
            said: .init(join: event("join", .room), offer: event("offer", .sdp), answer: event("answer", .sdp)),
            heard: heard)
    }

    private func client(_ mapping: RoomMapping) -> MappedClient {
        MappedClient(name: "a", room: "r", mapping: mapping, token: "t0", seed: 1)
    }

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

    private let handshake = #"0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#

    @Test("connects to its namespace with its token, joins with an acknowledgement, and takes the roster from that")
    func wayIn() {
        var client = client(
            mapping(
                namespace: "/rooms", identity: .socket, auth: .object([.init(key: "token", value: .hole(.token))])))
        client.opened(now: .origin)
        #expect(drain(&client) == [])
        client.received(handshake, now: .origin)
        #expect(drain(&client) == [#"40/rooms,{"token":"t0"}"#])
        client.received(#"40/rooms,{"sid":"s1"}"#, now: .origin)
        #expect(drain(&client) == [#"42/rooms,0["join","r"]"#])
        client.received(#"43/rooms,0[{"ok":true,"users":["s0","s1"]}]"#, now: .origin)
        #expect(
            events(&client) == [.joined(selfID: "s1", peers: [RemoteParticipant(id: "s0", name: "s0", polite: true)])])
    }

    @Test("a refusal in the acknowledgement, of the connection, and a later dismissal are refusals with the server's words")
    func refusals() {
        var first = client(mapping())
        first.opened(now: .origin)
        first.received(handshake, now: .origin)
        first.received(#"40{"sid":"s1"}"#, now: .origin)
        first.received(#"430[{"ok":false,"why":"full"}]"#, now: .origin)
        #expect(events(&first) == [.refused(code: .forbidden, message: "full")])
        for (packet, reason) in [
            (#"44{"message":"no token"}"#, "no token"), (#"44"python says no""#, "python says no"),
            ("41", "the server has disconnected this client"), ("1", "the server has closed the session"),
        ] {
            var other = client(mapping())
            other.opened(now: .origin)
            other.received(handshake, now: .origin)
            other.received(packet, now: .origin)
            #expect(events(&other) == [.refused(code: .forbidden, message: reason)])
        }
    }

    @Test("answers the server's ping, and is silent once none has come for an interval and a timeout")
    func heartbeat() {
        var client = client(mapping())
        client.opened(now: .origin)
        client.received(handshake, now: .origin)
        _ = drain(&client)
        let later = Instant.origin + .seconds(5)
        client.received("2", now: later)
        #expect(drain(&client) == ["3"])
        client.received(#"40{"sid":"s1"}"#, now: later)
        client.received(#"430[{"ok":true,"users":[]}]"#, now: later)
        _ = events(&client)
        #expect(client.deadline == later + .seconds(45))
        client.advance(to: later + .seconds(45))
        #expect(events(&client) == [.silent])
    }

    @Test("acknowledges an event that asks for it")
    func acknowledges() {
        var client = client(mapping())
        client.opened(now: .origin)
        client.received(handshake, now: .origin)
        client.received(#"40{"sid":"s1"}"#, now: .origin)
        _ = drain(&client)
        client.received(#"427["tell",1]"#, now: .origin)
        #expect(drain(&client) == ["437[]"])
    }

    @Test("packets that are none are told and do not stop it")
    func hostile() {
        var client = client(mapping())
        client.opened(now: .origin)
        for text in ["", "9", "0", "0{}", "4", "4x", "42", "42{}", "451-[\"a\"]", "b", "42[\"late\"]"] {
            client.received(text, now: .origin)
        }
        #expect(events(&client).allSatisfy { if case .protocolBroken = $0 { true } else { false } })
        #expect(client.state == .greeting)
    }
}
