import Measurement
import RTCCore
import RTCPeer
import Reports
import Runner
import Testing

@Suite("Calls with speech that is silent in its pauses and repeats itself")
struct ThriftySpeechTests {
    private static func file(_ name: String) -> String { "\(Calls.root)/fixtures/\(name)" }
    private static let speech = file("speech-dtx-fec.ogg")
    private static let media = Result { try MediaLibrary(paths: [speech, file("speech.ogg")]) }

    private func simulate(loss: String = "0%", audio: String = speech, timeline: [String] = [], asserts: [String] = []) throws
        -> RunOutcome
    {
        var lines = [
            "scenario: Thrift", "seed: 5", "target: { protocol: starling, url: embedded, mode: mesh }", "duration: 20s",
            "groups:",
            "  - { name: talker, count: 1, room: r, publish: { audio: \(audio) }, network: { up: { loss: \(loss) } } }",
            "  - { name: hearer, count: 1, room: r }",
        ]
        if !timeline.isEmpty { lines += ["timeline:"] + timeline.map { "  - \($0)" } }
        if !asserts.isEmpty { lines += ["assert:"] + asserts.map { "  - \($0)" } }
        let plan = try Calls.plan(lines.joined(separator: "\n") + "\n")
        return RunOutcome(
            try SimulatedRun.perform(plan, media: try Self.media.get()), plan: plan, driver: "simulate", overrides: [])
    }

    private func inbound(_ outcome: RunOutcome) -> RTPReceiveStatistics? {
        outcome.measurement.record.bots[1].connections.first?.statistics.tracks.first { $0.kind == .audio }?.inbound
    }

    @Test("silence is withheld and nobody misses it: no loss, no interruption, no outage")
    func silence() throws {
        let outcome = try simulate(asserts: [
            "audio.in.interruption.count == 0", "outage max == 0s", "audio.in.loss == 0%", "audio.frames.intact == 100%",
        ])
        let row = try #require(outcome.result.audit.first)
        #expect(row.sent > 900 && row.withheld > 100)
        #expect(row.silent == row.withheld)
        #expect(row.intact + row.withheld == row.sent)
        #expect(inbound(outcome)?.packetsReceived == UInt64(row.intact))
        #expect(inbound(outcome)?.interruptionCount == 0)
        #expect(outcome.result.verdict == "pass", "\(outcome.result.reasons) \(outcome.result.assertions)")
    }

    @Test("of the frames that were lost those are covered which the next packet repeats")
    func redundancy() throws {
        let outcome = try simulate(loss: "10%", asserts: ["audio.frames.heard > 95%", "audio.frames.intact < 95%"])
        let row = try #require(outcome.result.audit.first)
        let covered = try #require(row.covered)
        #expect(row.sent == row.intact + row.withheld + row.missing && row.unexplained == 0)
        #expect(covered > row.missing / 2 && covered < row.missing)
        let fec = try #require(inbound(outcome))
        // What stands in the packets is what the audit knows from the file.
        #expect(Int(fec.fecPacketsReceived - fec.fecPacketsDiscarded) >= covered)
        #expect(outcome.result.verdict == "pass", "\(outcome.result.reasons) \(outcome.result.assertions)")
    }

    @Test("a microphone that is off in the midst of it is no silence of the file")
    func muted() throws {
        let outcome = try simulate(timeline: [
            "{ at: 5s, who: talker, do: { mic: off } }", "{ at: 8s, who: talker, do: { mic: on } }",
        ])
        let row = try #require(outcome.result.audit.first)
        #expect(row.withheld >= (row.silent ?? 0) + 120)
        #expect((outcome.result.metrics["outage"]?.max ?? 0) > 2.9)
    }

    @Test("a file without silence and redundancy is as it was")
    func plain() throws {
        let outcome = try simulate(loss: "10%", audio: Self.file("speech.ogg"))
        let row = try #require(outcome.result.audit.first)
        #expect(row.silent == nil && row.withheld == 0)
        #expect(row.covered == nil)
        #expect(inbound(outcome)?.fecPacketsReceived == 0)
    }
}
