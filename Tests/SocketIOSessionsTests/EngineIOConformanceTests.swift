import SocketIO
import SocketIOSessions
import Testing

/// The twenty-four cases of Engine.IO's public conformance list, protocol 4.
@Suite("Engine.IO conformance")
struct EngineIOConformanceTests {
    private var host: Host<Echo>

    init() {
        host = Host(Echo(timing: ConformanceApplication.configuration.engine))
    }

    private func openSocket() throws -> UInt64 {
        let socket = try #require(host.webSocket("EIO=4&transport=websocket"))
        _ = host.take(socket)
        return socket
    }

    // MARK: Handshake

    @Test("a GET opens a session, and the answer has exactly the five keys")
    func pollingHandshake() throws {
        let answer = try #require(host.get("EIO=4&transport=polling"))
        #expect(answer.status == 200)
        #expect(answer.contentType == "text/plain; charset=UTF-8")
        #expect(answer.body.hasPrefix("0{"))
        let handshake = try #require(EngineIOHandshake(String(answer.body.dropFirst())))
        #expect(handshake.session.utf8.count == 20)
        #expect(handshake.upgrades == ["websocket"])
        #expect(handshake.pingIntervalMilliseconds == 300)
        #expect(handshake.pingTimeoutMilliseconds == 200)
        #expect(handshake.maximumPayload == 1_000_000)
        #expect(answer.body.utf8.count(where: { $0 == UInt8(ascii: ":") }) == 5)
    }

    @Test("a GET of another version, or of none, is refused", arguments: ["transport=polling", "EIO=abc&transport=polling"])
    func pollingVersion(query: String) {
        #expect(host.get(query) == .refused(.unsupportedVersion))
        #expect(EngineIORefusal.unsupportedVersion.status == 400)
    }

    @Test("a GET over an unknown transport, or over none, is refused", arguments: ["EIO=4", "EIO=4&transport=abc"])
    func pollingTransport(query: String) {
        #expect(host.get(query) == .refused(.unknownTransport))
    }

    @Test("a handshake by another method is refused", arguments: ["POST", "PUT"])
    func pollingMethod(method: String) {
        let request = host.request(method, "EIO=4&transport=polling")
        #expect(host.answers[request] == .refused(.badHandshakeMethod))
    }

    @Test("a WebSocket opens a session, which has nothing to move to")
    func socketHandshake() throws {
        let socket = try #require(host.webSocket("EIO=4&transport=websocket"))
        let text = try #require(host.texts(socket).first)
        #expect(text.hasPrefix("0{"))
        #expect(EngineIOHandshake(String(text.dropFirst()))?.upgrades == [])
    }

    @Test(
        "a WebSocket of another version, or of none, is refused",
        arguments: ["transport=websocket", "EIO=abc&transport=websocket"])
    func socketVersion(query: String) {
        #expect(host.webSocket(query) == nil)
    }

    @Test(
        "a WebSocket that names another transport, or none, is refused",
        arguments: ["EIO=4", "EIO=4&transport=abc", "EIO=4&transport=polling"])
    func socketTransport(query: String) {
        #expect(host.webSocket(query) == nil)
    }

    // MARK: Messages

    @Test("a payload with one text comes back")
    func oneText() {
        let query = host.openPolling()
        #expect(host.post("4hello", query) == EngineIOResponse(status: 200, contentType: "text/html", body: "ok"))
        #expect(host.get(query)?.body == "4hello")
    }

    @Test("a payload with several texts comes back in order")
    func severalTexts() {
        let query = host.openPolling()
        #expect(host.post("4test1\u{1E}4test2\u{1E}4test3", query)?.status == 200)
        #expect(host.get(query)?.body == "4test1\u{1E}4test2\u{1E}4test3")
    }

    @Test("a payload with text and bytes comes back, the bytes as Base64")
    func textAndBytes() {
        let query = host.openPolling()
        #expect(host.post("4hello\u{1E}bAQIDBA==", query)?.status == 200)
        #expect(host.get(query)?.body == "4hello\u{1E}bAQIDBA==")
    }

    @Test("a payload that is none is refused, and its session is over")
    func badPayload() {
        let query = host.openPolling()
        #expect(host.post("abc", query)?.status == 400)
        #expect(host.get(query) == .refused(.unknownSession))
    }

    @Test("a second poll beside one that waits is refused, and the session is over")
    func twoPolls() {
        let query = host.openPolling()
        let first = host.request("GET", query)
        #expect(host.answers[first] == nil)
        #expect(host.get(query)?.status == 400)
        #expect(host.answers[first]?.body == "1")
        #expect(host.get(query)?.status == 400)
    }

    @Test("a text on a WebSocket comes back")
    func socketText() throws {
        let socket = try openSocket()
        host.send("4hello", on: socket)
        #expect(host.texts(socket) == ["4hello"])
    }

    @Test("bytes on a WebSocket come back without a type")
    func socketBytes() throws {
        let socket = try openSocket()
        host.send(.binary([1, 2, 3, 4]), on: socket)
        #expect(host.take(socket) == [.binary([1, 2, 3, 4])])
    }

    @Test("a packet of no type closes the WebSocket")
    func socketBadPacket() throws {
        let socket = try openSocket()
        host.send("abc", on: socket)
        #expect(host.isClosed(socket))
    }

    // MARK: Heartbeat

    @Test("whoever polls is pinged at each interval, and answers")
    func pollingHeartbeat() {
        let query = host.openPolling()
        for _ in 0..<3 {
            let poll = host.request("GET", query)
            host.wait(.milliseconds(299))
            #expect(host.answers[poll] == nil)
            host.wait(.milliseconds(1))
            #expect(host.answers[poll]?.body == "2")
            #expect(host.post("3", query)?.body == "ok")
        }
    }

    @Test("whoever polls and does not answer a ping is gone after the timeout")
    func pollingSilence() {
        let query = host.openPolling()
        host.wait(.milliseconds(499))
        #expect(host.server.closings == [])
        host.wait(.milliseconds(1))
        #expect(host.server.closings == [.pingTimeout])
        #expect(host.get(query)?.status == 400)
    }

    @Test("a WebSocket is pinged at each interval, and answers")
    func socketHeartbeat() throws {
        let socket = try openSocket()
        for _ in 0..<3 {
            host.wait(.milliseconds(299))
            #expect(host.texts(socket) == [])
            host.wait(.milliseconds(1))
            #expect(host.texts(socket) == ["2"])
            host.send("3", on: socket)
        }
        #expect(!host.isClosed(socket))
    }

    @Test("a WebSocket that does not answer a ping closes after the timeout")
    func socketSilence() throws {
        let socket = try openSocket()
        host.wait(.milliseconds(499))
        #expect(!host.isClosed(socket))
        host.wait(.milliseconds(1))
        #expect(host.isClosed(socket))
    }

    // MARK: Close

    @Test("a client that polls closes: the poll that waits is released, the next one is refused")
    func pollingClose() {
        let query = host.openPolling()
        let poll = host.request("GET", query)
        #expect(host.post("1", query)?.body == "ok")
        #expect(host.answers[poll]?.body == "6")
        #expect(host.get(query)?.status == 400)
        #expect(host.server.closings == [.client])
    }

    @Test("a client with a WebSocket closes")
    func socketClose() throws {
        let socket = try openSocket()
        host.send("1", on: socket)
        #expect(host.isClosed(socket))
        #expect(host.server.closings == [.client])
    }

    // MARK: Upgrade

    private func upgraded() throws -> (query: String, socket: UInt64) {
        let query = host.openPolling()
        let socket = try #require(host.webSocket(query.replacing("polling", with: "websocket")))
        host.send("2probe", on: socket)
        #expect(host.texts(socket) == ["3probe"])
        host.send("5", on: socket)
        return (query, socket)
    }

    @Test("a session moves from polling to a WebSocket")
    func upgrade() throws {
        let (_, socket) = try upgraded()
        host.send("4hello", on: socket)
        #expect(host.texts(socket) == ["4hello"])
    }

    @Test("polls of a session that has moved are refused, and do it no harm")
    func pollAfterUpgrade() throws {
        let (query, socket) = try upgraded()
        #expect(host.get(query)?.status == 400)
        host.send("4hello", on: socket)
        #expect(host.texts(socket) == ["4hello"])
    }

    @Test("another WebSocket of a session that has moved is closed, and does it no harm")
    func socketAfterUpgrade() throws {
        let (query, socket) = try upgraded()
        let second = try #require(host.webSocket(query.replacing("polling", with: "websocket")))
        #expect(host.isClosed(second))
        host.send("4hello", on: socket)
        #expect(host.texts(socket) == ["4hello"])
    }
}

extension String {
    func replacing(_ old: String, with new: String) -> String {
        var text = self
        while let start = text.utf8.indices.first(where: { text.utf8[$0...].starts(with: old.utf8) }) {
            text.replaceSubrange(start..<text.utf8.index(start, offsetBy: old.utf8.count), with: new)
        }
        return text
    }
}
