import AccessCore
import HandmadeTokens
import NIOCore
import NIOPosix
import RTCCore
import ServerFronts
import SignalingProtocol
import Testing

@Suite("Abuse on loopback", .timeLimit(.minutes(5)))
struct AbuseOnSocketsTests {
    private static func withServer<Outcome: Sendable>(
        keys: HandmadeTokens? = nil, _ configure: (inout ServerConfiguration) -> Void = { _ in },
        _ body: @Sendable (ReferenceServer) async throws -> Outcome
    ) async throws -> Outcome {
        var configuration = ServerConfiguration(port: 0, seed: 1, trustLoopback: true)
        configuration.timing.hello = .seconds(600)
        configuration.timing.idle = .seconds(600)
        configuration.timing.requestHead = .seconds(600)
        configure(&configuration)
        let server = try await ReferenceServer.start(configuration: configuration, keys: keys)
        do {
            let outcome = try await body(server)
            await server.stop()
            return outcome
        } catch {
            await server.stop()
            throw error
        }
    }

    private static func status(_ request: String, at server: ReferenceServer) async throws -> String {
        try await RawConnection.with(port: server.port) { connection in
            try? await connection.send(raw: request)
            return String(try await connection.head().dropFirst(9).prefix(3))
        }
    }

    private static func request(_ method: String, _ path: String, _ fields: [String]) -> String {
        (["\(method) \(path) HTTP/1.1", "Host: localhost", "Content-Length: 0"] + fields + ["", ""]).joined(separator: "\r\n")
    }

    /// Whatever lets a client into the rooms, or tells of them.
    private static let doors: [(method: String, path: String)] = [
        ("GET", "/socket.io/?EIO=4&transport=polling"), ("POST", "/socket.io/?EIO=4&transport=polling&sid=x"),
        ("GET", "/peerjs/peerjs/id"), ("GET", "/v1/turn"), ("GET", "/v1/rooms"), ("POST", "/v1/tokens"),
        ("OPTIONS", "/v1/turn"), ("OPTIONS", "/socket.io/?EIO=4&transport=polling"),
    ]

    @Test("pages of foreign origins get 403 at every door, and so does the origin 'null' and a name that was rebound")
    func origins() async throws {
        try await Self.withServer {
            $0.allowedOrigins = ["https://ok.example", "https://*.wild.example"]
        } _: { server async throws in
            let foreign = [
                "https://evil.example", "null", "https://ok.example.evil.example", "https://wild.example", "http://ok.example",
                "https://evil.example/.wild.example", "file://", "https://ok.example:444",
            ]
            for origin in foreign {
                for door in Self.doors {
                    let status = try await Self.status(Self.request(door.method, door.path, ["Origin: \(origin)"]), at: server)
                    #expect(status == "403", "\(door) from \(origin)")
                }
                for path in ["/ws", "/peerjs?key=peerjs&id=a&token=t", "/socket.io/?EIO=4&transport=websocket"] {
                    let upgrade = RawConnection.upgrade(headers: ["Origin: \(origin)"], path: path)
                    #expect(["400", "403", "404"].contains(try await Self.status(upgrade, at: server)), "\(path) from \(origin)")
                }
            }
            for door in Self.doors {
                let rebound = "\(door.method) \(door.path) HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n"
                #expect(try await Self.status(rebound, at: server) == "403")
            }
            #expect(await server.metrics().connectionsOpened == 0)
        }
    }

    @Test("without trust in loopback, who shows neither origin nor token gets 403, and 401 with a wrong token")
    func withoutOrigin() async throws {
        try await Self.withServer(keys: HandmadeTokens()) {
            $0.trustLoopback = false
        } _: { server async throws in
            for path in ["/v1/turn", "/peerjs/peerjs/id"] {
                #expect(try await Self.status(Self.request("GET", path, []), at: server) == "403")
                let wrong = Self.request("GET", path, ["Authorization: Bearer x.y.z"])
                #expect(try await Self.status(wrong, at: server) == "401")
            }
            #expect(await server.metrics().refusedTokens[.malformed] == 2)
        }
    }

    @Test("a page of an allowed origin is told what it may send, and reads the answer")
    func crossOrigin() async throws {
        try await Self.withServer(keys: HandmadeTokens()) {
            $0.allowedOrigins = ["https://ok.example"]
        } _: { server async throws in
            for (method, path) in [("GET", "/v1/turn"), ("POST", "/v1/stats/calls/ana")] {
                let preflight = try await RawConnection.with(port: server.port) { connection in
                    try await connection.send(
                        raw: Self.request(
                            "OPTIONS", path,
                            ["Origin: https://ok.example", "Access-Control-Request-Method: \(method)"]))
                    return try await connection.head()
                }
                #expect(preflight.contains(" 204 ") && preflight.contains("Access-Control-Allow-Origin: https://ok.example"))
                #expect(preflight.contains("Access-Control-Allow-Headers: Content-Type, Authorization"))
            }
            let answer = try await RawConnection.with(port: server.port) { connection in
                try await connection.send(raw: Self.request("GET", "/v1/turn", ["Origin: https://ok.example"]))
                return try await connection.head()
            }
            #expect(answer.contains(" 401 ") && answer.contains("Access-Control-Allow-Origin: https://ok.example"))
        }
    }

    @Test("a body above its size is refused with 413, and what is no JSON with 400")
    func bodies() async throws {
        let root = AccessToken(token: "administrator", isAdministrator: true)
        try await Self.withServer {
            $0.accessTokens = [root]
        } _: { server async throws in
            let post = { @Sendable (body: String) in
                "POST /v1/revocations HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer administrator\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            }
            #expect(try await Self.status(post(String(repeating: "x", count: 20_000)), at: server) == "413")
            #expect(try await Self.status(post("{"), at: server) == "400")
            #expect(try await Self.status(post(#"{"sub":"ana"}"#), at: server) == "200")
        }
    }

    @Test("pings and parts of messages above their rate close with 4015")
    func controls() async throws {
        try await Self.withServer(keys: HandmadeTokens()) {
            $0.trustLoopback = false
        } _: { server async throws in
            for frame in [RawConnection.frame(opcode: 9, []), RawConnection.frame(opcode: 0, [], isFinal: false)] {
                try await RawConnection.with(port: server.port) { connection in
                    try await connection.send(
                        raw: RawConnection.upgrade(headers: ["Origin: http://localhost"]))
                    #expect(try await connection.head().contains(" 101 "))
                    var bytes = RawConnection.frame(opcode: 1, [0x20], isFinal: false)
                    for _ in 0..<1000 { bytes += frame }
                    try await connection.send(raw: bytes)
                    #expect(try await connection.closeCode() == 4015)
                }
            }
        }
    }

    @Test("ten thousand upgrades that are begun and never finished are driven out, while a client is served")
    func halfOpen() async throws {
        try await Self.withServer {
            $0.limits.openRequests = 100
        } _: { server async throws in
            let port = server.port
            try await RawConnection.with(port: port) { client in
                try await client.send(raw: RawConnection.upgrade())
                _ = try await client.head()
                try await client.send(text: #"{"t":"hello","id":1}"#)
                _ = try await client.frame()
                var id = 2
                for _ in 0..<100 {
                    try await Self.beginUpgrades(100, port: port)
                    try await client.send(text: #"{"t":"ping","id":\#(id)}"#)
                    #expect(try await client.frame()?.text == #"{"ok":{},"re":\#(id)}"#)
                    id += 1
                }
                // The system takes connections before the server does; those that never come end with the suite's time limit.
                while await server.metrics().requestsEvicted < 9_800 { await Task.yield() }
                let metrics = await server.metrics()
                #expect(metrics.sockets <= 110)
                #expect(metrics.connections == 1 && metrics.sessions == 1)
                // Whoever comes now is served as well.
                #expect(try await Self.status(Self.request("GET", "/healthz", []), at: server) == "200")
            }
        }
    }

    /// Opens connections that say half of an upgrade, and are closed by the server when they are.
    private static func beginUpgrades(_ count: Int, port: Int) async throws {
        for _ in 0..<count {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port).get()
            try await channel.writeAndFlush(ByteBuffer(string: "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: webso"))
        }
    }

    @Test("one address holds no more than its sockets, and gets the next when one is gone")
    func heldOpen() async throws {
        try await Self.withServer {
            $0.trustLoopback = false
        } _: { server async throws in
            var held: [any Channel] = []
            for _ in 0..<30 {
                held.append(
                    try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                        .connect(host: "127.0.0.1", port: server.port).get())
            }
            // No client hears when the server has counted; what never comes ends with the suite's time limit.
            while await server.metrics().socketsRefused < 10 { await Task.yield() }
            #expect(await server.metrics().sockets == 20)
            for channel in held { try? await channel.close() }
            while await server.metrics().sockets > 0 { await Task.yield() }
            #expect(try await Self.status(Self.request("GET", "/healthz", []), at: server) == "200")
        }
    }
}
