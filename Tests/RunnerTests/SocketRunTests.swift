import Foundation
import HandmadeTokens
import Measurement
import NetworkImpairment
import RTCCore
import RTCICE
import RTCPeer
import Reports
import Runner
import SignalingProtocol
import Store
import StoreSQLite
import Testing

/// These run in real time and open real sockets, one after the other so that they do not disturb each other.
@Suite("Runs on real sockets", .serialized, .timeLimit(.minutes(10)))
struct SocketRunTests {
    /// What a bot told, without the times.
    private struct Step: Equatable, CustomStringConvertible {
        var kind: RunEvent.Kind
        var peer: String?
        var detail: String?

        var description: String { "\(kind.rawValue) \(peer ?? "") \(detail ?? "")" }
    }

    private func steps(_ outcome: RunOutcome) -> [[Step]] {
        outcome.measurement.record.bots.map { bot in
            bot.events.map { Step(kind: $0.kind, peer: $0.peer, detail: $0.detail) }
        }
    }

    @Test("the ordered, untimed events of every bot are those of the simulation of the same seed")
    func driversAgree() async throws {
        let plan = try Calls.plan(Calls.text(duration: "4s"))
        let simulated = try Calls.simulate(plan)
        let real = try await Calls.run(plan)
        // Beside other tests the machine may be too busy for a valid run; what is asserted must hold all the same.
        #expect(real.judgement.assertions.allSatisfy { $0.status == .pass }, "\(real.judgement.reasons)")
        for (left, right) in zip(steps(simulated), steps(real)) {
            #expect(left.count > 8)
            #expect(left == right)
        }
        let accounts = Accounts(real.result)
        #expect(accounts.tracks == 4)
        #expect(accounts.areBalanced)
        #expect(accounts.intact == accounts.sent)
    }

    @Test(
        "what the bots tell of their calls stands in the store, number by number as in the result, also where the server asks for tokens",
        arguments: [false, true])
    func storedCalls(asksForTokens: Bool) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("starling-calls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("calls.db").path
        var run = SocketRun(tokenKeys: asksForTokens ? HandmadeTokens() : nil)
        run.store = RunStore { () throws(StoreError) in try SQLiteStore(path: path) }
        let plan = try Calls.plan(Calls.text(count: 3, duration: "4s", network: "{ both: { loss: 5% } }"))
        let record = try await run.perform(plan, media: Calls.library(), interruption: { false }, progress: { _ in })
        let outcome = RunOutcome(record, plan: plan, driver: "run", overrides: [])
        let store = try SQLiteStore(path: path)
        try store.prepare()
        defer { store.close() }
        let calls = try store.read(StoreQuery(.calls))
        let tracks = try store.read(StoreQuery(.callStatistics))
        #expect(calls.count == 6 && tracks.count == 12)
        for peer in outcome.result.peers {
            let isOfPeer = { (row: StoreRow) in
                row["participant"] == StoreValue(peer.participant) && row["remote"] == StoreValue(peer.remoteParticipant)
            }
            let call = try #require(calls.first(where: isOfPeer))
            #expect(call["health"].realValue == peer.call?.health && call["duration"].realValue == peer.call?.duration)
            #expect(call["setup"].realValue == peer.call?.setup && call["outcome"].textValue == "connected")
            for track in peer.tracks {
                let row = try #require(tracks.first { isOfPeer($0) && $0["mid"].textValue == track.mid })
                // As it stands in result.json.
                let text = String(decoding: try JSONEncoder().encode(track), as: UTF8.self)
                let numbers = try #require(try JSONParser.parse(text).objectValue).members
                #expect(numbers.count > 10)
                for number in numbers where number.key != "kind" && number.key != "mid" {
                    let value = row[Chronicle.column(number.key)].realValue
                    #expect(value == number.value.numberValue, "\(number.key) of \(peer.bot)")
                }
            }
        }
        let participants = try store.read(StoreQuery(.participants))
        #expect(participants.map { $0["reason"] } == ["leave", "leave", "leave"])
    }

    @Test("5 % loss in bursts of four is measured per bot and direction, and every lost frame names its packet")
    func honestLoss() async throws {
        let text = Calls.text(count: 4, duration: "6s", network: "{ both: { loss: { rate: 5%, burst: 4 } } }")
        let outcome = try await Calls.run(try Calls.plan(text))
        #expect(outcome.result.network.count == 8)
        var offered = 0.0
        var lost = 0.0
        for row in outcome.result.network {
            let bound = tolerance(loss: 0.05, burst: 4, datagrams: Double(row.offered))
            #expect(abs(row.loss - 0.05) < bound, "\(row.bot) \(row.direction): \(row.loss) of \(row.offered)")
            offered += Double(row.offered)
            lost += Double(row.dropped["loss"] ?? 0)
        }
        let bound = tolerance(loss: 0.05, burst: 4, datagrams: offered)
        #expect(bound < 0.03, "too few datagrams to judge: \(offered)")
        #expect(abs(lost / offered - 0.05) < bound, "\(lost) of \(offered)")
        let accounts = Accounts(outcome.result)
        #expect(accounts.tracks == 24)
        #expect(accounts.areBalanced)
        #expect(accounts.unexplained == 0)
        #expect(accounts.intact < accounts.sent)
    }

    @Test("callers whose sockets are bound to the IPv6 loopback call each other over it")
    func overIPv6() async throws {
        let outcome = try await Calls.run(try Calls.plan(Calls.text(duration: "3s")), on: SocketAddress("::1", port: 0))
        #expect(outcome.judgement.assertions.allSatisfy { $0.status == .pass }, "\(outcome.judgement.reasons)")
        let paths = outcome.measurement.record.bots.flatMap(\.connections).compactMap(\.statistics.nominatedPair?.path)
        #expect(paths.count == 2)
        #expect(paths.allSatisfy { $0.local.host == "::1" && $0.remote.host == "::1" })
    }
}
