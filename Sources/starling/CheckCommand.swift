import ArgumentParser
import Measurement
import Scenario

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validate scenarios and print their plans; run nothing.")

    @OptionGroup var scenarios: ScenarioOptions

    func run() throws {
        for prepared in try scenarios.prepare() { prepared.plan.lines.forEach(Console.say) }
    }
}
