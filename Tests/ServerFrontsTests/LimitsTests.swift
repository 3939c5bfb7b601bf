import NetworkImpairment
import RTCCore
import RoomCore
import ServerFronts
import SignalingProtocol
import Testing

/// A limit, how it is passed, and with which code that is answered.
struct LimitCase: CustomTestStringConvertible {
    let name: String
    /// What the limit itself allows, and what comes with one more.
    let expected: String
    let pass: @Sendable (NativeScene) -> String

    var testDescription: String { name }
}

/// The native front alone, and a client that is not trusted.
final class NativeScene {
    let front: NativeFront
    var now = Instant.origin
    private(set) var closes: [UInt64: UInt16] = [:]
    private var replies: [UInt64: [Int64: Reply]] = [:]
    private var lastID: [UInt64: Int64] = [:]
    private var connections: UInt64 = 0

    init(_ configure: (inout ServerConfiguration) -> Void = { _ in }) {
        var configuration = ServerConfiguration()
        configure(&configuration)
        front = NativeFront(configuration: configuration, seed: 1, at: .origin)
    }

    func drain() {
        while let output = front.nextOutput() {
            switch output {
            case .send(let connection, let text):
                if case .reply(let id, let reply)? = try? ServerFrame(text) { replies[connection, default: [:]][id] = reply }
            case .close(let connection, let code, _): closes[connection] = code
            }
        }
    }

    /// - Parameter number: Makes the address.
    func open(_ number: Int = 1) -> UInt64 {
        connections += 1
        front.opened(connections, from: SocketAddress("192.0.2.\(number)", port: 5), now: now)
        return connections
    }

    func say(_ text: String, on connection: UInt64) {
        front.received(text, on: connection, now: now)
        drain()
    }

    /// `ok`, the code of the refusal, or that of the close.
    @discardableResult
    func ask(_ request: Request, on connection: UInt64) -> String {
        let id = lastID[connection, default: 0] + 1
        lastID[connection] = id
        say(ClientFrame.request(id: id, request).text, on: connection)
        return outcome(id, on: connection)
    }

    func outcome(_ id: Int64, on connection: UInt64) -> String {
        if let code = closes[connection] { return "\(code)" }
        switch replies[connection]?[id] {
        case .refused(let error)?: return error.code.rawValue
        case nil: return "silence"
        default: return "ok"
        }
    }

    func greeted(_ number: Int = 1) -> UInt64 {
        let connection = open(number)
        ask(.hello(HelloRequest()), on: connection)
        return connection
    }

    func member(_ number: Int = 1, room: String = "r", create: RoomSettings? = nil, mode: RoomMode = .auto) -> UInt64 {
        let connection = greeted(number)
        ask(.join(JoinRequest(room: room, name: "n", mode: mode, create: create)), on: connection)
        ask(.ready(rev: nil), on: connection)
        return connection
    }

    func wait(_ duration: Duration) {
        now = now + duration
        front.advance(to: now)
        drain()
    }

    /// How many of these requests go well, and how the first that does not.
    func count(_ attempts: Int, _ request: (Int) -> Request, on connection: UInt64) -> String {
        for index in 0..<attempts {
            let outcome = ask(request(index), on: connection)
            if outcome != "ok" { return "\(index), then \(outcome)" }
        }
        return "\(attempts)"
    }
}

@Suite("Every limit has its code")
struct LimitsTests {
    @Test("what passes a limit is answered with the documented code", arguments: cases)
    func limits(limit: LimitCase) {
        #expect(limit.pass(NativeScene()) == limit.expected)
    }

    static let cases: [LimitCase] = [
        LimitCase(name: "a message of more than 64 KiB", expected: "too_large") { scene in
            let ana = scene.greeted()
            scene.say(#"{"t":"ping","id":9,"d":{"x":"\#(String(repeating: "x", count: 65_536))"}}"#, on: ana)
            return scene.outcome(9, on: ana)
        },
        LimitCase(name: "a signal of more than 256 KiB", expected: "1009") { scene in
            let ana = scene.greeted()
            let sdp = String(repeating: "x", count: 262_144)
            scene.say(
                #"{"t":"signal","id":9,"d":{"to":"p","pc":"a","epoch":1,"kind":"offer","body":{"sdp":"\#(sdp)"}}}"#, on: ana)
            return "\(scene.closes[ana] ?? 0)"
        },
        LimitCase(name: "JSON deeper than 32", expected: "4000") { scene in
            let ana = scene.greeted()
            scene.say(#"{"t":"ping","id":9,"d":"# + String(repeating: "[", count: 33), on: ana)
            return "\(scene.closes[ana] ?? 0)"
        },
        LimitCase(name: "what is no JSON", expected: "4000") { scene in
            let ana = scene.greeted()
            scene.say("hello?", on: ana)
            return "\(scene.closes[ana] ?? 0)"
        },
        LimitCase(name: "messages above 200 at once", expected: "200, then rate_limited") { scene in
            scene.count(400, { _ in .ping }, on: scene.greeted())
        },
        LimitCase(name: "messages that go on above their rate", expected: "4015") { scene in
            let ana = scene.greeted()
            for _ in 0..<400 { scene.ask(.ping, on: ana) }
            return "\(scene.closes[ana] ?? 0)"
        },
        LimitCase(name: "messages below 50 a second", expected: "1000") { scene in
            let ana = scene.greeted()
            return scene.count(
                1000,
                { _ in
                    scene.now = scene.now + .milliseconds(20)
                    return .ping
                }, on: ana)
        },
        LimitCase(name: "lines of chat above 20 at once", expected: "20, then rate_limited") { scene in
            scene.count(30, { .chat(ChatRequest(text: "\($0)")) }, on: scene.member())
        },
        LimitCase(name: "a line of chat of more than 4 KiB", expected: "bad_request") { scene in
            scene.ask(.chat(ChatRequest(text: String(repeating: "x", count: 4097))), on: scene.member())
        },
        LimitCase(name: "reactions above 20 at once", expected: "20, then rate_limited") { scene in
            scene.count(30, { _ in .react(emoji: "👍", target: nil) }, on: scene.member())
        },
        LimitCase(name: "joins of one address above 10 at once", expected: "10, then rate_limited") { scene in
            for index in 0..<20 {
                let outcome = scene.ask(.join(JoinRequest(room: "r\(index)", name: "n")), on: scene.greeted())
                if outcome != "ok" { return "\(index), then \(outcome)" }
            }
            return "20"
        },
        LimitCase(name: "a name of more than 64 bytes", expected: "bad_request") { scene in
            scene.ask(.join(JoinRequest(room: "r", name: String(repeating: "n", count: 65))), on: scene.greeted())
        },
        LimitCase(name: "attributes of more than 4 KiB", expected: "bad_request") { scene in
            let attributes: JSONObject = ["x": .string(String(repeating: "x", count: 4096))]
            return scene.ask(.update(ParticipantUpdate(attributes: attributes)), on: scene.member())
        },
        LimitCase(name: "a ninth participant of a mesh", expected: "room_full") { scene in
            for number in 1...8 { _ = scene.member(number, mode: .mesh) }
            return scene.ask(.join(JoinRequest(room: "r", name: "n")), on: scene.greeted(9))
        },
        LimitCase(name: "a fifty-first participant", expected: "room_full") { scene in
            for number in 1...50 { _ = scene.member(number) }
            return scene.ask(.join(JoinRequest(room: "r", name: "n")), on: scene.greeted(51))
        },
        LimitCase(name: "a hundred and first in a lobby", expected: "room_full") { scene in
            _ = scene.member(create: RoomSettings(lobby: true))
            for number in 2...101 { scene.ask(.join(JoinRequest(room: "r", name: "n")), on: scene.greeted(number)) }
            return scene.ask(.join(JoinRequest(room: "r", name: "n")), on: scene.greeted(102))
        },
        LimitCase(name: "no 'hello' for five seconds", expected: "4004") { scene in
            let ana = scene.open()
            scene.wait(.milliseconds(4_999))
            guard scene.closes.isEmpty else { return "too early" }
            scene.wait(.milliseconds(1))
            return "\(scene.closes[ana] ?? 0)"
        },
        LimitCase(name: "silence for fifteen seconds", expected: "4008") { scene in
            let ana = scene.greeted()
            scene.wait(.milliseconds(14_999))
            guard scene.closes.isEmpty else { return "too early" }
            scene.wait(.milliseconds(1))
            return "\(scene.closes[ana] ?? 0)"
        },
        LimitCase(name: "more than 1 MiB that waits to be read", expected: "4014") { scene in
            let ana = scene.greeted()
            scene.front.overflowed(ana, now: scene.now)
            scene.drain()
            return "\(scene.closes[ana] ?? 0)"
        },
        LimitCase(name: "a fourth wish to resume that is refused", expected: "resume_unknown 3 times, then 4000") { scene in
            let ana = scene.open()
            let wish = ResumeRequest(session: "s", secret: "0", seq: 0)
            for index in 0..<8 {
                let outcome = scene.ask(.hello(HelloRequest(resume: wish)), on: ana)
                if outcome != "resume_unknown" { return "resume_unknown \(index) times, then \(outcome)" }
            }
            return "8"
        },
    ]

    @Test("joins count together, by whichever front they are made")
    func joins() throws {
        let scene = FrontScene { $0.trustLoopback = false }
        for index in 0..<10 { _ = scene.peer("p\(index)", from: FrontScene.stranger) }
        #expect(scene.rooms.core.participantCount == 10)
        let socket = try scene.connect(from: FrontScene.stranger)
        #expect(try scene.call("join-room", ["room": "r"], on: socket)["error"]?.objectValue?["code"] == "rate_limited")
        let eleventh = scene.peer("p11", from: FrontScene.stranger)
        #expect(scene.closes[eleventh] != nil && scene.rooms.core.participantCount == 10)
    }

    @Test("connecting to a namespace over and over has a rate, over all connections of an address")
    func namespaces() throws {
        let scene = FrontScene { $0.trustLoopback = false }
        var said: [String] = []
        for _ in 0..<5 {
            let socket = try #require(scene.openSocket(from: FrontScene.stranger))
            for _ in 0..<50 {
                scene.send("40", on: socket)
                scene.send("41", on: socket)
            }
            said += scene.take(socket)
        }
        #expect(said.count { $0.hasPrefix("40") } == 200)
        #expect(said.contains { $0.hasPrefix("44") && $0.contains("rate_limited") })
    }

    @Test("the oldest request that is not whole makes room, and those that are whole are left alone")
    func openRequests() {
        var requests = OpenRequests(limit: 3)
        for connection in 1...3 as ClosedRange<UInt64> { #expect(requests.began(connection) == nil) }
        requests.finished(1)
        #expect(requests.began(4) == nil && requests.count == 3)
        #expect(requests.began(5) == 2 && requests.began(6) == 3)
        for connection in 7...10_000 as ClosedRange<UInt64> {
            let evicted = requests.began(connection)
            #expect(evicted == connection - 3)
        }
        #expect(requests.takeOldest() == 9_998 && requests.count == 2)
    }
}
