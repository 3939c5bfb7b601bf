import Foundation
import Measurement
import NetworkImpairment
import RTCCore
import Reports
import Runner
import Scenario

/// Scenarios of the tests, and what comes of them.
enum Calls {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    private static let audio = "\(root)/fixtures/speech.ogg"
    private static let video = "\(root)/fixtures/talking-head.ivf"
    /// Loaded once: a media file stays in memory for ever.
    private static let media = Result { try MediaLibrary(paths: [audio, video, otherAudio, otherVideo]) }
    /// What a bot may switch to.
    static let otherAudio = "\(root)/fixtures/tone.ogg"
    static let otherVideo = "\(root)/fixtures/talking-head-180p.ivf"

    static func library() throws -> MediaLibrary { try media.get() }

    /// Callers who join one after the other and stream to each other.
    static func text(
        count: Int = 2, duration: String = "5s", network: String = "clean", timeline: [String] = [], asserts: [String] = []
    ) -> String {
        var lines = [
            "scenario: A call of the tests", "seed: 7", "target: { protocol: starling, url: embedded, mode: mesh }",
            "duration: \(duration)", "groups:", "  - name: callers", "    count: \(count)", "    arrive: { over: 1s }",
            "    room: test-{run}", "    publish: { audio: \(audio), video: \(video) }", "    subscribe: all",
            "    network: \(network)",
        ]
        if !timeline.isEmpty { lines += ["timeline:"] + timeline.map { "  - \($0)" } }
        if !asserts.isEmpty { lines += ["assert:"] + asserts.map { "  - \($0)" } }
        return lines.joined(separator: "\n") + "\n"
    }

    static func plan(_ text: String, seed: UInt64? = nil, path: String = "test.yaml") throws -> Plan {
        let scenario = try Scenario.parse(
            text, path: path, environment: [:], presets: NetworkProfile.preset, presetNames: NetworkProfile.presetNames)
        return Plan(scenario, seed: seed)
    }

    /// One of the scenarios that are shipped.
    static func shipped(_ name: String) throws -> Plan {
        let path = "scenarios/regression/\(name).yaml"
        let text = try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
        return try plan(text.replacingOccurrences(of: "fixtures/", with: "\(root)/fixtures/"), path: path)
    }

    static func simulate(_ plan: Plan) throws -> RunOutcome {
        RunOutcome(try SimulatedRun.perform(plan, media: library()), plan: plan, driver: "simulate", overrides: [])
    }

    static func run(_ plan: Plan, on address: SocketAddress? = nil) async throws -> RunOutcome {
        let record = try await SocketRun(localAddress: address).perform(
            plan, media: library(), interruption: { false }, progress: { _ in })
        return RunOutcome(record, plan: plan, driver: "run", overrides: [])
    }
}

/// The tolerance within which a measured loss must lie: four standard deviations of a Gilbert–Elliott chain's loss rate over so many
/// datagrams, whose variance its bursts inflate by (1 + ρ) / (1 − ρ) with ρ = 1 − p − r.
func tolerance(loss: Double, burst: Double, datagrams: Double) -> Double {
    let recovery = 1 / burst
    let onset = loss / (1 - loss) / burst
    let correlation = 1 - onset - recovery
    return 4 * (loss * (1 - loss) / datagrams * (1 + correlation) / (1 - correlation)).squareRoot()
}

/// What every run of Starling against itself owes: each frame has one outcome, and what did not arrive has a cause.
struct Accounts {
    var tracks = 0
    var areBalanced = true
    var unexplained = 0
    var foreign = 0
    var sent = 0
    var intact = 0

    init(_ result: RunResult) {
        for row in result.audit {
            tracks += 1
            areBalanced = areBalanced && row.sent == row.intact + row.damaged + row.withheld + row.missing && row.sent > 0
            areBalanced = areBalanced && row.causes.values.reduce(0, +) == row.damaged + row.missing
            unexplained += row.unexplained
            foreign += row.foreign
            sent += row.sent
            intact += row.intact
        }
    }
}
