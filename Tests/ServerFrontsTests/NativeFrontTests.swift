import NetworkImpairment
import RTCCore
import RoomCore
import ServerFronts
import SignalingProtocol
import Testing

/// A front in virtual time, and what it said on each connection.
final class Scene {
    let front: NativeFront
    var now = Instant.origin
    var texts: [UInt64: [String]] = [:]
    var closes: [UInt64: UInt16] = [:]
    private var lastID: [UInt64: Int64] = [:]

    init(_ configure: (inout ServerConfiguration) -> Void = { _ in }) {
        var configuration = ServerConfiguration()
        configure(&configuration)
        front = NativeFront(configuration: configuration, seed: 1, at: .origin)
    }

    func open(_ connection: UInt64, from address: SocketAddress? = nil) {
        front.opened(connection, from: address, now: now)
        drain()
    }

    @discardableResult
    func say(_ connection: UInt64, _ text: String) -> String? {
        let before = texts[connection]?.count ?? 0
        front.received(text, on: connection, now: now)
        drain()
        return texts[connection].flatMap { $0.count > before ? $0[before] : nil }
    }

    @discardableResult
    func ask(_ connection: UInt64, _ request: Request) -> Reply? {
        let id = lastID[connection, default: 0] + 1
        lastID[connection] = id
        guard let text = say(connection, ClientFrame.request(id: id, request).text),
            case .reply(id, let reply)? = try? ServerFrame(text)
        else { return nil }
        return reply
    }

    func error(_ connection: UInt64, _ request: Request) -> ErrorCode? {
        guard case .refused(let error)? = ask(connection, request) else { return nil }
        return error.code
    }

    func enter(_ connection: UInt64, room: String = "r", token: String? = nil) -> String? {
        open(connection)
        ask(connection, .hello(HelloRequest(token: token)))
        guard case .ok(let result)? = ask(connection, .join(JoinRequest(room: room, name: "n"))) else { return nil }
        ask(connection, .ready(rev: nil))
        return RoomSnapshot(result)?.participant
    }

    func wait(_ duration: Duration) {
        let end = now + duration
        while let deadline = front.deadline, deadline <= end {
            now = max(now, deadline)
            front.advance(to: now)
            drain()
        }
        now = end
    }

    func drain() {
        while let output = front.nextOutput() {
            switch output {
            case .send(let connection, let text): texts[connection, default: []].append(text)
            case .close(let connection, let code, _): closes[connection] = code
            }
        }
    }
}

private func relay(_ to: String) -> Request {
    .signal(SignalRequest(to: to, connection: "a", epoch: 1, kind: .offer, body: #"{"sdp":"v=0"}"#))
}

@Suite("The native front")
struct NativeFrontTests {
    @Test("a conversation from hello to leave, word by word")
    func conversation() throws {
        let scene = Scene()
        scene.open(1)
        scene.open(2)
        let welcome = try #require(scene.say(1, #"{"t":"hello","id":1,"d":{}}"#))
        #expect(
            welcome.hasPrefix(#"{"ok":{"epoch":1,"ice":[],"limits":{"depth":32,"message":65536,"sdp":262144},"ping_ms":10000,"#))
        _ = scene.say(2, #"{"t":"hello","id":1}"#)
        let first = try #require(scene.say(1, #"{"t":"join","id":2,"d":{"room":"r","name":"Ana"}}"#))
        #expect(first.contains(#""room":{"id":"r","mode":"auto","peers":[]},"status":"joined"},"re":2}"#))
        #expect(scene.say(1, #"{"t":"ready","id":3,"d":{"rev":1}}"#) == #"{"ok":{},"re":3}"#)
        let second = try #require(scene.say(2, #"{"t":"join","id":2,"d":{"room":"r","name":"Bo"}}"#))
        #expect(second.contains(#""name":"Ana","polite":true,"role":"speaker"}]"#))
        let joined = try #require(scene.texts[1]?.last)
        #expect(joined.contains(#""name":"Bo","polite":false,"role":"speaker"},"rev":2,"seq":1,"t":"peer_joined"}"#))
        #expect(scene.say(2, #"{"t":"leave","id":3}"#) == #"{"ok":{},"re":3}"#)
        #expect(scene.texts[1]?.last?.hasSuffix(#""reason":"leave"},"rev":3,"seq":2,"t":"peer_left"}"#) == true)
        #expect(scene.closes.isEmpty)
    }

    @Test("no hello within five seconds closes with 4004")
    func helloTimeout() {
        let scene = Scene()
        scene.open(1)
        scene.wait(.milliseconds(4999))
        #expect(scene.closes.isEmpty)
        scene.wait(.milliseconds(1))
        #expect(scene.closes == [1: 4004])
        #expect(scene.front.deadline == nil && scene.front.connectionCount == 0)
    }

    @Test("fifteen seconds of silence close with 4008, a ping every ten does not")
    func idle() {
        let scene = Scene()
        _ = scene.enter(1)
        _ = scene.enter(2)
        for _ in 0..<6 {
            scene.wait(.seconds(10))
            scene.ask(1, .ping)
        }
        #expect(scene.closes == [2: 4008])
        #expect(scene.front.participants(in: "r").count == 1)
    }

    @Test("another version closes with 4019")
    func version() {
        let scene = Scene()
        scene.open(1)
        #expect(scene.error(1, .hello(HelloRequest(version: 2))) == .unsupportedVersion)
        #expect(scene.closes == [1: 4019])
    }

    @Test(
        "what is no frame closes with 4000 after saying why, and harms no one else",
        arguments: ["", "{", "[]", "null", #"{"t":"ping"}"#, String(repeating: "[", count: 60_000), "\u{0}"])
    func garbage(text: String) {
        let scene = Scene()
        _ = scene.enter(1)
        _ = scene.enter(2)
        scene.say(1, text)
        #expect(scene.closes == [1: 4000])
        #expect(scene.texts[1]?.last?.hasSuffix(#"},"re":0}"#) == true)
        #expect(scene.ask(2, .ping) == .done)
    }

    @Test("anything before hello closes with 4000")
    func helloFirst() {
        let scene = Scene()
        scene.open(1)
        scene.ask(1, .join(JoinRequest(room: "r", name: "n")))
        scene.open(2)
        scene.say(2, #"{"t":"hello","id":1,"d":{"token":7}}"#)
        #expect(scene.closes == [1: 4000, 2: 4000])
        #expect(scene.front.roomCount == 0)
    }

    @Test("a message of more than 256 KiB closes with 1009; one of more than 64 KiB without an SDP is refused")
    func tooBig() {
        let scene = Scene()
        _ = scene.enter(1)
        let padding = String(repeating: " ", count: 70_000)
        #expect(scene.say(1, #"{"t":"ping","id":900}"# + padding)?.contains("too_large") == true)
        #expect(scene.closes.isEmpty)
        scene.say(1, String(repeating: " ", count: 262_145))
        #expect(scene.closes == [1: 1009])
    }

    @Test("unknown types, a second hello and wrong fields are refused, and the connection stays")
    func refusals() {
        let scene = Scene()
        _ = scene.enter(1)
        #expect(scene.error(1, .unknown(type: "teleport")) == .unknownType)
        #expect(scene.error(1, .hello(HelloRequest())) == .conflict)
        #expect(scene.error(1, .join(JoinRequest(room: "", name: "n"))) == .badRequest)
        #expect(scene.error(1, relay("p_nobody")) == .noSuchPeer)
        #expect(scene.closes.isEmpty)
        #expect(scene.front.metrics.errors == [.unknownType: 1, .conflict: 1, .badRequest: 1, .noSuchPeer: 1])
    }

    @Test("a request that comes again is answered as before and has no second effect")
    func repeated() throws {
        let scene = Scene()
        let peer = try #require(scene.enter(1))
        _ = scene.enter(2)
        let heard = scene.texts[1]?.count ?? 0
        let frame = ClientFrame.request(id: 50, relay(peer)).text
        #expect(scene.say(2, frame) == #"{"ok":{},"re":50}"#)
        #expect(scene.say(2, frame) == #"{"ok":{},"re":50}"#)
        #expect(scene.texts[1]?.count == heard + 1)
        #expect(scene.say(2, #"{"t":"join","id":2,"d":{"room":"r","name":"n"}}"#) == scene.texts[2]?[1])
        #expect(scene.say(2, #"{"t":"ping","id":40}"#)?.contains("conflict") == true)
    }

    @Test("messages over their rate are refused with a time to wait, and abuse closes with 4015")
    func rates() {
        let scene = Scene()
        _ = scene.enter(1)
        for _ in 0..<198 { #expect(scene.ask(1, .ping) == .done) }
        guard case .refused(let error)? = scene.ask(1, .ping) else {
            Issue.record("not refused")
            return
        }
        #expect(error.code == .rateLimited && error.retryMilliseconds == 21)
        scene.now += .milliseconds(21)
        #expect(scene.ask(1, .ping) == .done)
        for _ in 0..<120 { scene.ask(1, .ping) }
        #expect(scene.closes == [1: 4015])
    }

    @Test("signals have a rate of their own")
    func signalRate() throws {
        let scene = Scene()
        let peer = try #require(scene.enter(1))
        _ = scene.enter(2)
        for _ in 0..<400 { #expect(scene.ask(2, relay(peer)) == .done) }
        #expect(scene.error(2, relay(peer)) == .rateLimited)
        #expect(scene.ask(2, .ping) == .done)
    }

    @Test("ten joins a minute from one address, counted over its connections")
    func joinRate() {
        let scene = Scene()
        for connection in 1...10 as ClosedRange<UInt64> { #expect(scene.enter(connection) != nil) }
        #expect(scene.enter(11) == nil)
        scene.wait(.seconds(6))
        #expect(scene.enter(12) != nil)
    }

    @Test("loopback that is trusted has no rates; others keep theirs")
    func trust() {
        let scene = Scene { $0.trustLoopback = true }
        _ = scene.enter(1)
        for _ in 0..<1000 { #expect(scene.ask(1, .ping) == .done) }
        scene.open(2, from: SocketAddress("192.0.2.1", port: 9))
        scene.ask(2, .hello(HelloRequest()))
        for _ in 0..<200 { scene.ask(2, .ping) }
        #expect(scene.error(2, .ping) == .rateLimited)
    }

    @Test("where tokens are asked for, one that is missing or wrong closes with 4001")
    func tokens() {
        let scene = Scene { $0.accessTokens = [AccessToken(token: "sesame")] }
        #expect(scene.enter(1, token: "sesame") != nil)
        for (connection, token) in [(2, nil), (3, "sesam"), (4, "sesame!")] as [(UInt64, String?)] {
            scene.open(connection)
            #expect(scene.error(connection, .hello(HelloRequest(token: token))) == .unauthenticated)
        }
        #expect(scene.closes == [2: 4001, 3: 4001, 4: 4001])
    }

    @Test("the same identity from elsewhere closes the older socket with 4009")
    func replaced() {
        let scene = Scene()
        _ = scene.enter(1, token: "ana")
        let second = scene.enter(2, token: "ana")
        #expect(scene.closes == [1: 4009])
        #expect(scene.front.participants(in: "r") == [second])
    }

    @Test("a client that does not read is closed with 4014, and its room hears of it")
    func slow() {
        let scene = Scene()
        _ = scene.enter(1)
        _ = scene.enter(2)
        scene.front.overflowed(2, now: scene.now)
        scene.drain()
        #expect(scene.closes == [2: 4014])
        scene.wait(.seconds(2))
        #expect(scene.texts[1]?.last?.contains(#""t":"peer_reconnecting""#) == true)
        scene.ask(1, .ping)
        scene.wait(.seconds(14))
        scene.ask(1, .ping)
        scene.wait(.seconds(14))
        #expect(scene.texts[1]?.last?.contains(#""reason":"disconnected""#) == true)
    }

    @Test("a server that stops says goaway and closes all with 4017, newcomers too")
    func drain() {
        let scene = Scene()
        _ = scene.enter(1)
        _ = scene.enter(2)
        scene.front.drain(now: scene.now)
        scene.drain()
        scene.open(3)
        #expect(scene.closes == [1: 4017, 2: 4017, 3: 4017])
        #expect(scene.texts[1]?.last == #"{"d":{"reason":"the server is stopping"},"t":"goaway"}"#)
        #expect(scene.front.roomCount == 0 && scene.front.metrics.sessions == 0)
    }

    @Test("when everyone has gone nothing is left")
    func baseline() {
        let scene = Scene()
        for connection in 1...5 as ClosedRange<UInt64> { _ = scene.enter(connection) }
        for connection in 1...5 as ClosedRange<UInt64> { scene.front.closed(connection, code: nil, now: scene.now) }
        scene.drain()
        scene.wait(.seconds(60))
        let metrics = scene.front.metrics
        #expect(metrics.connections + metrics.sessions + metrics.rooms + metrics.participants == 0)
        #expect(scene.front.deadline == nil)
        #expect(metrics.room.joined == 5 && metrics.room.left == 5)
    }
}
