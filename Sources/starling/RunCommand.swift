import ArgumentParser
import Foundation
import Measurement
import RTCCore
import Reports
import Runner
import Scenario

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run scenarios on real sockets, in real time.")

    @OptionGroup var scenarios: ScenarioOptions

    @Option(help: ArgumentHelp("Where the results go (default: reports/NAME-TIME/).", valueName: "DIR"))
    var out: String?

    @Option(
        name: .customLong("i-own-this-target"),
        help: ArgumentHelp("Allows more than ten peers against this host, which is not this machine.", valueName: "HOST"))
    var ownedTarget: String?

    @Flag(name: .customLong("quiet"), help: "Only the verdicts.")
    var isQuiet = false

    func run() async throws {
        let prepared = try scenarios.prepare()
        for scenario in prepared { try TargetPolicy.check(scenario.plan, ownedTarget: ownedTarget) }
        let interruption = Interruption()
        var outcomes = Outcomes(isQuiet: isQuiet)
        for (index, scenario) in prepared.enumerated() {
            guard !interruption.isRequested else { break }
            let plan = scenario.plan
            let folder = try ResultFolder(Outcomes.folder(out, plan: plan, index: index, of: prepared.count))
            if !isQuiet { plan.lines.forEach(Console.say) }
            let record: RunRecord
            do {
                record = try await SocketRun().perform(
                    plan, media: scenario.media, interruption: { interruption.isRequested }, progress: show)
            } catch {
                Console.complain("\(plan.scenario.path): \(error)")
                throw ExitCode(ExitStatus.unreachable.rawValue)
            }
            Console.endLine()
            try outcomes.add(record, plan: plan, driver: "run", folder: folder, overrides: scenarios.overrides)
        }
        throw ExitCode(try outcomes.finish(out: out).rawValue)
    }

    private func show(_ progress: SocketRun.Progress) {
        guard !isQuiet else { return }
        switch progress {
        case .serverStarted(let url):
            Console.say("  signaling at \(url)")
        case .running(let elapsed, let total, let joined, let bots):
            let seconds = Int(elapsed.inSeconds.rounded())
            let line = "  \(seconds) s of \(Int(total.inSeconds)) s, \(joined) of \(bots) in the room"
            Console.replaceLine(line)
            if !Console.isTerminal, seconds > 0, seconds % 5 == 0 { Console.say(line) }
        case .draining:
            Console.say("  interrupted: draining and reporting; once more ends at once")
        }
    }
}
