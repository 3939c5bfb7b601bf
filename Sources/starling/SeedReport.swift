import ArgumentParser
import Foundation
import Measurement
import NetworkImpairment
import Runner
import Scenario
import Synchronization

/// `simulate --seeds` and `--shrink`: which seeds fail, and the smallest scenario that fails like the first of them.
struct SeedReport {
    let command: SimulateCommand
    /// More failing seeds than these are counted, not listed.
    private static let listed = 20

    init(_ command: SimulateCommand) {
        self.command = command
    }

    func run() async throws -> ExitStatus {
        var status = ExitStatus.pass
        let changes = command.scenarios.overrides.map { " --set '\($0)'" }.joined()
        for prepared in try command.scenarios.prepare() {
            let scenario = prepared.plan.scenario
            let range = command.seeds?.seeds ?? prepared.plan.seed...prepared.plan.seed
            let began = Date()
            let search: SeedSearch
            do {
                let keys = try await TokenSecrets.keys(of: scenario)
                search = try SeedSearch(
                    seeds: range, media: prepared.media, tokenKeys: keys, plan: { Plan(scenario, seed: $0) },
                    progress: { show($0, of: range.count) })
            } catch {
                Console.complain("\(scenario.path): \(error)")
                return .usage
            }
            Console.endLine()
            let seconds = Date().timeIntervalSince(began)
            Console.say(
                "\(search.failures.isEmpty ? "PASS" : "FAIL")  \(scenario.name): \(search.failures.count) of \(search.seedsRun) seeds fail (\(String(format: "%.1f", seconds)) s)"
            )
            for failure in search.failures.prefix(Self.listed) {
                Console.say("  seed \(failure.seed): \(failure.reasons.first ?? failure.verdict.rawValue)")
                Console.say("    starling simulate \(scenario.path) --seed \(failure.seed)\(changes)")
            }
            if search.failures.count > Self.listed { Console.say("  and \(search.failures.count - Self.listed) more") }
            guard let first = search.failures.first else { continue }
            status = .worst([status, .failed])
            if command.shrink { try await shrink(prepared, seed: first.seed) }
        }
        return status
    }

    private func show(_ done: Int, of count: Int) {
        if done % 10 == 0 { Console.replaceLine("  \(done) of \(count) seeds") }
    }

    private func shrink(_ prepared: ScenarioOptions.Prepared, seed: UInt64) async throws {
        let scenario = prepared.plan.scenario
        let written = (try? String(contentsOfFile: scenario.path, encoding: .utf8)) ?? ""
        let text = ScenarioReduction.applying(command.scenarios.overrides, to: written)
        let parse = { (candidate: String) -> Scenario? in
            let parsed = try? Scenario.parse(
                candidate, path: scenario.path, environment: ProcessInfo.processInfo.environment,
                presets: NetworkProfile.preset, presetNames: NetworkProfile.presetNames)
            var traces = TraceLibrary()
            return parsed.flatMap { try? traces.load(into: $0) }
        }
        let shrunk: Shrinking?
        do {
            let keys = try await TokenSecrets.keys(of: scenario)
            shrunk = try Shrinking(text, seed: seed, media: prepared.media, tokenKeys: keys, parse: parse)
        } catch {
            Console.complain("\(scenario.path): \(error)")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
        guard let shrunk else { return }
        let folder = try ResultFolder(command.out ?? ResultFolder.defaultPath(named: scenario.name))
        try folder.write(Array(shrunk.text.utf8), to: "shrunk.yaml", redacting: [scenario])
        Console.say(
            "  shrunk in \(shrunk.simulations) simulations: \(shrunk.changes.isEmpty ? "nothing could go" : shrunk.changes.joined(separator: ", "))"
        )
        Console.say("  still fails: \(shrunk.failure.reasons.first ?? shrunk.failure.verdict.rawValue)")
        Console.say("    starling simulate \(folder.path)/shrunk.yaml --seed \(seed)")
    }
}
