import Measurement
import RTCCore
import RTCPeer
import Reports
import Runner
import Testing

@Suite("Calls of every codec")
struct CodecCallTests {
    private static func file(_ name: String) -> String { "\(Calls.root)/fixtures/\(name)" }
    private static let files = ["talking-head-180p.ivf", "pattern-vp9.ivf", "pattern-av1.ivf", "pattern.h264"].map(file)
    private static let media = Result { try MediaLibrary(paths: files + [file("speech.ogg")]) }

    private func simulate(_ groups: [String], timeline: [String] = [], network: String = "clean") throws -> RunOutcome {
        var lines = [
            "scenario: Codecs", "seed: 3", "target: { protocol: starling, url: embedded, mode: mesh }", "duration: 8s", "groups:",
        ]
        for (index, video) in groups.enumerated() {
            lines.append(
                "  - { name: g\(index), count: 1, room: r, subscribe: all, network: \(network),"
                    + " publish: { audio: \(Self.file("speech.ogg")), video: \(video) } }")
        }
        if !timeline.isEmpty { lines += ["timeline:"] + timeline.map { "  - \($0)" } }
        let plan = try Calls.plan(lines.joined(separator: "\n") + "\n")
        return RunOutcome(
            try SimulatedRun.perform(plan, media: try Self.media.get()), plan: plan, driver: "simulate", overrides: [])
    }

    /// The codecs that one bot's statistics name for what it receives, by the bot that sends.
    private func received(_ outcome: RunOutcome, by bot: Int) -> [String?] {
        outcome.measurement.record.bots[bot].connections.map { connection in
            connection.statistics.tracks.first { $0.kind == .video }?.inboundCodec?.mimeType
        }
    }

    @Test("four callers, each of whom sends another codec, see each other, and every frame is accounted for over a lossy network")
    func fourCodecs() throws {
        let outcome = try simulate(Self.files, network: "{ both: { loss: { rate: 3%, burst: 3 }, delay: 20ms } }")
        let accounts = Accounts(outcome.result)
        #expect(accounts.tracks == 24)
        #expect(accounts.areBalanced)
        #expect((accounts.unexplained, accounts.foreign) == (0, 0))
        #expect(Double(accounts.intact) > 0.93 * Double(accounts.sent))
        #expect(outcome.result.verdict == "pass", "\(outcome.result.reasons)")
        #expect(Set(received(outcome, by: 0)) == ["video/VP9", "video/AV1", "video/H264"])
        #expect(Set(received(outcome, by: 3)) == ["video/VP8", "video/VP9", "video/AV1"])
        for row in outcome.result.audit where row.kind == "video" { #expect(row.intact > 100, "\(row.from) to \(row.to)") }
    }

    @Test("a track goes on in another codec without a negotiation, and the audit goes on with it")
    func switched() throws {
        let timeline = ["{ at: 4s, who: \"g0[0]\", do: { switch_device: { video: \(Self.files[3]) } } }"]
        let outcome = try simulate([Self.files[1], Self.files[0]], timeline: timeline)
        let accounts = Accounts(outcome.result)
        #expect(accounts.areBalanced)
        #expect(accounts.intact == accounts.sent)
        #expect((accounts.unexplained, accounts.foreign) == (0, 0))
        #expect(received(outcome, by: 1) == ["video/H264"])
        let offers = outcome.measurement.record.bots.flatMap(\.events).filter { $0.kind == .offerSent }
        #expect(offers.count == 1)
    }
}
