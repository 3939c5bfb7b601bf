import ArgumentParser
import Foundation
import Measurement
import NetworkImpairment
import Runner
import Scenario

/// What `run`, `simulate` and `check` have in common: which scenarios, and what is changed about them.
struct ScenarioOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Scenario files, or folders of them.", valueName: "PATH"))
    var paths: [String]

    @Option(help: "Where every random choice comes from, instead of the scenario's own.")
    var seed: UInt64?

    @Option(name: .customLong("set"), help: ArgumentHelp("Changes a value, such as groups[0].count=8.", valueName: "path=value"))
    var overrides: [String] = []

    @Option(help: "Only scenarios that carry this tag.")
    var tag: [String] = []

    /// A scenario with its plan and its media, ready to run.
    struct Prepared {
        var plan: Plan
        var media: MediaLibrary
    }

    /// - Throws: ``ExitCode`` 2, having said everything that is wrong.
    func prepare() throws -> [Prepared] {
        var prepared: [Prepared] = []
        var isWrong = false
        for path in try files() {
            do {
                let scenario = try Scenario.load(
                    path: path, environment: ProcessInfo.processInfo.environment, presets: NetworkProfile.preset,
                    presetNames: NetworkProfile.presetNames, overrides: overrides)
                guard tag.allSatisfy(scenario.tags.contains) else { continue }
                let plan = Plan(scenario, seed: seed)
                let media = try MediaLibrary(of: scenario)
                media.warnings.forEach(Console.complain)
                prepared.append(Prepared(plan: plan, media: media))
            } catch {
                isWrong = true
                Console.complain(error.description)
            }
        }
        guard !isWrong else { throw ExitCode(ExitStatus.usage.rawValue) }
        guard !prepared.isEmpty else {
            Console.complain(
                "no scenario carries \(tag.map { "the tag '\($0)'" }.joined(separator: " and ")); see 'tags:' in the files")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
        return prepared
    }

    private func files() throws -> [String] {
        var found: [String] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                Console.complain("\(path): there is no such file or folder; the shipped scenarios lie in scenarios/")
                throw ExitCode(ExitStatus.usage.rawValue)
            }
            guard isFolder.boolValue else {
                found.append(path)
                continue
            }
            let inside = (FileManager.default.enumerator(atPath: path)?.allObjects ?? []).compactMap { $0 as? String }
                .filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
            guard !inside.isEmpty else {
                Console.complain("\(path): the folder holds no scenario (*.yaml)")
                throw ExitCode(ExitStatus.usage.rawValue)
            }
            found += inside.map { (path as NSString).appendingPathComponent($0) }
        }
        return found
    }
}
