import SignalingProtocol
import Store
import StoreConformance
import Testing

@Suite("Analytics count visits, stays and calls")
struct AnalyticsTests {
    private func session(
        _ name: String, continues: String? = nil, opened: Int64, closed: Int64? = nil, reason: String? = nil, resumes: Int64 = 0
    ) -> StoreWrite {
        .put(
            .sessions,
            [
                StoreField("server", 1), StoreField("session", .text(name)), StoreField("continues", StoreValue(continues)),
                StoreField("opened_at", .integer(opened)), StoreField("closed_at", StoreValue(closed)),
                StoreField("reason", StoreValue(reason)), StoreField("resumes", .integer(resumes)),
            ])
    }

    private func figure(_ store: MemoryStore, since: Int64 = 0, _ path: String...) throws -> JSON? {
        var json: JSON? = .object(try Analytics(store, since: since, until: 100_000).json)
        for key in path { json = json?.objectValue?[key] }
        return json
    }

    @Test("a reconnect, a resume and a second life of a tab are one visit, from the first to the last")
    func visits() throws {
        let store = MemoryStore()
        store.write([
            session("s1", opened: 1000, closed: 5000, reason: "replaced", resumes: 2),
            session("s2", continues: "s1", opened: 5000, closed: 9000, reason: "replaced"),
            session("s3", continues: "s2", opened: 9000, closed: 11_000, reason: "leave"),
            session("s4", continues: "expired", opened: 9000, closed: 11_000, reason: "leave"),
            session("s5", opened: 90_000),
        ])
        #expect(try figure(store, "visits", "count") == 2)
        #expect(try figure(store, "visits", "sessions") == 5)
        #expect(try figure(store, "visits", "resumes") == 2)
        #expect(try figure(store, "visits", "duration", "max") == .number(10))
        #expect(try figure(store, "visits", "outcomes") == .object(["leave": 1, "open": 1]))
    }

    @Test("what began before the span is not counted")
    func span() throws {
        let store = MemoryStore()
        store.write([session("s1", opened: 1000, closed: 5000, reason: "leave"), session("s2", opened: 6000)])
        #expect(try figure(store, since: 2000, "visits", "count") == 1)
    }

    @Test("stays, rooms, calls and matches are counted by how they ended")
    func rest() throws {
        let store = MemoryStore()
        var number: Int64 = 0
        for (left, reason) in [(3000, "leave"), (5000, "kicked"), (9000, "leave")] as [(Int64, String)] {
            number += 1
            store.write([
                .put(
                    .participants,
                    [
                        StoreField("server", 1), StoreField("participant", .text("p\(number)")), StoreField("joined_at", 1000),
                        StoreField("left_at", .integer(left)), StoreField("reason", .text(reason)),
                    ]),
                .put(
                    .calls,
                    [
                        StoreField("server", 1), StoreField("number", .integer(number)), StoreField("at", 5000),
                        StoreField("outcome", number == 1 ? "failed" : "connected"),
                        StoreField("health", .real(Double(number) * 10)),
                    ]),
                .put(
                    .events,
                    [
                        StoreField("server", 1), StoreField("number", .integer(number)), StoreField("at", 5000),
                        StoreField("type", "match"), StoreField("data", #"{"media":"text"}"#),
                    ]),
            ])
        }
        #expect(try figure(store, "stays", "outcomes") == .object(["kicked": 1, "leave": 2]))
        #expect(try figure(store, "stays", "duration", "p50") == .number(4))
        #expect(try figure(store, "calls", "outcomes") == .object(["connected": 2, "failed": 1]))
        #expect(try figure(store, "calls", "health", "mean") == .number(20))
        #expect(try figure(store, "matches", "text") == 3)
        #expect(try figure(store, "complete") == .bool(true))
    }

    @Test("nothing is counted from an empty store, and nothing is divided by it")
    func empty() throws {
        #expect(try figure(MemoryStore(), "visits", "count") == 0)
        #expect(try figure(MemoryStore(), "visits", "duration") == .object([:]))
    }
}
