import ServerFronts
import Testing

private func withServer<Outcome: Sendable>(
    _ configure: (inout ServerConfiguration) -> Void = { _ in },
    _ body: @Sendable (ReferenceServer) async throws -> Outcome
) async throws -> Outcome {
    var configuration = ServerConfiguration(port: 0, seed: 1, trustLoopback: true)
    // A client of the tests may wait long for its turn on a busy machine. What is about a time limit sets its own.
    configuration.timing.requestHead = .seconds(600)
    configure(&configuration)
    let server = try await ReferenceServer.start(configuration: configuration)
    do {
        let outcome = try await body(server)
        await server.stop()
        return outcome
    } catch {
        await server.stop()
        throw error
    }
}

private func request(_ method: String, _ target: String, _ headers: [String] = [], body: String? = nil) -> String {
    var lines = ["\(method) \(target) HTTP/1.1", "Host: localhost"] + headers
    if let body { lines += ["Content-Type: text/plain;charset=UTF-8", "Content-Length: \(body.utf8.count)"] }
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
}

extension RawConnection {
    fileprivate mutating func ask(
        _ method: String, _ target: String, _ headers: [String] = [], body: String? = nil
    ) async throws -> (head: String, body: String) {
        try await send(raw: request(method, target, headers, body: body))
        return try await response()
    }

    /// Opens a session that polls.
    fileprivate mutating func openPolling(path: String = "/socket.io/") async throws -> String {
        let (_, text) = try await ask("GET", "\(path)?EIO=4&transport=polling")
        let sid = text.split(separator: "\"").drop { $0 != "sid" }.dropFirst(2).first ?? ""
        return "\(path)?EIO=4&transport=polling&sid=\(sid)"
    }
}

@Suite("Socket.IO and PeerJS on loopback", .timeLimit(.minutes(10)))
struct FrontsOnSocketsTests {
    @Test("a client polls over one connection that is kept, and its session talks")
    func polling() async throws {
        try await withServer { server in
            try await RawConnection.with(port: server.port) { connection in
                let target = try await connection.openPolling()
                let (head, ok) = try await connection.ask("POST", target, body: "40")
                #expect(head.contains("200 OK"))
                #expect(ok == "ok")
                #expect(try await connection.ask("GET", target).body.hasPrefix(#"40{"sid":""#))
                _ = try await connection.ask("POST", target, body: #"421["join-room","r","ana"]"#)
                let answer = try await connection.ask("GET", target)
                #expect(answer.head.contains("text/plain; charset=UTF-8"))
                #expect(answer.body.hasPrefix(#"431[{"#))
                #expect(answer.body.contains("\u{1E}42[\"room-joined\""))
            }
        }
    }

    @Test("a poll that waits is answered when there is something to say")
    func longPoll() async throws {
        try await withServer({ $0.conformance = .engineio }) { server in
            try await RawConnection.with(port: server.port) { waiting in
                let target = try await waiting.openPolling(path: "/engine.io/")
                try await waiting.send(raw: request("GET", target))
                try await RawConnection.with(port: server.port) { other in
                    let ok = try await other.ask("POST", target, body: "4hello\u{1E}bAQIDBA==").body
                    #expect(ok == "ok")
                }
                let body = try await waiting.response().body
                #expect(body == "4hello" || body == "2")
            }
        }
    }

    @Test("a poll whose connection breaks ends its session")
    func brokenPoll() async throws {
        try await withServer { server in
            let target = try await RawConnection.with(port: server.port) { connection in
                let target = try await connection.openPolling()
                try await connection.send(raw: request("GET", target))
                // An answer to something else shows that the poll has arrived before this connection breaks.
                _ = try await RawConnection.with(port: server.port) { other in try await other.ask("GET", "/healthz") }
                return target
            }
            while await server.metrics().socketIOSessions > 0 {}
            try await RawConnection.with(port: server.port) { connection in
                let body = try await connection.ask("GET", target).body
                #expect(body == #"{"code":1,"message":"Session ID unknown"}"#)
            }
        }
    }

    @Test("text and bytes pass over a WebSocket, both profiles of conformance")
    func webSocket() async throws {
        try await withServer({ $0.conformance = .socketio }) { server in
            try await RawConnection.with(port: server.port) { connection in
                try await connection.send(
                    raw: RawConnection.upgrade(path: "/socket.io/?EIO=4&transport=websocket", subprotocol: nil))
                #expect(try await connection.head().contains("101"))
                #expect(try await connection.frame()?.text.hasPrefix("0{") == true)
                try await connection.send(text: #"40{"token":"x"}"#)
                #expect(try await connection.frame()?.text.hasPrefix(#"40{"sid":""#) == true)
                #expect(try await connection.frame()?.text == #"42["auth",{"token":"x"}]"#)
                try await connection.send(text: #"451-["message",{"_placeholder":true,"num":0}]"#)
                try await connection.send(raw: RawConnection.frame(opcode: 2, [1, 2, 3]))
                #expect(try await connection.frame()?.text == #"451-["message-back",{"_placeholder":true,"num":0}]"#)
                #expect(try await connection.frame() == RawConnection.Frame(opcode: 2, payload: [1, 2, 3]))
            }
        }
    }

    @Test(
        "a WebSocket that Engine.IO refuses is answered with its reason, and closed",
        arguments: [
            ("EIO=3&transport=websocket", "Unsupported protocol version"), ("EIO=4&transport=polling", "Transport unknown"),
            ("EIO=4&transport=websocket&sid=x", "Session ID unknown"),
        ])
    func refusedUpgrade(query: String, reason: String) async throws {
        try await withServer { server in
            try await RawConnection.with(port: server.port) { connection in
                try await connection.send(raw: RawConnection.upgrade(path: "/socket.io/?" + query, subprotocol: nil))
                let text = try await connection.rest()
                #expect(text.hasPrefix("HTTP/1.1 400 Bad Request"))
                #expect(text.hasSuffix(reason))
            }
        }
    }

    @Test("a page of an allowed origin may ask, and is told so before and with each answer; others are refused")
    func origins() async throws {
        try await withServer({ $0.allowedOrigins = ["https://*.example.com"] }) { server in
            try await RawConnection.with(port: server.port) { connection in
                let target = "/socket.io/?EIO=4&transport=polling"
                let origin = "Origin: https://call.example.com"
                let (preflight, _) = try await connection.ask(
                    "OPTIONS", target, [origin, "Access-Control-Request-Method: POST"])
                #expect(preflight.contains("204 No Content"))
                #expect(preflight.contains("Access-Control-Allow-Origin: https://call.example.com"))
                let (head, _) = try await connection.ask("GET", target, [origin])
                #expect(head.contains("200 OK"))
                #expect(head.contains("Access-Control-Allow-Origin: https://call.example.com"))
                #expect(head.contains("Vary: Origin"))
                let (own, _) = try await connection.ask("GET", target, ["Origin: http://localhost"])
                #expect(own.contains("200 OK"))
                let (refusal, body) = try await connection.ask("GET", target, ["Origin: https://evil.example"])
                #expect(refusal.contains("403 Forbidden"))
                #expect(!refusal.contains("Access-Control"))
                #expect(body == #"{"code":4,"message":"Forbidden"}"#)
            }
            for path in ["/socket.io/?EIO=4&transport=websocket", "/peerjs?key=peerjs&id=a&token=t"] {
                let text = try await RawConnection.with(port: server.port) { connection in
                    try await connection.send(
                        raw: RawConnection.upgrade(headers: ["Origin: https://evil.example"], path: path, subprotocol: nil))
                    return try await connection.rest()
                }
                #expect(text.hasPrefix("HTTP/1.1 403"))
            }
        }
    }

    @Test("a body that is larger than announced, or than is taken, is refused, and the session goes on")
    func largeBody() async throws {
        try await withServer { server in
            try await RawConnection.with(port: server.port) { connection in
                let target = try await connection.openPolling()
                let (head, _) = try await connection.ask("POST", target, body: "4" + String(repeating: "x", count: 1_000_000))
                #expect(head.contains("413"))
                #expect(try await connection.ask("POST", target, body: "40").body == "ok")
            }
        }
    }

    @Test("a request whose body does not come in time is given up")
    func slowBody() async throws {
        try await withServer({ $0.timing.requestHead = .milliseconds(300) }) { server in
            try await RawConnection.with(port: server.port) { connection in
                try await connection.send(
                    raw: request("POST", "/socket.io/?EIO=4&transport=polling&sid=x", ["Content-Length: 10"]))
                #expect(try await connection.rest().utf8.count > 0)
            }
        }
    }

    @Test("PeerJS clients ask for an id, meet, and call")
    func peerJS() async throws {
        try await withServer { server in
            let id = try await RawConnection.with(port: server.port) { try await $0.ask("GET", "/peerjs/id").body }
            #expect(id.utf8.count == 36)
            try await RawConnection.with(port: server.port) { alice in
                try await alice.send(
                    raw: RawConnection.upgrade(path: "/peerjs?key=peerjs&id=\(id)&token=t&version=1.5.5", subprotocol: nil))
                _ = try await alice.head()
                #expect(try await alice.frame()?.text == #"{"type":"OPEN"}"#)
                try await RawConnection.with(port: server.port) { bob in
                    try await bob.send(
                        raw: RawConnection.upgrade(path: "/peerjs/peerjs?key=peerjs&id=bob&token=t", subprotocol: nil))
                    _ = try await bob.head()
                    #expect(try await bob.frame()?.text == #"{"type":"OPEN"}"#)
                    try await bob.send(
                        text:
                            #"{"type":"CANDIDATE","dst":"\#(id)","payload":{"candidate":{"candidate":"c"},"connectionId":"mc_1"}}"#
                    )
                    try await bob.send(raw: RawConnection.frame(opcode: 8, [3, 232]))
                }
                #expect(try await alice.frame()?.text.hasSuffix(#""src":"bob","type":"CANDIDATE"}"#) == true)
                #expect(try await alice.frame()?.text.hasSuffix(#""src":"bob","type":"LEAVE"}"#) == true)
            }
        }
    }
}
