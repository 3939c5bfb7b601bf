import Foundation
import Measurement
import RTCCore
import RTCPeer
import Reports
import Runner
import Scenario
import Testing

@Suite("Relayed calls of whole scenarios")
struct RelayedRunTests {
    private func text(_ ice: [String], duration: String = "6s", network: String = "clean", timeline: [String] = []) -> String {
        let text = Calls.text(duration: duration, network: network, timeline: timeline)
        return text.replacingOccurrences(of: "groups:", with: (ice + ["groups:"]).joined(separator: "\n"))
    }

    private func pairs(_ outcome: RunOutcome) -> [String] {
        outcome.result.peers.flatMap { peer in
            peer.stats.values.map(\.report).filter { $0.type == .localCandidate }
                .compactMap { report in
                    guard case .text(let type)? = report["candidateType"] else { return nil }
                    guard case .text(let transport)? = report["relayProtocol"] else { return type }
                    return "\(type)/\(transport)"
                }
        }
    }

    @Test("with relays alone a call passes, and every frame comes")
    func embedded() throws {
        let outcome = try Calls.simulate(
            try Calls.plan(text(["ice_transport_policy: relay", "ice_servers: embedded"], network: "wifi")))
        #expect(outcome.judgement.verdict == .pass, "\(outcome.judgement.reasons)")
        #expect(Set(pairs(outcome)) == ["relay/udp"])
        #expect(outcome.result.audit.count == 4 && outcome.result.audit.allSatisfy { $0.unexplained == 0 && $0.sent > 100 })
    }

    @Test("a list of servers has stand-ins in virtual time, over streams as well, with users and with shared secrets")
    func listed() throws {
        let servers = [
            "ice_transport_policy: relay", "ice_servers:",
            "  - { urls: 'turn:relay.example.org?transport=tcp', secret: between-us }",
        ]
        let outcome = try Calls.simulate(try Calls.plan(text(servers)))
        #expect(outcome.judgement.verdict == .pass, "\(outcome.judgement.reasons)")
        #expect(Set(pairs(outcome)) == ["relay/tcp"])
        #expect(outcome.result.audit.allSatisfy { $0.intact == $0.sent })
        #expect(!String(decoding: outcome.result.encoded(), as: UTF8.self).contains("between-us"))
    }

    @Test("a relayed call survives an outage and a change of address")
    func troubles() throws {
        let timeline = [
            "{ at: 3s, event: drop, who: \"callers[1]\", do: { blackout: 3s } }",
            "{ at: 9s, event: move, who: \"callers[0]\", do: address_change }",
        ]
        var text = text(["ice_transport_policy: relay", "ice_servers: embedded"], duration: "16s", timeline: timeline)
        text = text.replacingOccurrences(of: "    network: clean", with: "    network: clean\n    reconnect: { initial: 250ms }")
        let outcome = try Calls.simulate(try Calls.plan(text))
        #expect(outcome.judgement.verdict == .pass, "\(outcome.judgement.reasons)")
        for row in outcome.result.audit { #expect(row.sent > 400 && row.intact > row.sent / 2) }
    }

    @Test("where nobody can relay, a call that may only be relayed fails in the phase 'gather'")
    func nobody() throws {
        let outcome = try Calls.simulate(try Calls.plan(text(["ice_transport_policy: relay"])))
        #expect(outcome.judgement.verdict == .fail)
        #expect(outcome.result.failures.count == 2)
        #expect(outcome.result.failures.allSatisfy { $0.phase == "gather" && $0.reason == "no TURN server is known" })
    }

    @Test("on real sockets, too, a run starts a relay of its own")
    func sockets() async throws {
        let outcome = try await Calls.run(
            try Calls.plan(text(["ice_transport_policy: relay", "ice_servers: embedded"], duration: "4s")))
        #expect(Set(pairs(outcome)) == ["relay/udp"])
        #expect(outcome.result.audit.count == 4 && outcome.result.audit.allSatisfy { $0.intact > 20 })
    }
}
