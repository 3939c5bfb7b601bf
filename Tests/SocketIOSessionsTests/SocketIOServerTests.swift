import SignalingProtocol
import SocketIO
import SocketIOSessions
import Testing

/// Accepts whoever comes.
private func accepting(_ server: inout SocketIOServer, _ event: SocketIOEvent) {
    if case .connecting(let socket, _, _, _, _) = event { server.accept(socket) }
}

@Suite("Socket.IO sockets")
struct SocketIOServerTests {
    private var host = Host(Application(SocketIOConfiguration(namespaces: ["/", "/admin"]), handle: accepting))

    private func connected(_ packet: String = "40") throws -> UInt64 {
        let socket = try #require(host.webSocket("EIO=4&transport=websocket"))
        host.send(packet, on: socket)
        #expect(host.texts(socket).count == 2)
        return socket
    }

    private var accepted: [SocketIOSocket] {
        host.server.log.compactMap { event in
            guard case .connecting(let socket, _, _, _, _) = event else { return nil }
            return socket
        }
    }

    @Test("the id in a namespace is not the session's")
    func ids() throws {
        let socket = try #require(host.webSocket("EIO=4&transport=websocket"))
        host.send("40", on: socket)
        let texts = host.texts(socket)
        let session = try #require(EngineIOHandshake(String(texts[0].dropFirst()))).session
        let id = try #require(host.server.server.id(of: accepted[0]))
        #expect(texts[1] == #"40{"sid":"\#(id)"}"#)
        #expect(session != id)
    }

    @Test("an application that refuses says why, and the connection stays for another attempt")
    func refusal() throws {
        host.server.handle = { server, event in
            guard case .connecting(let socket, _, _, let auth, _) = event else { return }
            if auth["token"] == "good" {
                server.accept(socket)
            } else {
                server.refuse(socket, message: "Not authorized", data: .object(["code": "unauthenticated"]))
            }
        }
        let socket = try #require(host.webSocket("EIO=4&transport=websocket"))
        _ = host.take(socket)
        host.send("40", on: socket)
        #expect(host.texts(socket) == [#"44{"data":{"code":"unauthenticated"},"message":"Not authorized"}"#])
        host.send(#"40{"token":"good"}"#, on: socket)
        #expect(host.texts(socket).first?.hasPrefix(#"40{"sid":""#) == true)
    }

    @Test("an event for a namespace that was not joined closes the connection")
    func strangeNamespace() throws {
        let socket = try connected()
        host.send(#"42/admin,["x"]"#, on: socket)
        #expect(host.isClosed(socket))
    }

    @Test("a second CONNECT to a namespace closes the connection")
    func secondConnect() throws {
        let socket = try connected()
        host.send("40", on: socket)
        #expect(host.isClosed(socket))
    }

    @Test("a connection that goes on connecting closes")
    func connectFlood() throws {
        let socket = try #require(host.webSocket("EIO=4&transport=websocket"))
        for _ in 0..<64 { host.send("40/nowhere,", on: socket) }
        #expect(!host.isClosed(socket))
        host.send("40/nowhere,", on: socket)
        #expect(host.isClosed(socket))
    }

    @Test("bytes that nobody announced close the connection, and so does text where bytes are owed")
    func attachments() throws {
        let first = try connected()
        host.send(.binary([1]), on: first)
        #expect(host.isClosed(first))
        let second = try connected()
        host.send(#"451-["f",{"_placeholder":true,"num":0}]"#, on: second)
        host.send("41", on: second)
        #expect(host.isClosed(second))
    }

    @Test("the application asks, and hears each answer once")
    func ask() throws {
        let socket = try connected()
        #expect(host.server.server.ask("how", ["now"], of: accepted[0]) == 0)
        #expect(host.server.server.ask("and", [], of: accepted[0]) == 1)
        host.settle()
        #expect(host.texts(socket) == [#"420["how","now"]"#, #"421["and"]"#])
        host.send(#"431["b"]"#, on: socket)
        host.send(#"430["a"]"#, on: socket)
        host.send(#"430["again"]"#, on: socket)
        host.send(#"437["never asked"]"#, on: socket)
        let answers = host.server.log.compactMap { event -> Int64? in
            guard case .acknowledged(_, let id, _, _) = event else { return nil }
            return id
        }
        #expect(answers == [1, 0])
    }

    @Test("of more open questions than the limit, the oldest is given up")
    mutating func manyQuestions() throws {
        var configuration = SocketIOConfiguration()
        configuration.pendingAcknowledgements = 2
        host = Host(Application(configuration, handle: accepting))
        let socket = try connected()
        for _ in 0..<3 { _ = host.server.server.ask("q", [], of: accepted[0]) }
        host.send("430[]", on: socket)
        host.send("432[]", on: socket)
        #expect(host.server.log.count == 2)
    }

    @Test("a client put out of its only namespace is told, and its connection closes")
    func putOut() throws {
        let socket = try connected()
        host.server.server.disconnect(accepted[0], now: host.now)
        host.settle()
        #expect(host.texts(socket) == ["41"])
        #expect(host.isClosed(socket))
        #expect(host.server.log.last == .disconnected(accepted[0], .server))
    }

    @Test("a client put out of one namespace stays in the other")
    func putOutOfOne() throws {
        let socket = try connected()
        host.send("40/admin,", on: socket)
        _ = host.take(socket)
        host.server.server.disconnect(accepted[0], now: host.now)
        host.settle()
        #expect(host.texts(socket) == ["41"])
        #expect(!host.isClosed(socket))
        host.server.server.emit("still", [], to: accepted[1])
        host.settle()
        #expect(host.texts(socket) == [#"42/admin,["still"]"#])
    }

    @Test("a connection that is gone takes its sockets along, in the order in which they came")
    func gone() throws {
        let socket = try connected()
        host.send("40/admin,", on: socket)
        host.drop(socket)
        #expect(
            host.server.log.suffix(2) == [.disconnected(accepted[0], .closed), .disconnected(accepted[1], .closed)])
        #expect(host.server.server.socketCount == 0)
    }

    @Test("events and answers pass over polling too, several in one payload")
    func polling() {
        let query = host.openPolling()
        #expect(host.post("40", query)?.body == "ok")
        #expect(host.post("421[\"x\"]\u{1E}42[\"y\"]", query)?.body == "ok")
        host.server.server.emit("y", [SocketIOPacket.placeholder(0)], attachments: [[1, 2, 3, 4]], to: accepted[0])
        host.server.server.acknowledge(accepted[0], 1, ["z"])
        host.settle()
        let parts = (host.get(query)?.body ?? "").split(separator: "\u{1E}").dropFirst()
        #expect(parts == [#"451-["y",{"_placeholder":true,"num":0}]"#, "bAQIDBA==", #"431["z"]"#])
    }
}
