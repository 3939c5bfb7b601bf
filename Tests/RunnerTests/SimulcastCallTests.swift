import Measurement
import RTCCore
import RTCPeer
import Reports
import Runner
import Scenario
import Testing

@Suite("Calls with a simulcast")
struct SimulcastCallTests {
    private static func file(_ name: String) -> String { "\(Calls.root)/fixtures/\(name)" }
    private static let layers = [
        ("q", file("talking-head-90p.ivf")), ("h", file("talking-head-180p.ivf")), ("f", file("talking-head.ivf")),
    ]
    private static let rids = layers.map(\.0)
    private static let media = Result { try MediaLibrary(paths: layers.map(\.1) + [file("speech.ogg")]) }
    private static let simulcast =
        "simulcast: [" + layers.map { "{ rid: \($0.0), video: \($0.1) }" }.joined(separator: ", ") + "]"

    private func simulate(
        _ groups: [(name: String, publish: String, more: String)], timeline: [String] = [], asserts: [String] = [],
        seed: UInt64 = 3
    ) throws -> RunOutcome {
        var lines = [
            "scenario: Layers", "seed: \(seed)", "target: { protocol: starling, url: embedded, mode: mesh }", "duration: 8s",
            "groups:",
        ]
        for group in groups {
            lines.append("  - { name: \(group.name), count: 1, room: r, publish: { \(group.publish) }, \(group.more) }")
        }
        if !timeline.isEmpty { lines += ["timeline:"] + timeline.map { "  - \($0)" } }
        if !asserts.isEmpty { lines += ["assert:"] + asserts.map { "  - \($0)" } }
        let plan = try Calls.plan(lines.joined(separator: "\n") + "\n")
        return RunOutcome(
            try SimulatedRun.perform(plan, media: try Self.media.get()), plan: plan, driver: "simulate", overrides: [])
    }

    private func rows(_ outcome: RunOutcome, from: String, to: String) -> [RunResult.AuditRow] {
        outcome.result.audit.filter { $0.from == from && $0.to == to && $0.kind == "video" }
    }

    @Test("two callers send each other three layers, and each is accounted for by itself over a lossy network")
    func bothWays() throws {
        let lossy = "network: { both: { loss: { rate: 3%, burst: 3 }, delay: 20ms } }"
        let outcome = try simulate(
            [("a", "audio: \(Self.file("speech.ogg")), \(Self.simulcast)", lossy), ("b", Self.simulcast, lossy)],
            asserts: ["seen == 100%", "video.in.fps{rid=q} p50 >= 29/s", "video.in.bitrate{rid=f} p50 > 300kbps"])
        let accounts = Accounts(outcome.result)
        #expect(accounts.areBalanced)
        #expect((accounts.unexplained, accounts.foreign) == (0, 0))
        for (from, to) in [("a[0]", "b[0]"), ("b[0]", "a[0]")] {
            let rows = rows(outcome, from: from, to: to)
            #expect(rows.map(\.rid) == Self.rids)
            for row in rows { #expect(row.sent > 180 && Double(row.intact) > 0.95 * Double(row.sent), "\(row.label)") }
        }
        #expect(outcome.result.verdict == "pass", "\(outcome.result.reasons) \(outcome.result.assertions)")
    }

    @Test("the layers show the same picture at the same time, and their sizes are told apart")
    func alike() throws {
        let outcome = try simulate([
            ("a", Self.simulcast, "subscribe: none"), ("b", "audio: \(Self.file("speech.ogg"))", "subscribe: all"),
        ])
        let sent = outcome.measurement.record.bots[0].connections[0].sent
        #expect(sent.map(\.rid) == Self.rids)
        #expect(Set(sent.map { $0.frames[0].frameIndex }).count == 1)
        #expect(Set(sent.map { $0.frames[0].due }).count == 1)
        let tracks = outcome.measurement.record.bots[1].connections[0].statistics.tracks.filter { $0.remoteRid != nil }
        #expect(tracks.map(\.remoteRid) == Self.rids)
        #expect(tracks.map { $0.inbound?.frameHeight } == [90, 180, 360])
    }

    @Test("nothing of a simulcast is due to one who subscribes to nobody")
    func unwanted() throws {
        let outcome = try simulate([
            ("a", Self.simulcast, "subscribe: all"), ("b", "audio: \(Self.file("speech.ogg"))", "subscribe: none"),
        ])
        #expect(rows(outcome, from: "a[0]", to: "b[0]").isEmpty)
        #expect(outcome.result.audit.map(\.kind) == ["audio"])
        #expect(outcome.result.audit.allSatisfy { $0.intact == $0.sent })
    }

    @Test("with the camera off the frames of every layer are withheld, and none is lost")
    func camera() throws {
        let outcome = try simulate(
            [("a", Self.simulcast, "subscribe: none"), ("b", "audio: \(Self.file("speech.ogg"))", "subscribe: all")],
            timeline: ["{ at: 3s, who: a, do: { camera: off } }", "{ at: 5s, who: a, do: { camera: on } }"])
        let rows = rows(outcome, from: "a[0]", to: "b[0]")
        #expect(rows.map(\.rid) == Self.rids)
        for row in rows {
            #expect(row.withheld >= 59 && row.missing == 0 && row.intact + row.withheld == row.sent, "\(row.label)")
        }
    }

    @Test("a call that loses its network comes back with every layer, by a new offer of either side")
    func reconnect() throws {
        let again = "reconnect: { initial: 250ms }"
        let outcome = try simulate(
            [("a", Self.simulcast, again), ("b", Self.simulcast, again)],
            timeline: ["{ at: 3s, event: moved, who: b, do: address_change }"], asserts: ["recovery < 3s"])
        let accounts = Accounts(outcome.result)
        #expect((accounts.unexplained, accounts.foreign) == (0, 0))
        #expect(outcome.result.verdict == "pass", "\(outcome.result.reasons) \(outcome.result.assertions)")
        for (from, to) in [("a[0]", "b[0]"), ("b[0]", "a[0]")] {
            #expect(rows(outcome, from: from, to: to).map(\.rid) == Self.rids)
        }
    }

    @Test("layers that are not the same clip are refused, with the place")
    func unlike() throws {
        let text = """
            scenario: Layers
            target: { protocol: starling, url: embedded, mode: mesh }
            duration: 8s
            groups:
              - { name: a, count: 1, room: r, publish: { simulcast: [{ rid: q, video: \(Self.file("talking-head-180p.ivf")) }, { rid: f, video: \(Self.file("screen-360p.ivf")) }] } }

            """
        let scenario = try Calls.plan(text).scenario
        #expect(throws: ScenarioErrors.self) { try MediaLibrary(of: scenario) }
        do { _ = try MediaLibrary(of: scenario) } catch {
            #expect("\(error)".contains("5:") && "\(error)".contains("not the same clip"))
        }
    }
}
