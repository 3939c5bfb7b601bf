import NetworkImpairment
import RTCCore
import Scenario
import Testing

@Suite("Smaller scenarios made of a larger one")
struct ReductionTests {
    private var changes: [String: String] {
        let found = ScenarioReduction.candidates(of: wholeScenario, keeping: ["recovery p95 < 3s from storm"])
        return Dictionary(found.map { ($0.change, $0.text) }) { first, _ in first }
    }

    @Test("a group with fewer bots hits its last one where the one that was meant is gone")
    func retargeted() throws {
        let text = try #require(changes["groups[0].count 4 → 2"])
        let scenario = try parse(text, overrides: ["assert=[]"])
        #expect(scenario.groups[0].count == 2)
        #expect(
            scenario.timeline.map(\.who.description) == [
                "callers[1]", "callers[1]", "viewers[25%]", "viewers[25%]", "callers[0,1]",
            ])
    }

    @Test("blackouts get shorter, the timeline earlier, groups plainer")
    func plainer() throws {
        let shorter = try parse(try #require(changes["timeline[1].do.blackout 6s → 3s"]))
        #expect(shorter.timeline[1].verbs == [.blackout(Blackout(.seconds(3)))])
        #expect(try parse(try #require(changes["the timeline is 6s earlier"])).timeline.map(\.at).first == .seconds(2))
        #expect(try parse(try #require(changes["groups[0].network is gone"])).groups[0].network == .clean)
        #expect(try parse(try #require(changes["groups[0].reconnect is gone"])).groups[0].reconnect == nil)
    }

    @Test("what the command line changed is written into the scenario before it is reduced")
    func overrides() throws {
        let text = ScenarioReduction.applying(["groups[0].count=8", "seed=9", "scenario=\"a: b\""], to: wholeScenario)
        let scenario = try parse(text)
        #expect(scenario.groups[0].count == 8)
        #expect(scenario.seed == 9)
        #expect(scenario.timeline.count == 5)
        #expect(ScenarioReduction.applying([], to: wholeScenario) == wholeScenario)
    }
}
