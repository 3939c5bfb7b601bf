import ArgumentParser
import Foundation
import Measurement
import NetworkImpairment
import Reports
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

    @Option(help: "Only scenarios that carry this tag; where several are given, all of them.")
    var tag: [String] = []

    @Option(help: ArgumentHelp("Only the I-th of N parts of the scenarios.", valueName: "I/N"))
    var shard: Shard?

    /// A scenario with its plan and its media, ready to run.
    struct Prepared {
        var plan: Plan
        var media: MediaLibrary
    }

    /// A scenario that was chosen, whether it can be run or not.
    enum Chosen {
        case ready(Prepared)
        case refused(Refusal)
    }

    /// Reads every scenario that was asked for, and says what is wrong with those that cannot be run.
    ///
    /// A file that cannot be read has no tags and no plan: it is refused whichever tags were asked for.
    ///
    /// - Throws: ``ExitCode`` 2 where there is nothing to choose from.
    func choose() throws -> [Chosen] {
        var chosen: [Chosen] = []
        var media: MediaLibrary?
        var traces = TraceLibrary()
        var turn = 0
        for path in try files() {
            let scenario: Scenario
            do {
                scenario = try Scenario.load(
                    path: path, environment: ProcessInfo.processInfo.environment, presets: NetworkProfile.preset,
                    presetNames: NetworkProfile.presetNames, overrides: overrides)
            } catch {
                defer { turn += 1 }
                if shard?.chooses(turn) ?? true { chosen.append(.refused(refuse(path, error))) }
                continue
            }
            guard tag.allSatisfy(scenario.tags.contains) else { continue }
            defer { turn += 1 }
            guard shard?.chooses(turn) ?? true else { continue }
            do {
                let scenario = try traces.load(into: MappingLibrary.load(into: scenario))
                let library = try MediaLibrary(of: scenario, known: media)
                library.warnings.forEach(Console.complain)
                media = media?.merging(library) ?? library
                chosen.append(.ready(Prepared(plan: Plan(scenario, seed: seed), media: library)))
            } catch {
                chosen.append(.refused(refuse(path, error)))
            }
        }
        guard turn > 0 else {
            Console.complain(
                "no scenario carries \(tag.map { "the tag '\($0)'" }.joined(separator: " and ")); see 'tags:' in the files")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
        return chosen
    }

    /// Those that can be run, where it makes no sense to go on without the others.
    ///
    /// - Throws: ``ExitCode`` 2, having said everything that is wrong.
    func prepare() throws -> [Prepared] {
        let chosen = try choose()
        let ready = chosen.compactMap { if case .ready(let prepared) = $0 { prepared } else { nil } }
        guard ready.count == chosen.count else { throw ExitCode(ExitStatus.usage.rawValue) }
        return ready
    }

    private func refuse(_ path: String, _ errors: ScenarioErrors) -> Refusal {
        Console.complain(errors.description)
        return Refusal(
            name: ((path as NSString).lastPathComponent as NSString).deletingPathExtension, path: path,
            exitCode: ExitStatus.usage.rawValue,
            reasons: errors.errors.map { error in
                let isInFile = error.location.override == nil && error.location.line > 0
                return Refusal.Reason(
                    text: error.description, line: isInFile ? error.location.line : nil,
                    column: isInFile ? error.location.column : nil)
            })
    }

    /// What scenarios name in `mapping` lies in folders of this name.
    private static func isMapping(_ path: String) -> Bool {
        path.split(separator: "/").dropLast().contains("mappings")
    }

    /// Each file once, in the order in which it was first named; those of a folder by name.
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
                .filter { ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) && !Self.isMapping($0) }.sorted()
            guard !inside.isEmpty else {
                Console.complain("\(path): the folder holds no scenario (*.yaml)")
                throw ExitCode(ExitStatus.usage.rawValue)
            }
            found += inside.map { (path as NSString).appendingPathComponent($0) }
        }
        var seen: Set<String> = []
        return found.filter { seen.insert(URL(fileURLWithPath: $0).standardizedFileURL.path).inserted }
    }
}
