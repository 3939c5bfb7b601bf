import ArgumentParser
import Foundation
import Measurement
import MediaCodecs

struct FixturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fixtures", abstract: "Make the media files that scenarios play.")

    @Option(help: ArgumentHelp("Where they go.", valueName: "DIR"))
    var out = "fixtures"

    func run() throws {
        do {
            try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
            try Fixtures.make(in: out, progress: Console.say)
        } catch {
            Console.complain("starling fixtures: \(error)")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
    }
}
