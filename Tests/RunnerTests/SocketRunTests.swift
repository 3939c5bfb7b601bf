import Measurement
import NetworkImpairment
import RTCCore
import RTCICE
import RTCPeer
import Reports
import Runner
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
