import NIOCore
import NIOPosix
import Operations
import RTCCore
import RTCWire
import RoomCore
import ServerFronts
import SignalingClients
import SignalingProtocol
import Testing

private func withServer<Outcome: Sendable>(
    _ configure: (inout ServerConfiguration) -> Void = { _ in },
    _ body: @Sendable (ReferenceServer) async throws -> Outcome
) async throws -> Outcome {
    var configuration = ServerConfiguration(port: 0, seed: 1, trustLoopback: true)
    // A client of the tests may wait long for its turn on a busy machine. What is about a time limit sets its own.
    configuration.timing.hello = .seconds(600)
    configuration.timing.idle = .seconds(600)
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

/// Opens a WebSocket, sends bytes, and tells the code with which the server closes.
private func closeCode(after bytes: [UInt8], at server: ReferenceServer) async throws -> UInt16? {
    try await RawConnection.with(port: server.port) { connection in
        try await connection.send(raw: RawConnection.upgrade())
        _ = try await connection.head()
        try await connection.send(raw: bytes)
        return try await connection.closeCode()
    }
}

private func response(to request: String, at server: ReferenceServer) async throws -> String {
    try await RawConnection.with(port: server.port) { connection in
        try? await connection.send(raw: request)
        return try await connection.rest()
    }
}

/// Runs a room client until it has seen what it waits for.
private func drive(
    _ client: inout RoomClient, _ connection: inout RawConnection, until isEnough: (RoomClientEvent) -> Bool
) async throws -> RoomClientEvent? {
    while true {
        while let event = client.nextEvent() {
            if isEnough(event) { return event }
        }
        while let text = client.nextText() { try await connection.send(text: text) }
        guard let frame = try await connection.frame() else { return nil }
        if let code = frame.closeCode {
            client.closed(code: code, reason: "", now: .origin)
        } else {
            client.received(frame.text, now: .origin)
        }
    }
}

@Suite("The reference server on loopback", .timeLimit(.minutes(10)))
struct ReferenceServerTests {
    @Test("two clients meet and exchange an offer and an answer")
    func meeting() async throws {
        try await withServer({ $0.roomTiming.disconnectGrace = .zero }) { server async throws in
            try await RawConnection.with(port: server.port) { first in
                try await first.send(raw: RawConnection.upgrade())
                let head = try await first.head()
                #expect(head.hasPrefix("HTTP/1.1 101") && head.contains("starling.v1"))
                var ana = RoomClient(name: "Ana", room: "r", seed: 1)
                ana.opened(now: .origin)
                _ = try await drive(&ana, &first) { if case .joined = $0 { true } else { false } }
                ana.ready(now: .origin)
                while let text = ana.nextText() { try await first.send(text: text) }
                let id = try #require(ana.selfID)
                let answer = try await RawConnection.with(port: server.port) { second in
                    try await second.send(raw: RawConnection.upgrade())
                    _ = try await second.head()
                    var bo = RoomClient(name: "Bo", room: "r", seed: 2)
                    bo.opened(now: .origin)
                    _ = try await drive(&bo, &second) { if case .joined = $0 { true } else { false } }
                    bo.signal(to: id, connection: "a", epoch: 1, kind: .offer, body: "v=0\r\noffer", now: .origin)
                    bo.ready(now: .origin)
                    while let text = bo.nextText() { try await second.send(text: text) }
                    return bo.selfID
                }
                let offer = try await drive(&ana, &first) { if case .signal = $0 { true } else { false } }
                #expect(
                    offer
                        == .signal(from: try #require(answer), connection: "a", epoch: 1, kind: .offer, body: "v=0\r\noffer"))
                let left = try await drive(&ana, &first) { if case .peerLeft = $0 { true } else { false } }
                #expect(left == .peerLeft(id: answer ?? "", reason: "disconnected"))
            }
            let metrics = await server.metrics()
            #expect(metrics.room.joined == 2 && metrics.room.signalsRelayed == 1)
            #expect(metrics.service.relay.count == 1 && metrics.service.relay.sum > 0 && metrics.joins.count == 2)
            #expect(metrics.service.requests["join"]?.count == 2 && metrics.service.requests["signal"]?.count == 1)
        }
    }

    @Test("says that it lives and that it is ready, and 404 to the rest")
    func health() async throws {
        try await withServer { server async throws in
            let health = try await response(to: "GET /healthz HTTP/1.1\r\nHost: localhost:1\r\n\r\n", at: server)
            #expect(health.hasPrefix("HTTP/1.1 200 OK") && health.hasSuffix("{\"status\":\"ok\"}\n"))
            let ready = try await response(to: "GET /readyz?x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", at: server)
            #expect(ready.hasPrefix("HTTP/1.1 200 OK") && ready.contains("\"ready\":true"))
            let missing = try await response(to: "GET /etc HTTP/1.1\r\nHost: [::1]:9\r\n\r\n", at: server)
            #expect(missing.hasPrefix("HTTP/1.1 404"))
            let posted = try await response(
                to: "POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", at: server)
            #expect(posted.hasPrefix("HTTP/1.1 405"))
            let garbage = try await response(to: "\u{1}\u{2}\r\n\r\n", at: server)
            #expect(garbage.hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test("refuses upgrades without the subprotocol, from foreign origins, under foreign names")
    func badUpgrades() async throws {
        try await withServer {
            $0.allowedOrigins = ["https://ok.example", "https://*.wild.example"]
        } _: { server async throws in
            let status = { @Sendable (request: String) async throws -> String in
                String(try await response(to: request, at: server).prefix(12))
            }
            #expect(try await status(RawConnection.upgrade(subprotocol: nil)) == "HTTP/1.1 400")
            #expect(try await status(RawConnection.upgrade(subprotocol: "starling.v2")) == "HTTP/1.1 400")
            #expect(try await status(RawConnection.upgrade(headers: ["Origin: null"])) == "HTTP/1.1 403")
            #expect(try await status(RawConnection.upgrade(headers: ["Origin: https://evil.example"])) == "HTTP/1.1 403")
            #expect(try await status(RawConnection.upgrade(path: "/other")) == "HTTP/1.1 404")
            #expect(
                try await status("GET /ws HTTP/1.1\r\nHost: localhost\r\nSec-WebSocket-Protocol: starling.v1\r\n\r\n")
                    == "HTTP/1.1 426")
            #expect(try await status("GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n") == "HTTP/1.1 403")
            #expect(try await status("GET /healthz HTTP/1.1\r\n\r\n") == "HTTP/1.1 400")
            for origin in ["https://ok.example", "https://a.wild.example"] {
                let head = try await RawConnection.with(port: server.port) { connection in
                    try await connection.send(raw: RawConnection.upgrade(headers: ["Origin: \(origin)"]))
                    return try await connection.head()
                }
                #expect(head.hasPrefix("HTTP/1.1 101"))
            }
        }
    }

    @Test("without trust in loopback, a client without an origin needs a Bearer token")
    func bearer() async throws {
        try await withServer {
            $0.trustLoopback = false
            $0.accessTokens = [AccessToken(token: "sesame")]
        } _: { server async throws in
            #expect(try await response(to: RawConnection.upgrade(), at: server).hasPrefix("HTTP/1.1 403"))
            let head = try await RawConnection.with(port: server.port) { connection in
                try await connection.send(raw: RawConnection.upgrade(headers: ["Authorization: Bearer sesame"]))
                return try await connection.head()
            }
            #expect(head.hasPrefix("HTTP/1.1 101"))
        }
    }

    @Test("closes what is too big, unmasked, binary, not UTF-8, out of order or no frame, and lives on")
    func garbage() async throws {
        try await withServer { server async throws in
            let frame = { (opcode: UInt8, bytes: [UInt8]) in RawConnection.frame(opcode: opcode, bytes) }
            let half = [UInt8](repeating: 0x20, count: 200_000)
            #expect(try await closeCode(after: frame(1, [UInt8](repeating: 0x20, count: 262_145)), at: server) == 1009)
            #expect(
                try await closeCode(
                    after: RawConnection.frame(opcode: 1, half, isFinal: false) + frame(0, half), at: server) == 1009)
            #expect(try await closeCode(after: RawConnection.frame(opcode: 1, [0x7B], isMasked: false), at: server) == 1002)
            #expect(try await closeCode(after: frame(2, [1, 2, 3]), at: server) == 1003)
            #expect(try await closeCode(after: frame(1, [0xFF, 0xFE]), at: server) == 1007)
            #expect(try await closeCode(after: frame(0, [0x7B]), at: server) == 1002)
            #expect(try await closeCode(after: frame(1, Array("{".utf8)), at: server) == 4000)
            #expect(try await closeCode(after: frame(8, [0x03, 0xE8]), at: server) == 1000)
            let health = try await response(to: "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", at: server)
            #expect(health.hasPrefix("HTTP/1.1 200"))
            #expect(await server.metrics().connections == 0)
        }
    }

    @Test("joins fragments and answers pings in between")
    func fragments() async throws {
        try await withServer { server async throws in
            try await RawConnection.with(port: server.port) { connection in
                try await connection.send(raw: RawConnection.upgrade())
                _ = try await connection.head()
                let text = Array(#"{"t":"hello","id":1}"#.utf8)
                try await connection.send(
                    raw: RawConnection.frame(opcode: 1, Array(text[..<7]), isFinal: false)
                        + RawConnection.frame(opcode: 9, [42]) + RawConnection.frame(opcode: 0, Array(text[7...])))
                #expect(try await connection.frame() == RawConnection.Frame(opcode: 10, payload: [42]))
                #expect(try await connection.frame()?.text.contains("\"re\":1") == true)
            }
        }
    }

    @Test("a request's head may be 16 KiB")
    func largeHead() async throws {
        try await withServer { server async throws in
            let large = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "x", count: 17_000))"
            #expect(try await response(to: large, at: server).hasPrefix("HTTP/1.1 431"))
        }
    }

    @Test("a request's head must come in its time")
    func slowHead() async throws {
        try await withServer {
            $0.timing.requestHead = .milliseconds(500)
        } _: { server async throws in
            #expect(try await response(to: "GET /healthz HTTP/1.1\r\nHost:", at: server).hasPrefix("HTTP/1.1 408"))
        }
    }

    @Test("a client that says nothing is closed by the clock")
    func silence() async throws {
        try await withServer {
            $0.timing.hello = .milliseconds(50)
        } _: { server async throws in
            #expect(try await closeCode(after: [], at: server) == 4004)
        }
    }

    @Test("a client that does not read is closed with 4014")
    func slowConsumer() async throws {
        try await withServer {
            $0.limits.outboundQueue = 4096
        } _: { server async throws in
            try await RawConnection.with(port: server.port) { connection in
                try await connection.send(raw: RawConnection.upgrade())
                _ = try await connection.head()
                try await connection.send(text: #"{"t":"hello","id":1}"#)
                var frames: [UInt8] = []
                for id in 2..<400 {
                    frames += RawConnection.frame(opcode: 1, Array(#"{"t":"ping","id":\#(id)}"#.utf8))
                }
                try await connection.send(raw: frames)
                #expect(try await connection.closeCode() == 4014)
            }
            #expect(await server.metrics().closes == [.slowConsumer: 1])
        }
    }

    @Test("an address that is not trusted may have twenty sockets")
    func sockets() async throws {
        try await withServer {
            $0.trustLoopback = false
            $0.limits.socketsPerAddress = 1
            $0.allowedOrigins = ["https://ok.example"]
        } _: { server async throws in
            try await RawConnection.with(port: server.port) { connection in
                try await connection.send(raw: RawConnection.upgrade(headers: ["Origin: https://ok.example"]))
                #expect(try await connection.head().hasPrefix("HTTP/1.1 101"))
                let second = try? await response(to: "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", at: server)
                #expect(second ?? "" == "")
            }
        }
    }

    @Test("stopping tells clients to go with 4017")
    func stop() async throws {
        var configuration = ServerConfiguration(port: 0, seed: 1, trustLoopback: true)
        // The server waits for this client's close for as long as it takes: on a busy machine its turn may come late.
        configuration.timing.drain = .seconds(600)
        let server = try await ReferenceServer.start(configuration: configuration)
        try await RawConnection.with(port: server.port) { connection in
            try await connection.send(raw: RawConnection.upgrade())
            _ = try await connection.head()
            try await connection.send(text: #"{"t":"hello","id":1}"#)
            _ = try await connection.frame()
            async let stopped: Void = server.stop()
            #expect(try await connection.frame()?.text.contains("goaway") == true)
            #expect(try await connection.closeCode() == 4017)
            try await connection.send(raw: RawConnection.frame(opcode: 8, [0x0F, 0xB1]))
            await stopped
        }
    }

    @Test("a port in use is an error that names the port and the remedy")
    func portInUse() async throws {
        try await withServer { server async throws in
            let error = await #expect(throws: ServerError.self) {
                _ = try await ReferenceServer.start(configuration: ServerConfiguration(port: server.port))
            }
            #expect(error == .portInUse(host: "127.0.0.1", port: server.port))
            #expect(error?.description.contains("port \(server.port) on 127.0.0.1 is in use") == true)
        }
    }

    @Test("a server that is killed breaks its connections without a word, and another takes its port")
    func killed() async throws {
        let first = try await ReferenceServer.start(configuration: ServerConfiguration(port: 0, seed: 1, trustLoopback: true))
        try await RawConnection.with(port: first.port) { connection in
            try await connection.send(raw: RawConnection.upgrade())
            _ = try await connection.head()
            var client = RoomClient(name: "Ana", room: "r", seed: 1)
            client.opened(now: .origin)
            _ = try await drive(&client, &connection) { if case .joined = $0 { true } else { false } }
            await first.kill()
            while let frame = try? await connection.frame() { #expect(frame.closeCode == nil) }
        }
        await #expect(throws: (any Error).self) { try await response(to: "GET /healthz HTTP/1.1\r\n\r\n", at: first) }
        let second = try await ReferenceServer.start(configuration: first.configuration)
        #expect(second.port == first.port)
        #expect(try await response(to: "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", at: second).contains("200 OK"))
        await second.stop()
    }

    @Test("serves STUN on a port of its own, and tells clients under the address that they have reached it by")
    func stun() async throws {
        try await withServer({ $0.stunPort = 0 }) { server async throws in
            let welcome = try #require(try await greet(server))
            let url = try #require(server.stunURL)
            #expect(welcome.iceServers == [ICEServer(urls: [url])] && url.hasPrefix("stun:127.0.0.1:"))
            let port = try #require(server.configuration.stunPort)
            let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: "127.0.0.1", port: 0)
                .flatMapThrowing { channel in
                    try NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>(
                        wrappingChannelSynchronously: channel)
                }.get()
            let own = try #require(channel.channel.localAddress?.port)
            try await channel.executeThenClose { inbound, outbound in
                let request = withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { slot in
                    let id = STUNTransactionID(high: 1, low: 2)
                    return Array(slot[..<STUNWriter(slot, .request, .binding, id).finish()])
                }
                let to = try NIOCore.SocketAddress(ipAddress: "127.0.0.1", port: port)
                try await outbound.write(AddressedEnvelope(remoteAddress: to, data: ByteBuffer(bytes: [1, 2, 3])))
                try await outbound.write(AddressedEnvelope(remoteAddress: to, data: ByteBuffer(bytes: request)))
                for try await envelope in inbound {
                    let mapped = try envelope.data.withUnsafeReadableBytes { try STUNMessage(parsing: $0.bytes).xorMappedAddress }
                    #expect(mapped?.port == UInt16(own) && mapped?.host == "127.0.0.1")
                    break
                }
            }
        }
    }

    @Test("gives each client a TURN user of its own that expires, with the password that the TURN server expects")
    func relays() async throws {
        let access = RelayAccess(urls: ["turn:192.0.2.1:3478"], secret: "between us", lifetime: .seconds(600))
        #expect(
            access.server(for: "mbzrxpgjys", unixSeconds: 1_433_895_318)
                == ICEServer(
                    urls: ["turn:192.0.2.1:3478"], username: "1433895918:mbzrxpgjys", credential: "dl0MbpR2iB/030VTVWBSXk2QGh0="))
        try await withServer({ $0.relays = access }) { server async throws in
            let welcome = try #require(try await greet(server))
            let other = try #require(try await greet(server))
            let user = try #require(welcome.iceServers.first?.username)
            #expect(welcome.iceServers.map(\.urls) == [["turn:192.0.2.1:3478"]])
            #expect(user.contains(":") && user != other.iceServers.first?.username)
        }
    }

    /// Says hello on a socket of its own, joins where the session is new, and breaks the socket.
    private func greet(_ server: ReferenceServer, resume: ResumeRequest? = nil) async throws -> Welcome? {
        try await RawConnection.with(port: server.port) { connection in
            try await connection.send(raw: RawConnection.upgrade())
            _ = try await connection.head()
            try await connection.send(text: ClientFrame.request(id: 1, .hello(HelloRequest(resume: resume))).text)
            guard let frame = try await connection.frame(), case .reply(_, .ok(let result)) = try ServerFrame(frame.text) else {
                return nil
            }
            if resume == nil {
                try await connection.send(text: ClientFrame.request(id: 2, .join(JoinRequest(room: "r", name: "n"))).text)
                _ = try await connection.frame()
            }
            return Welcome(result)
        }
    }

    @Test("a session is resumed on another socket, and its secret comes from the system, not from the seed")
    func resumed() async throws {
        var secrets: Set<String> = []
        for _ in 0..<2 {
            let secret = try await withServer { server async throws in
                let first = try #require(try await greet(server))
                let secret = try #require(first.secret)
                let again = try await greet(server, resume: ResumeRequest(session: first.session, secret: secret, seq: 0))
                #expect(again?.session == first.session && again?.replay == 0 && again?.secret != secret)
                #expect(await server.metrics().resumes == [.resumed: 1])
                return secret
            }
            secrets.insert(secret)
        }
        #expect(secrets.count == 2 && secrets.allSatisfy { $0.utf8.count == 64 })
    }
}
