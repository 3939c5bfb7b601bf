import AccessCore
import HandmadeTokens
import ServerFronts
import SignalingProtocol
import StoreConformance
import Testing

@Suite("What a server shows to those who run it, and takes from whom", .timeLimit(.minutes(5)))
struct OperatorTests {
    private static let administrator = "an administrator's secret"
    private static let client = "a client's secret"
    private static let pages = ["/metrics", "/v1/analytics"]

    private static func withServer(
        _ configure: (inout ServerConfiguration) -> Void, _ body: @Sendable (ReferenceServer) async throws -> Void
    ) async throws {
        var configuration = ServerConfiguration(port: 0, seed: 1)
        configuration.timing.hello = .seconds(600)
        configuration.timing.idle = .seconds(600)
        configuration.timing.requestHead = .seconds(600)
        configure(&configuration)
        let server = try await ReferenceServer.start(configuration: configuration, store: MemoryStore())
        do {
            try await body(server)
            await server.stop()
        } catch {
            await server.stop()
            throw error
        }
    }

    private static func withTokens(_ configuration: inout ServerConfiguration) {
        configuration.accessTokens = [
            AccessToken(token: administrator, identity: "root", isAdministrator: true),
            AccessToken(token: client, identity: "ana"), AccessToken(token: "another client's", identity: "bo"),
        ]
    }

    private static func status(
        _ method: String, _ path: String, _ bearer: String?, body: String = "", at server: ReferenceServer
    ) async throws -> String {
        try await RawConnection.with(port: server.port) { connection in
            let field = bearer.map { "Authorization: Bearer \($0)\r\n" } ?? ""
            try await connection.send(
                raw: "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(field)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
            return String(try await connection.head().dropFirst(9).prefix(3))
        }
    }

    @Test("figures are for administrators, on this machine too, where there are tokens", arguments: pages)
    func figures(page: String) async throws {
        try await Self.withServer(Self.withTokens) { server async throws in
            #expect(try await Self.status("GET", page, nil, at: server) == "401")
            #expect(try await Self.status("GET", page, Self.client, at: server) == "403")
            #expect(try await Self.status("GET", page, "made up", at: server) == "403")
            #expect(try await Self.status("GET", page, Self.administrator, at: server) == "200")
        }
    }

    @Test("figures are for this machine where there are no tokens, and for all where the server is told so", arguments: pages)
    func open(page: String) async throws {
        try await Self.withServer { _ in
        } _: { server async throws in
            #expect(try await Self.status("GET", page, nil, at: server) == "200")
        }
        try await Self.withServer {
            Self.withTokens(&$0)
            $0.servesMetricsToAll = true
        } _: { server async throws in
            #expect(try await Self.status("GET", page, nil, at: server) == "200")
        }
    }

    @Test("another machine hears no figures without an administrator's token")
    func elsewhere() {
        let configuration = ServerConfiguration(trustLoopback: true)
        func status(_ authorization: String?, knowsTokens: Bool) -> Int? {
            let admission = Admission(configuration: configuration, knowsTokens: knowsTokens) { _ in
                true
            } isAdministrator: {
                $0 == Self.administrator
            }
            return admission.refusesOperator(
                Admission.Head(host: ["call.example"], authorization: authorization, isLoopback: false))?.status
        }
        #expect(status(nil, knowsTokens: true) == 401)
        #expect(status("Bearer \(Self.client)", knowsTokens: true) == 403)
        #expect(status("Bearer \(Self.administrator)", knowsTokens: true) == nil)
        #expect(status("Bearer \(Self.administrator)", knowsTokens: false) == 403)
    }

    @Test("how a call went is told by whoever is let in as the same identity, and by administrators")
    func calls() async throws {
        try await Self.withServer {
            Self.withTokens(&$0)
            $0.trustLoopback = true
        } _: { server async throws in
            let participant = try await RawConnection.with(port: server.port) { connection in
                try await connection.send(raw: RawConnection.upgrade())
                _ = try await connection.head()
                try await connection.send(text: #"{"t":"hello","id":1,"d":{"token":"\#(Self.client)"}}"#)
                _ = try await connection.frame()
                try await connection.send(text: #"{"t":"join","id":2,"d":{"room":"r","name":"Ana"}}"#)
                let joined = try await connection.frame()?.text ?? ""
                try await connection.send(text: #"{"t":"leave","id":3}"#)
                _ = try await connection.frame()
                return try JSONParser.parse(joined).objectValue?["ok"]?.objectValue?["participant"]?.stringValue ?? ""
            }
            let body = CallReport.text([CallReport(remote: "q", outcome: .connected, duration: 1, tracks: [])])
            let path = "/v1/stats/calls/\(participant)"
            #expect(try await Self.status("POST", path, nil, body: body, at: server) == "401")
            #expect(try await Self.status("POST", path, "made up", body: body, at: server) == "401")
            #expect(try await Self.status("POST", path, "another client's", body: body, at: server) == "403")
            #expect(await server.metrics().call.connected == 0)
            #expect(try await Self.status("POST", path, Self.client, body: body, at: server) == "202")
            let status = try await HTTPPost.send(
                body, host: "127.0.0.1", port: server.port, path: path, bearer: Self.administrator)
            #expect(status == 202)
            #expect(await server.metrics().call.connected == 2)
        }
    }
}
