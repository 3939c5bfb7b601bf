import Foundation
import HandmadeTokens
import ServerFronts
import SignalingProtocol
import Store
import StoreConformance
import Testing

@Suite("A server over a store", .timeLimit(.minutes(10)))
struct StoreOnSocketsTests {
    private func configuration() -> ServerConfiguration {
        var configuration = ServerConfiguration(port: 0, seed: 1, trustLoopback: true)
        configuration.timing.hello = .seconds(600)
        configuration.timing.idle = .seconds(600)
        return configuration
    }

    /// Enters a room, and leaves it where that is wanted.
    private func visit(_ server: ReferenceServer, leaves: Bool) async throws -> String {
        try await RawConnection.with(port: server.port) { connection in
            try await connection.send(raw: RawConnection.upgrade())
            _ = try await connection.head()
            try await connection.send(text: #"{"t":"hello","id":1,"d":{"token":"ana"}}"#)
            _ = try await connection.frame()
            try await connection.send(text: #"{"t":"join","id":2,"d":{"room":"r","name":"Ana"}}"#)
            let joined = try await connection.frame()?.text ?? ""
            if leaves {
                try await connection.send(text: #"{"t":"leave","id":3}"#)
                _ = try await connection.frame()
            }
            return try JSONParser.parse(joined).objectValue?["ok"]?.objectValue?["participant"]?.stringValue ?? ""
        }
    }

    private func greeting(_ token: String, at server: ReferenceServer) async throws -> String {
        try await RawConnection.with(port: server.port) { connection in
            try await connection.send(raw: RawConnection.upgrade())
            _ = try await connection.head()
            try await connection.send(text: #"{"t":"hello","id":1,"d":{"token":"\#(token)"}}"#)
            return try await connection.frame()?.text ?? ""
        }
    }

    @Test("who came and went is written when the server stops, and that it did")
    func stop() async throws {
        let store = MemoryStore()
        let server = try await ReferenceServer.start(configuration: configuration(), store: store)
        let participant = try await visit(server, leaves: true)
        await server.stop()
        let rows = store.read(StoreQuery(.participants))
        #expect(rows.map { $0["participant"] } == [.text(participant)])
        #expect(rows.map { $0["reason"] } == ["leave"])
        #expect(rows.first?["identity"].textValue?.count == 40)
        #expect(store.read(StoreQuery(.servers)).map { $0["reason"] } == ["stopped"])
        #expect(store.read(StoreQuery(.rooms)).map { $0["reason"] } == ["empty"])
    }

    @Test("a server that is killed loses what its journal holds, and the next one closes what it left")
    func kill() async throws {
        let store = WatchedStore()
        var configuration = configuration()
        configuration.storeTiming.journal.batch = .zero
        let first = try await ReferenceServer.start(configuration: configuration, store: store)
        _ = try await visit(first, leaves: false)
        await store.waitForWrite(of: .participants)
        await first.kill()
        #expect(store.read(StoreQuery(.participants)).map { $0["left_at"].isNull } == [true])
        let second = try await ReferenceServer.start(configuration: configuration, store: store)
        await second.stop()
        #expect(store.read(StoreQuery(.participants)).map { $0["reason"] } == ["server_restart"])
        #expect(store.read(StoreQuery(.servers)).map { $0["reason"] } == ["server_restart", "stopped"])
    }

    @Test("what was revoked over HTTP is not let in by the next server over the store either")
    func revocations() async throws {
        let store = WatchedStore()
        var configuration = configuration()
        configuration.storeTiming.journal.batch = .zero
        configuration.accessTokens = [
            AccessToken(token: "administrator", identity: "root", isAdministrator: true),
            AccessToken(token: "ana's", identity: "ana"), AccessToken(token: "bo's", identity: "bo"),
        ]
        let first = try await ReferenceServer.start(configuration: configuration, store: store)
        #expect(try await greeting("ana's", at: first).contains(#""session":"s_"#))
        let status = try await HTTPPost.send(
            #"{"sub":"ana"}"#, host: "127.0.0.1", port: first.port, path: "/v1/revocations", bearer: "administrator")
        #expect(status / 100 == 2)
        await store.waitForWrite(of: .revocations)
        await first.kill()
        #expect(store.read(StoreQuery(.revocations)).map { $0["identity"].textValue?.count } == [40])
        let second = try await ReferenceServer.start(configuration: configuration, store: store)
        #expect(try await greeting("ana's", at: second).contains("the token was revoked"))
        #expect(try await greeting("bo's", at: second).contains(#""session":"s_"#))
        await second.stop()
    }

    @Test("a one-time token that a server has seen is not good for the next one over the store")
    func spentTokens() async throws {
        let store = WatchedStore()
        var configuration = configuration()
        configuration.storeTiming.journal.batch = .zero
        let now = Int64(Date.now.timeIntervalSince1970)
        let token = HandmadeTokens.token(
            ["jti": "one", "iat": .integer(now), "exp": .integer(now + 600)], starling: #"{"room":"r","once":true}"#)
        let first = try await ReferenceServer.start(configuration: configuration, keys: HandmadeTokens(), store: store)
        #expect(try await greeting(token, at: first).contains(#""session":"s_"#))
        await store.waitForWrite(of: .spentTokens)
        await first.kill()
        let second = try await ReferenceServer.start(configuration: configuration, keys: HandmadeTokens(), store: store)
        #expect(try await greeting(token, at: second).contains("the token was for one session"))
        await second.stop()
    }

    @Test("a report of calls over HTTP is taken for whom the server knows, and refused with the reason otherwise")
    func calls() async throws {
        let store = MemoryStore()
        let server = try await ReferenceServer.start(configuration: configuration(), store: store)
        let participant = try await visit(server, leaves: true)
        func post(_ body: String, for participant: String) async throws -> String {
            try await RawConnection.with(port: server.port) { connection in
                try await connection.send(
                    raw: "POST /v1/stats/calls/\(participant) HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
                return try await connection.rest()
            }
        }
        var track = CallTrack(kind: .audio, mid: "0")
        track.packetsReceived = 7
        let report = CallReport(remote: "q", outcome: .connected, duration: 1, tracks: [track])
        #expect(try await post(CallReport.text([report]), for: participant).hasPrefix("HTTP/1.1 202"))
        #expect(try await post(CallReport.text([report]), for: "p_nobody").hasPrefix("HTTP/1.1 404"))
        #expect(try await post(#"{"calls":[{"remote":"q"}]}"#, for: participant).contains("'outcome' is missing"))
        await server.stop()
        #expect(store.read(StoreQuery(.callStatistics)).map { $0["packets_received"] } == [7])
        #expect(store.read(StoreQuery(.calls)).map { $0["participant"] } == [.text(participant)])
    }

    @Test("metrics are Prometheus's, count what clients told, and name nobody")
    func metrics() async throws {
        let server = try await ReferenceServer.start(configuration: configuration(), store: MemoryStore())
        let participant = try await visit(server, leaves: true)
        var track = CallTrack(kind: .audio, mid: "0")
        track.roundTripTime = 0.03
        let report = CallReport(remote: "q", outcome: .connected, duration: 1, tracks: [track])
        let status = try await HTTPPost.send(
            CallReport.text([report]), host: "127.0.0.1", port: server.port, path: "/v1/stats/calls/\(participant)")
        #expect(status == 202)
        let text = try await RawConnection.with(port: server.port) { connection in
            try await connection.send(raw: "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return try await connection.rest()
        }
        #expect(text.contains("Content-Type: text/plain; version=0.0.4"))
        for line in [
            #"starling_joins_total{result="joined"} 1"#, #"starling_calls_total{outcome="connected"} 1"#,
            #"starling_call_round_trip_seconds_bucket{le="0.05"} 1"#, "starling_participants 0",
            #"starling_store_dropped_total 0"#, #"starling_build_info{version="\#(ServerVersion.current)"} 1"#,
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
        for word in [participant, "Ana", "ana", #""r""#] { #expect(!text.contains(word), "\(word)") }
        await server.stop()
    }

    @Test("a store that cannot be opened keeps the server from starting, with its own words")
    func refused() async {
        await #expect(throws: ServerError.store("watched: no room")) {
            _ = try await ReferenceServer.start(configuration: configuration(), store: WatchedStore(opens: false))
        }
    }

    @Test("a store that fails later costs no call: the server answers, says that it is not ready, and counts")
    func failing() async throws {
        var configuration = configuration()
        configuration.storeTiming.journal.batch = .zero
        let store = WatchedStore(takes: false)
        let server = try await ReferenceServer.start(configuration: configuration, store: store)
        let participant = try await visit(server, leaves: true)
        #expect(participant.hasPrefix("p_"))
        await store.waitForWrite(of: .participants)
        let answer = try await RawConnection.with(port: server.port) { connection in
            try await connection.send(raw: "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return try await connection.rest()
        }
        #expect(answer.hasPrefix("HTTP/1.1 503") && answer.contains(#""error":"watched: disk full""#), "\(answer)")
        await server.stop()
    }
}

/// A store in memory that says when it was written to, and may fail.
private final class WatchedStore: StoreBackend {
    let place = "watched"
    let inner = MemoryStore()
    /// The tables of each batch, once it is written or refused.
    let writes: AsyncStream<[StoreTable]>
    private let written: AsyncStream<[StoreTable]>.Continuation
    private let opens: Bool
    private let takes: Bool

    /// - Parameters:
    ///   - opens: Whether it can be made ready.
    ///   - takes: Whether it takes anything after the row of the server's start.
    init(opens: Bool = true, takes: Bool = true) {
        self.opens = opens
        self.takes = takes
        (writes, written) = AsyncStream.makeStream()
    }

    func prepare() throws(StoreError) {
        if !opens { throw .failed(place: place, reason: "no room") }
    }

    func write(_ batch: [StoreWrite]) throws(StoreError) {
        let tables = batch.map { write in
            switch write {
            case .put(let row): row.table
            case .change(let table, _, _): table
            }
        }
        defer { written.yield(tables) }
        guard takes || inner.read(StoreQuery(.servers)).isEmpty else { throw .failed(place: place, reason: "disk full") }
        inner.write(batch)
    }

    func read(_ query: StoreQuery) -> [StoreRow] { inner.read(query) }
    func remove(from table: StoreTable, endedBefore milliseconds: Int64, most: Int) -> Int { 0 }
    func reader() -> any StoreBackend { inner }
    func key(orElse fresh: String) -> String { inner.key(orElse: fresh) }
    func close() {}

    /// Waits until a row of this table was written, or refused.
    func waitForWrite(of table: StoreTable) async {
        for await tables in writes where tables.contains(table) { return }
    }
}
