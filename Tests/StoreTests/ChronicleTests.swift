import RTCCore
import RoomCore
import SignalingProtocol
import Store
import StoreConformance
import Testing

@Suite("The chronicle makes rows of what happens in the rooms")
struct ChronicleTests {
    /// A server's rooms and what is written of them.
    private struct Server {
        var core: RoomCore
        var chronicle: Chronicle
        let store: MemoryStore
        var now: Int64

        init(_ store: MemoryStore, at now: Int64) throws {
            let opening = try StoreOpening(store, at: now)
            self.store = store
            self.now = now
            chronicle = Chronicle(server: opening.server) { "<\($0)>" }
            core = RoomCore(seed: UInt64(opening.server), unixMilliseconds: now)
            core.keepsRecords = true
            core.restore(opening.bans) { "<\($0)>" }
            store.write(opening.closing + [chronicle.serverStarted(version: "t", at: now)])
        }

        mutating func keep() {
            while let record = core.nextRecord() { store.write(chronicle.write(record, at: now)) }
            store.write([chronicle.serverSeen(at: now)])
        }

        mutating func enter(_ identity: String) -> SessionKey {
            let key = core.open(identity: identity).key
            core.perform(.join(JoinRequest(room: "r", name: identity)), id: 1, for: key, now: .origin)
            keep()
            return key
        }
    }

    private func rows(_ store: MemoryStore, _ table: StoreTable, _ columns: [String]) -> [[StoreValue]] {
        store.read(StoreQuery(table)).map { row in columns.map { row[$0] } }
    }

    @Test("who was there, from when to when and why, under a veil")
    func stay() throws {
        let store = MemoryStore()
        var server = try Server(store, at: 1000)
        let key = server.enter("ana")
        server.now = 5000
        server.core.ended(key, .leave)
        server.keep()
        #expect(
            rows(store, .participants, ["server", "room", "identity", "name", "role", "joined_at", "left_at", "reason"])
                == [[1, 1, "<ana>", "ana", "speaker", 1000, 5000, "leave"]])
        #expect(
            rows(store, .rooms, ["name", "mode", "created_at", "ended_at", "reason", "most_participants"])
                == [["r", "auto", 1000, 5000, "empty", 1]])
        #expect(
            rows(store, .sessions, ["front", "opened_at", "closed_at", "reason", "resumes"])
                == [["native", 1000, 5000, "leave", 0]])
    }

    @Test("a server that was killed left everything open; the next one closes it at the moment when it was last seen")
    func restart() throws {
        let store = MemoryStore()
        var first = try Server(store, at: 1000)
        _ = first.enter("ana")
        first.now = 7000
        first.keep()
        var second = try Server(store, at: 9000)
        _ = second.enter("bob")
        #expect(
            rows(store, .participants, ["server", "name", "left_at", "reason"])
                == [[1, "ana", 7000, "server_restart"], [2, "bob", nil, nil]])
        #expect(rows(store, .rooms, ["ended_at", "reason"]) == [[7000, "server_restart"], [nil, nil]])
        #expect(rows(store, .sessions, ["closed_at", "reason"]) == [[7000, "server_restart"], [nil, nil]])
        #expect(rows(store, .servers, ["server", "stopped_at"]) == [[1, 7000], [2, nil]])
    }

    @Test("a server that stopped by itself is not closed again")
    func stopped() throws {
        let store = MemoryStore()
        let first = try Server(store, at: 1000)
        store.write([first.chronicle.serverStopped(reason: "stopped", at: 3000)])
        let opening = try StoreOpening(store, at: 9000)
        #expect(opening.server == 2 && opening.closing.isEmpty)
    }

    @Test("a stay that began after the server was last seen does not end before it began")
    func lateJoin() throws {
        let store = MemoryStore()
        var first = try Server(store, at: 1000)
        let key = first.core.open(identity: "ana").key
        first.core.perform(.join(JoinRequest(room: "r", name: "ana")), id: 1, for: key, now: .origin)
        first.now = 1200
        while let record = first.core.nextRecord() { store.write(first.chronicle.write(record, at: first.now)) }
        _ = try Server(store, at: 9000)
        #expect(rows(store, .participants, ["joined_at", "left_at"]) == [[1200, 1200]])
    }

    @Test("a ban holds across a restart, and its row says nothing of who it is")
    func ban() throws {
        let store = MemoryStore()
        var first = try Server(store, at: 1000)
        let host = first.core.open(identity: "host").key
        first.core.perform(
            .join(JoinRequest(room: "r", name: "h", create: RoomSettings())), id: 1, for: host, now: .origin)
        _ = first.enter("bob")
        let bob = first.core.participants(in: "r")[1]
        first.core.perform(
            .kick(KickRequest(participant: bob, reason: "rude", banSeconds: 60)), id: 2, for: host, now: .origin)
        first.keep()
        #expect(
            rows(store, .bans, ["room", "identity", "address", "until", "reason"]) == [["r", "<bob>", nil, 61_000, "rude"]])
        var second = try Server(store, at: 9000)
        _ = second.enter("bob")
        _ = second.enter("eve")
        #expect(second.core.participants(in: "r").count == 1)
        var third = try Server(store, at: 70_000)
        _ = third.enter("bob")
        #expect(third.core.participants(in: "r").count == 1)
    }

    @Test("a participant is known for calls that are told after it has left, the last ten thousand are")
    func known() {
        var chronicle = Chronicle(server: 1) { $0 }
        for number in 0...Chronicle.rememberedParticipants {
            let participant = "p\(number)"
            _ = chronicle.write(
                .joined(participant: participant, room: 1, session: "s", identity: nil, name: nil, .speaker), at: 0)
            _ = chronicle.write(.left(participant: participant, reason: "leave"), at: 0)
        }
        #expect(!chronicle.knows("p0") && chronicle.knows("p1") && chronicle.knows("p\(Chronicle.rememberedParticipants)"))
        #expect(!chronicle.knows("p"))
    }

    @Test("a client's word on its call is one row for the call and one for each track, and each number is where it belongs")
    func calls() throws {
        let store = MemoryStore()
        var chronicle = Chronicle(server: 1) { $0 }
        var track = CallTrack(kind: .video, mid: "1")
        for (index, (_, path)) in CallTrack.counts.enumerated() { track[keyPath: path] = Int64(index) + 100 }
        for (index, (_, path)) in CallTrack.durations.enumerated() { track[keyPath: path] = Double(index) + 0.25 }
        let report = CallReport(remote: "q", outcome: .connected, duration: 2, setup: 0.5, tracks: [track])
        store.write(chronicle.write(.stats(participant: "p", StatsReport(calls: [report])), at: 77))
        let found = store.read(StoreQuery(.callStatistics))
        #expect(found.count == 1)
        let row = try #require(found.first)
        for (index, (name, _)) in CallTrack.counts.enumerated() {
            #expect(row[Chronicle.column(name)] == .integer(Int64(index) + 100), "\(name)")
        }
        for (index, (name, _)) in CallTrack.durations.enumerated() {
            #expect(row[Chronicle.column(name)] == .real(Double(index) + 0.25), "\(name)")
        }
        #expect(
            row["participant"] == "p" && row["remote"] == "q" && row["kind"] == "video" && row["mid"] == "1" && row["at"] == 77)
        #expect(
            rows(store, .calls, ["participant", "remote", "outcome", "duration", "setup", "freeze_ratio", "health"])
                == [["p", "q", "connected", .real(2), .real(0.5), .real(0.125), .real(report.health)]])
    }

    @Test("the store in memory, on which these tests stand, does what every store must", arguments: StoreConformance.cases)
    func memory(_ item: StoreConformance.Case) throws {
        try item.check(MemoryStore())
    }
}
