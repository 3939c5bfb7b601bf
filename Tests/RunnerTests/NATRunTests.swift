import Measurement
import Reports
import Runner
import Testing

@Suite("Scenarios with NATs, in virtual time")
struct NATRunTests {
    /// Two callers of different groups in one room, each behind its own NAT.
    private func call(_ one: String, _ other: String, duration: String = "5s") throws -> RunOutcome {
        let group = { (name: String, nat: String) in
            [
                "  - name: \(name)", "    count: 1", "    room: test",
                "    publish: { audio: \(Calls.root)/fixtures/speech.ogg }",
                "    nat: \(nat)",
            ]
        }
        let lines =
            ["scenario: Behind NATs", "seed: 7", "target: { url: embedded }", "duration: \(duration)", "groups:"]
            + group("one", one) + group("other", other)
        return try Calls.simulate(Calls.plan(lines.joined(separator: "\n") + "\n"))
    }

    private func share(_ way: String, _ outcome: RunOutcome) throws -> Double? {
        try Assertion(parsing: "ice.pairs.\(way) == 0%", events: []).evaluate(outcome.measurement).value
    }

    @Test(
        "the call goes the way that its NATs leave",
        arguments: [
            ("none", "none", "host"), ("none", "symmetric", "srflx"), ("port-restricted", "port-restricted", "srflx"),
            ("restricted", "symmetric", "srflx"), ("cgnat", "full-cone", "srflx"),
        ])
    func ways(one: String, other: String, way: String) throws {
        let outcome = try call(one, other)
        #expect(outcome.measurement.seen == 1)
        #expect(try share(way, outcome) == 1)
    }

    @Test("who is blocked gets in and is heard of by nobody, and the ledger names what was stopped")
    func blocked() throws {
        let outcome = try call("none", "udp-blocked")
        #expect(outcome.measurement.joined == 1 && outcome.measurement.seen == 0)
        #expect(try share("failed", outcome) == 1)
        #expect(outcome.result.network.contains { ($0.dropped["nat"] ?? 0) > 0 })
    }

    @Test("of two who cannot meet, the result and the console say why, in one line")
    func reason() throws {
        let outcome = try call("symmetric", "symmetric")
        let reason = "no pair got an answer: host and srflx here, host and srflx there, no relay"
        #expect(outcome.result.peers.map(\.unconnected) == [reason, reason])
        let words = Summary.lines(outcome.result, folder: "reports", isShort: false).flatMap { $0.split(separator: " ") }
        #expect(words.joined(separator: " ").contains("one[0] and other[0] never connected: \(reason)"))
        #expect(try call("none", "none").result.peers.allSatisfy { $0.unconnected == nil })
    }

    @Test("bots that share a NAT without hairpinning reach each other inside it")
    func shared() throws {
        let nat = "{ mapping: endpoint-independent, filtering: address-dependent, hairpinning: false, shared: true }"
        let lines = [
            "scenario: An office", "seed: 7", "target: { url: embedded }", "duration: 5s", "groups:", "  - name: office",
            "    count: 2", "    room: test", "    publish: { audio: \(Calls.root)/fixtures/speech.ogg }", "    nat: \(nat)",
        ]
        let outcome = try Calls.simulate(Calls.plan(lines.joined(separator: "\n") + "\n"))
        #expect(outcome.measurement.seen == 1)
        #expect(try share("host", outcome) == 1)
    }
}
