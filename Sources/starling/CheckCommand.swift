import ArgumentParser
import Measurement
import Scenario

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validate scenarios and print their plans; run nothing.")

    @OptionGroup var scenarios: ScenarioOptions

    func run() throws {
        var isWrong = false
        for chosen in try scenarios.choose() {
            switch chosen {
            case .ready(let prepared): prepared.plan.lines.forEach(Console.sayWrapped)
            case .refused: isWrong = true
            }
        }
        if isWrong { throw ExitCode(ExitStatus.usage.rawValue) }
    }
}
