import RTCCore
import SocketIO
import SocketIOSessions
import Testing

@Suite("Engine.IO sessions")
struct EngineIOSessionTests {
    private var host = Host(Echo())

    private func candidate(of query: String) throws -> UInt64 {
        try #require(host.webSocket(query.replacing("polling", with: "websocket")))
    }

    @Test("while a WebSocket is about to take over, polls are released at once and then every tenth of a second")
    func release() throws {
        let query = host.openPolling()
        let poll = host.request("GET", query)
        let socket = try candidate(of: query)
        #expect(host.answers[poll] == nil)
        host.send("2probe", on: socket)
        #expect(host.answers[poll]?.body == "6")
        let next = host.request("GET", query)
        #expect(host.answers[next] == nil)
        host.wait(.milliseconds(100))
        #expect(host.answers[next]?.body == "6")
    }

    @Test("what waited for a poll leaves on the WebSocket that takes over, in order")
    func flushOnUpgrade() throws {
        let query = host.openPolling()
        let socket = try candidate(of: query)
        host.send("2probe", on: socket)
        _ = host.post("4a\u{1E}4b", query)
        host.send("5", on: socket)
        #expect(host.texts(socket) == ["3probe", "4a", "4b"])
    }

    @Test("a POST whose body comes after the move still counts")
    func uploadDuringUpgrade() throws {
        let query = host.openPolling()
        let socket = try candidate(of: query)
        host.send("2probe", on: socket)
        let upload = host.request("POST", query, body: "4late", sendsBody: false)
        host.send("5", on: socket)
        host.finish(upload, body: "4late")
        #expect(host.answers[upload]?.body == "ok")
        #expect(host.texts(socket) == ["3probe", "4late"])
    }

    @Test("a WebSocket that does not take over within ten seconds closes, and polling goes on")
    func slowUpgrade() throws {
        let query = host.openPolling()
        let socket = try candidate(of: query)
        host.send("2probe", on: socket)
        host.wait(.seconds(10))
        #expect(host.isClosed(socket))
        _ = host.post("4a", query)
        #expect(host.get(query)?.body == "4a")
        _ = try candidate(of: query)
    }

    @Test("a WebSocket that breaks before it takes over leaves polling as it was")
    func brokenUpgrade() throws {
        let query = host.openPolling()
        host.drop(try candidate(of: query))
        _ = host.post("4a", query)
        #expect(host.get(query)?.body == "4a")
    }

    @Test("a WebSocket takes over only after a probe", arguments: ["5", "2", "4hello", "3probe"])
    func noProbe(first: String) throws {
        let query = host.openPolling()
        let socket = try candidate(of: query)
        host.send(first, on: socket)
        #expect(host.isClosed(socket))
        #expect(host.server.closings == [])
    }

    @Test("a ping of the client's closes the session")
    func clientPing() throws {
        let socket = try #require(host.webSocket("EIO=4&transport=websocket"))
        host.send("2", on: socket)
        #expect(host.isClosed(socket))
        #expect(host.server.closings == [.violation])
    }

    @Test("traffic other than a pong does not keep a session alive")
    func traffic() throws {
        let socket = try #require(host.webSocket("EIO=4&transport=websocket"))
        for _ in 0..<44 {
            host.wait(.seconds(1))
            host.send("4still here", on: socket)
        }
        #expect(!host.isClosed(socket))
        host.wait(.seconds(1))
        #expect(host.isClosed(socket))
    }

    @Test("a POST beside one whose body has not come is refused, and the session is over")
    func twoUploads() {
        let query = host.openPolling()
        let first = host.request("POST", query, body: "4a", sendsBody: false)
        #expect(host.post("4b", query)?.status == 400)
        #expect(host.answers[first]?.status == 400)
        #expect(host.server.closings == [.violation])
    }

    @Test("a body that is announced as bytes closes the session")
    func octets() {
        let query = host.openPolling()
        let request = host.request("POST", query, body: "4a", contentType: "application/octet-stream")
        #expect(host.answers[request]?.status == 400)
        #expect(host.server.closings == [.violation])
    }

    @Test("a body above the limit is refused, announced or not, and the session goes on")
    func largeBody() {
        let query = host.openPolling()
        #expect(host.post("4" + String(repeating: "x", count: 1_000_000), query)?.status == 413)
        let request = host.request("POST", query, body: "", sendsBody: false)
        host.finish(request, body: nil)
        #expect(host.answers[request]?.status == 413)
        #expect(host.post("4a", query)?.status == 200)
    }

    @Test("methods other than GET and POST are refused on a session, which goes on", arguments: ["PUT", "DELETE", "HEAD"])
    func methods(method: String) {
        let query = host.openPolling()
        let request = host.request(method, query)
        #expect(host.answers[request]?.status == 400)
        #expect(host.post("4a", query)?.status == 200)
    }

    @Test("a poll whose connection breaks ends the session")
    func abortedPoll() {
        let query = host.openPolling()
        host.abort(host.request("GET", query))
        #expect(host.server.closings == [.lost])
    }

    @Test("a client that does not poll is closed when more waits for it than is kept")
    mutating func slowConsumer() {
        var limits = EngineIOLimits()
        limits.waiting = 10
        host = Host(Echo(limits: limits))
        let query = host.openPolling()
        #expect(host.post("412345678", query)?.status == 200)
        #expect(host.server.closings == [])
        _ = host.post("412345678", query)
        #expect(host.server.closings == [.overflow])
        #expect(host.get(query)?.status == 400)
    }

    @Test("a payload with more packets than the limit ends the session")
    mutating func manyPackets() {
        var limits = EngineIOLimits()
        limits.packetsPerPayload = 2
        host = Host(Echo(limits: limits))
        let query = host.openPolling()
        #expect(host.post("4a\u{1E}4b\u{1E}4c", query)?.status == 400)
        #expect(host.server.closings == [.violation])
    }

    @Test("no more sessions than the limit, and room again when one is over")
    mutating func manySessions() throws {
        var limits = EngineIOLimits()
        limits.sessions = 1
        host = Host(Echo(limits: limits))
        let query = host.openPolling()
        #expect(host.get("EIO=4&transport=polling") == .refused(.forbidden))
        #expect(host.webSocket("EIO=4&transport=websocket") == nil)
        _ = host.post("1", query)
        #expect(host.get("EIO=4&transport=polling")?.status == 200)
        #expect(host.server.server.sessionCount == 1)
    }

    @Test("a close by the application answers the poll that waits")
    func serverClose() {
        let query = host.openPolling()
        let poll = host.request("GET", query)
        host.server.server.close(session(in: query), now: host.now)
        host.settle()
        #expect(host.answers[poll]?.body == "1")
        #expect(host.get(query)?.status == 400)
    }

    @Test("a close by the application waits thirty seconds for a poll that can be told", arguments: [29, 30])
    func lateServerClose(seconds: Int) {
        let query = host.openPolling()
        host.server.server.close(session(in: query), now: host.now)
        host.settle()
        host.wait(.seconds(seconds))
        #expect(host.get(query)?.body == (seconds < 30 ? "1" : #"{"code":1,"message":"Session ID unknown"}"#))
        #expect(host.server.server.sessionCount == 0)
    }

    private func session(in query: String) -> String { URLQuery(target: "?" + query)["sid"] ?? "" }

    @Test("ids are of the generator that the host brings, and none is given twice")
    func ids() {
        let again = Host(Echo())
        let first = host.openPolling()
        #expect(first == again.openPolling())
        #expect(first != host.openPolling())
    }

    @Test("a query is read with its escapes")
    func query() {
        let query = URLQuery(target: "/socket.io/?EIO=4&room=a%20b+c%&x&sid=%41#y=1")
        #expect(query["EIO"] == "4")
        #expect(query["room"] == "a b c%")
        #expect(query["x"] == "")
        #expect(query["sid"] == "A")
        #expect(query["y"] == nil)
    }
}
