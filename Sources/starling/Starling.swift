import ArgumentParser
import Foundation
import Measurement
import ServerFronts

/// The command line: reads arguments, calls the rooms that do the work, and turns what they say into an exit code.
@main
struct Starling: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "starling",
        abstract: "Headless WebRTC callers for regression tests, load tests and recordings, and the server they call through.",
        discussion: """
            Exit codes: 0 pass, 1 an assertion failed, 2 bad scenario or usage, 3 the run is invalid, 4 the target could not be \
            reached or nobody got in, 130 interrupted.
            """,
        version: ServerVersion.current,
        subcommands: [
            RunCommand.self, SimulateCommand.self, CheckCommand.self, ReportCommand.self, ServeCommand.self, FixturesCommand.self,
            NetworksCommand.self, TokenCommand.self, InitCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch {
            let status = exitCode(for: error)
            let text = fullMessage(for: error)
            if status == .success {
                print(text)
                Foundation.exit(0)
            }
            Console.complain(text)
            Foundation.exit(ExitStatus.usage.rawValue)
        }
    }
}
