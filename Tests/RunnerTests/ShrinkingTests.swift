import Measurement
import NetworkImpairment
import RTCCore
import Runner
import Scenario
import Testing

@Suite("Finding the smallest scenario that fails")
struct ShrinkingTests {
    private func parse(_ text: String) -> Scenario? {
        try? Scenario.parse(
            text, path: "x.yaml", environment: [:], presets: NetworkProfile.preset, presetNames: NetworkProfile.presetNames)
    }

    @Test("four callers, three faults and a bound that one blackout breaks: two callers and that blackout are left")
    func planted() throws {
        let text = Calls.text(
            count: 4, duration: "16s", network: "{ both: { delay: 10ms } }",
            timeline: [
                "{ at: 4s, event: jittery, who: \"callers[0,1]\", do: { network: { both: { jitter: 5ms } } } }",
                "{ at: 6s, event: drop, who: \"callers[3]\", do: { blackout: 4s } }",
                "{ at: 12s, event: calm, who: \"callers[0,1]\", do: { network: clean } }",
            ], asserts: ["first_frame p95 < 3s", "outage max < 2s", "video.latency p95 < 5s"])
        let shrunk = try #require(try Shrinking(text, seed: 7, media: Calls.library(), parse: parse))
        let scenario = try #require(parse(shrunk.text))
        #expect(scenario.groups.map(\.count) == [2], "\(shrunk.changes)")
        #expect(scenario.timeline.compactMap(\.event) == ["drop"])
        #expect(scenario.timeline.map(\.who.description) == ["callers[1]"])
        #expect(scenario.assertions.map(\.text) == ["outage max < 2s"])
        #expect(scenario.duration < .seconds(8))
        #expect(scenario.groups[0].network == .clean)
        #expect(shrunk.failure.assertions == ["outage max < 2s"])
        #expect(shrunk.simulations < Shrinking.limit)
        // What was found is a scenario of its own that fails in the same way.
        let again = try Calls.simulate(Plan(scenario, seed: 7))
        #expect(again.judgement.verdict == .fail)
        #expect(again.judgement.assertions.filter { $0.status != .pass }.map(\.text) == ["outage max < 2s"])
    }

    @Test("a scenario that does not fail is not shrunk")
    func passing() throws {
        #expect(try Shrinking(Calls.text(duration: "3s"), seed: 7, media: Calls.library(), parse: parse) == nil)
    }

    @Test("only the seeds that fail are found, on however many threads")
    func search() throws {
        let text = Calls.text(
            duration: "4s", network: "{ both: { loss: { rate: 8%, burst: 6 } } }", asserts: ["audio.frames.intact min > 80%"])
        let scenario = try #require(parse(text))
        let found = try SeedSearch(
            seeds: 1...12, media: Calls.library(), plan: { Plan(scenario, seed: $0) }, progress: { _ in })
        #expect(found.seedsRun == 12)
        for seed in UInt64(1)...12 {
            let passes = try Calls.simulate(Plan(scenario, seed: seed)).judgement.verdict == .pass
            #expect(passes != found.failures.contains { $0.seed == seed }, "seed \(seed)")
        }
        #expect(found.failures.count > 0 && found.failures.count < 12)
    }
}
