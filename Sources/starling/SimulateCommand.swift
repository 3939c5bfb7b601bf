import ArgumentParser
import Measurement
import Reports
import Runner
import Scenario

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Run scenarios in virtual time: the same seed gives the same bytes.")

    @OptionGroup var scenarios: ScenarioOptions

    @Option(help: ArgumentHelp("Where the results go (default: reports/NAME-TIME/).", valueName: "DIR"))
    var out: String?

    @Flag(name: .customLong("quiet"), help: "Only the verdicts.")
    var isQuiet = false

    @Option(help: ArgumentHelp("Simulate under each of these seeds and report those that fail.", valueName: "1..N"))
    var seeds: SeedRange?

    @Flag(help: "Reduce the first failing seed's scenario to the smallest that still fails.")
    var shrink = false

    func validate() throws {
        guard !shrink || seeds != nil || scenarios.seed != nil else {
            throw ValidationError("--shrink needs to know which seed fails: give --seeds 1..N, or --seed N")
        }
    }

    func run() throws {
        if seeds != nil || shrink { throw ExitCode(try SeedReport(self).run().rawValue) }
        let prepared = try scenarios.prepare()
        try refuseServersOfOthers(prepared)
        var outcomes = Outcomes(isQuiet: isQuiet)
        for (index, scenario) in prepared.enumerated() {
            let plan = scenario.plan
            let folder = try ResultFolder(Outcomes.folder(out, plan: plan, index: index, of: prepared.count))
            if !isQuiet { plan.lines.forEach(Console.say) }
            let record: RunRecord
            do {
                record = try SimulatedRun.perform(plan, media: scenario.media)
            } catch {
                Console.complain("\(plan.scenario.path): \(error)")
                throw ExitCode(ExitStatus.usage.rawValue)
            }
            try outcomes.add(record, plan: plan, driver: "simulate", folder: folder, overrides: scenarios.overrides)
        }
        throw ExitCode(try outcomes.finish(out: out).rawValue)
    }

    /// A simulation has no way to a real server: a pass without it would say nothing about it.
    private func refuseServersOfOthers(_ prepared: [ScenarioOptions.Prepared]) throws {
        var isWrong = false
        for scenario in prepared.map(\.plan.scenario) {
            guard case .url(let url) = scenario.target.address else { continue }
            isWrong = true
            let message = "'\(url)' cannot be reached in virtual time: use 'starling run', or add --set target.url=embedded"
            Console.complain(scenario.error(message, in: "target.url").description)
        }
        if isWrong { throw ExitCode(ExitStatus.usage.rawValue) }
    }
}
