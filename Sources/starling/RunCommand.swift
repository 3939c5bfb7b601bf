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
        let interruption = Interruption()
        var outcomes = try Outcomes(scenarios, out: out, driver: "run", isQuiet: isQuiet)
        try await outcomes.runAll(
            objection: { TargetPolicy.objection(to: $0, ownedTarget: ownedTarget) },
            isInterrupted: { interruption.isRequested }, failure: .unreachable
        ) { prepared throws(RunError) in
            let progress = LiveProgress(prepared.plan, isQuiet: isQuiet)
            return try await SocketRun().perform(
                prepared.plan, media: prepared.media, interruption: { interruption.isRequested }, progress: progress.show)
        }
        throw ExitCode(try outcomes.finish().rawValue)
    }
}
