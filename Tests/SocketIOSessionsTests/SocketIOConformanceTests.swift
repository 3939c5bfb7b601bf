import SignalingProtocol
import SocketIO
import SocketIOSessions
import Testing

/// The thirty-two cases of Socket.IO's public conformance list, protocol 5: those of its transport, through the whole server, and its own.
@Suite("Socket.IO conformance")
struct SocketIOConformanceTests {
    private var host = Host(Application.conformance())

    private func openSocket() throws -> UInt64 {
        let socket = try #require(host.webSocket("EIO=4&transport=websocket"))
        #expect(host.texts(socket).count == 1)
        return socket
    }

    private func connected() throws -> UInt64 {
        let socket = try openSocket()
        host.send("40", on: socket)
        #expect(host.texts(socket).count == 2)
        return socket
    }

    // MARK: Transport

    @Test("a GET opens a session")
    func pollingHandshake() {
        #expect(host.get("EIO=4&transport=polling")?.body.hasPrefix("0{") == true)
    }

    @Test("a GET of another version, or of none, is refused", arguments: ["transport=polling", "EIO=abc&transport=polling"])
    func pollingVersion(query: String) {
        #expect(host.get(query)?.status == 400)
    }

    @Test("a GET over an unknown transport, or over none, is refused", arguments: ["EIO=4", "EIO=4&transport=abc"])
    func pollingTransport(query: String) {
        #expect(host.get(query)?.status == 400)
    }

    @Test("a handshake by another method is refused", arguments: ["POST", "PUT"])
    func pollingMethod(method: String) {
        let request = host.request(method, "EIO=4&transport=polling")
        #expect(host.answers[request]?.status == 400)
    }

    @Test("a WebSocket opens a session")
    func socketHandshake() throws {
        _ = try openSocket()
    }

    @Test(
        "a WebSocket of another version, or of none, is refused",
        arguments: ["transport=websocket", "EIO=abc&transport=websocket"])
    func socketVersion(query: String) {
        #expect(host.webSocket(query) == nil)
    }

    @Test("a WebSocket that names another transport, or none, is refused", arguments: ["EIO=4", "EIO=4&transport=abc"])
    func socketTransport(query: String) {
        #expect(host.webSocket(query) == nil)
    }

    @Test("whoever polls is pinged at each interval, and answers")
    func pollingHeartbeat() {
        let query = host.openPolling()
        #expect(host.post("40", query)?.status == 200)
        #expect(host.get(query)?.body.hasPrefix("40{") == true)
        for _ in 0..<3 {
            let poll = host.request("GET", query)
            host.wait(.milliseconds(300))
            #expect(host.answers[poll]?.body == "2")
            #expect(host.post("3", query)?.status == 200)
        }
    }

    @Test("whoever polls and does not answer a ping is gone after the timeout")
    func pollingSilence() {
        let query = host.openPolling()
        host.wait(.milliseconds(500))
        #expect(host.get(query)?.status == 400)
    }

    @Test("a WebSocket is pinged at each interval, and answers")
    func socketHeartbeat() throws {
        let socket = try connected()
        for _ in 0..<3 {
            host.wait(.milliseconds(300))
            #expect(host.texts(socket) == ["2"])
            host.send("3", on: socket)
        }
    }

    @Test("a WebSocket that does not answer a ping closes after the timeout")
    func socketSilence() throws {
        let socket = try openSocket()
        host.wait(.milliseconds(500))
        #expect(host.isClosed(socket))
    }

    @Test("a client that polls closes: the poll that waits is released, the next one is refused")
    func pollingClose() {
        let query = host.openPolling()
        let poll = host.request("GET", query)
        #expect(host.post("1", query)?.body == "ok")
        #expect(host.answers[poll]?.body == "6")
        #expect(host.get(query)?.status == 400)
    }

    @Test("a client with a WebSocket closes")
    func socketClose() throws {
        let socket = try openSocket()
        host.send("1", on: socket)
        #expect(host.isClosed(socket))
    }

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
        host.send("40", on: socket)
        #expect(host.texts(socket).count == 2)
    }

    @Test("polls of a session that has moved are refused")
    func pollAfterUpgrade() throws {
        let (query, socket) = try upgraded()
        #expect(host.get(query)?.status == 400)
        #expect(!host.isClosed(socket))
    }

    @Test("another WebSocket of a session that has moved is closed")
    func socketAfterUpgrade() throws {
        let (query, socket) = try upgraded()
        let second = try #require(host.webSocket(query.replacing("polling", with: "websocket")))
        #expect(host.isClosed(second))
        #expect(!host.isClosed(socket))
    }

    // MARK: Connect

    /// Connects with a packet, and takes the two answers: the connection's own, and what the application says to it.
    private func connect(with packet: String) throws -> (reply: String, auth: String) {
        let socket = try openSocket()
        host.send(packet, on: socket)
        let texts = host.texts(socket)
        try #require(texts.count == 2)
        return (texts[0], texts[1])
    }

    @Test("a client connects to the main namespace")
    func mainNamespace() throws {
        let (reply, auth) = try connect(with: "40")
        #expect(reply.hasPrefix(#"40{"sid":""#))
        #expect(auth == #"42["auth",{}]"#)
    }

    @Test("a client connects to the main namespace with a payload")
    func mainNamespaceWithPayload() throws {
        let (reply, auth) = try connect(with: #"40{"token":"123"}"#)
        #expect(reply.hasPrefix(#"40{"sid":""#))
        #expect(auth == #"42["auth",{"token":"123"}]"#)
    }

    @Test("a client connects to another namespace")
    func customNamespace() throws {
        let (reply, auth) = try connect(with: "40/custom,")
        #expect(reply.hasPrefix(#"40/custom,{"sid":""#))
        #expect(auth == #"42/custom,["auth",{}]"#)
    }

    @Test("a client connects to another namespace with a payload")
    func customNamespaceWithPayload() throws {
        let (reply, auth) = try connect(with: #"40/custom,{"token":"abc"}"#)
        #expect(reply.hasPrefix(#"40/custom,{"sid":""#))
        #expect(auth == #"42/custom,["auth",{"token":"abc"}]"#)
    }

    @Test("a namespace that there is not is refused, and the connection stays")
    func unknownNamespace() throws {
        let socket = try openSocket()
        host.send("40/random", on: socket)
        #expect(host.texts(socket) == [#"44/random,{"message":"Invalid namespace"}"#])
        #expect(!host.isClosed(socket))
    }

    @Test("a first packet that is no CONNECT closes the connection")
    func noConnect() throws {
        let socket = try openSocket()
        host.send("4abc", on: socket)
        #expect(host.isClosed(socket))
    }

    @Test("a connection without a CONNECT closes after a while")
    func connectTimeout() throws {
        let socket = try openSocket()
        for _ in 0..<3 {
            host.wait(.milliseconds(300))
            host.send("3", on: socket)
        }
        #expect(!host.isClosed(socket))
        host.wait(.milliseconds(100))
        #expect(host.isClosed(socket))
    }

    // MARK: Disconnect

    @Test("a client leaves the main namespace, and the connection stays")
    func disconnect() throws {
        let socket = try connected()
        host.send("41", on: socket)
        host.wait(.milliseconds(300))
        #expect(host.texts(socket) == ["2"])
        #expect(!host.isClosed(socket))
    }

    @Test("a client leaves another namespace, and the main one goes on")
    func disconnectFromCustom() throws {
        let socket = try connected()
        host.send("40/custom", on: socket)
        #expect(host.texts(socket).count == 2)
        host.send("41/custom", on: socket)
        host.send(#"42["message","message to main namespace"]"#, on: socket)
        #expect(host.texts(socket) == [#"42["message-back","message to main namespace"]"#])
    }

    // MARK: Events

    @Test("an event comes back with its arguments")
    func event() throws {
        let socket = try connected()
        host.send(#"42["message",1,"2",{"3":[true]}]"#, on: socket)
        #expect(host.texts(socket) == [#"42["message-back",1,"2",{"3":[true]}]"#])
    }

    @Test("an event with bytes comes back with its bytes")
    func binaryEvent() throws {
        let socket = try connected()
        let text = #"52-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#
        host.send("4" + text, on: socket)
        host.send(.binary([1, 2, 3]), on: socket)
        #expect(host.texts(socket) == [])
        host.send(.binary([4, 5, 6]), on: socket)
        #expect(
            host.take(socket) == [
                .text(#"452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#),
                .binary([1, 2, 3]), .binary([4, 5, 6]),
            ])
    }

    @Test("an event is acknowledged where that is asked for")
    func acknowledgement() throws {
        let socket = try connected()
        host.send(#"42456["message-with-ack",1,"2",{"3":[false]}]"#, on: socket)
        #expect(host.texts(socket) == [#"43456[1,"2",{"3":[false]}]"#])
    }

    @Test("an event with bytes is acknowledged with bytes")
    func binaryAcknowledgement() throws {
        let socket = try connected()
        host.send(#"452-789["message-with-ack",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#, on: socket)
        host.send(.binary([1, 2, 3]), on: socket)
        host.send(.binary([4, 5, 6]), on: socket)
        #expect(
            host.take(socket) == [
                .text(#"462-789[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#), .binary([1, 2, 3]),
                .binary([4, 5, 6]),
            ])
    }

    @Test("a packet of no type closes the connection")
    func badType() throws {
        let socket = try connected()
        host.send("4abc", on: socket)
        #expect(host.isClosed(socket))
    }

    @Test("an event whose data is no array closes the connection")
    func badData() throws {
        let socket = try connected()
        host.send("42{}", on: socket)
        #expect(host.isClosed(socket))
    }

    @Test("an event with a number that is none closes the connection")
    func badNumber() throws {
        let socket = try connected()
        host.send(#"42abc["message-with-ack",1]"#, on: socket)
        #expect(host.isClosed(socket))
    }
}
