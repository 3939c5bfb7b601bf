import ArgumentParser
import Foundation
import Measurement
import NetworkImpairment
import Reports

struct NetworksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "networks", abstract: "List the named networks, measure what they do, or make a trace.",
        subcommands: [NetworkTraceCommand.self])

    @Flag(
        name: .customLong("measure"),
        help: "Sends a stream through each of them in virtual time and prints a Markdown document: docs/networks.md.")
    var isMeasuring = false

    @Option(help: "Where every random choice of the measurement comes from.")
    var seed: UInt64 = 1

    func run() throws {
        if isMeasuring {
            Console.say(NetworksDocument(seed: seed).text)
        } else {
            list()
        }
    }

    private func list() {
        for family in NetworkProfile.families {
            Console.say("\(family.title)")
            for profile in family.profiles {
                let up = ConfiguredNetwork.phrase(profile.up)
                let down = ConfiguredNetwork.phrase(profile.down)
                let name = profile.name.padding(toLength: max(24, profile.name.count + 1), withPad: " ", startingAt: 0)
                Console.say("  \(name)\(up == down ? up : "down: \(down); up: \(up)")")
            }
        }
        Console.say("Short names")
        for alias in NetworkProfile.aliases {
            Console.say("  \(alias.name.padding(toLength: 24, withPad: " ", startingAt: 0))\(alias.original)")
        }
        Console.say(
            "\nIn a scenario: 'network: NAME' for a group or in the timeline; docs/networks.md has what each was measured to do.")
    }
}

struct NetworkTraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Make a trace whose rate wanders like a recorded one, as CSV for 'trace:' in a scenario.",
        discussion: "There are: \(SyntheticTrace.shapes.map(\.name).joined(separator: ", ")).")

    @Argument(help: ArgumentHelp("Which recording it should be like.", valueName: "NAME"))
    var name: String

    @Option(help: ArgumentHelp("How long it is.", valueName: "N"))
    var seconds = 120

    @Option(help: "Where every random choice comes from.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("The file to write (default: standard output).", valueName: "FILE"))
    var out: String?

    func validate() throws {
        guard (1...86_400).contains(seconds) else { throw ValidationError("a trace has from 1 to 86400 seconds") }
        guard shape != nil else {
            let names = SyntheticTrace.shapes.map(\.name)
            throw ValidationError("'\(name)' is not a recording; there are: \(names.joined(separator: ", "))")
        }
    }

    func run() throws {
        guard let shape else { return }
        var generator = SyntheticTrace(shape, seed: seed)
        let header = "# starling networks trace \(name) --seconds \(seconds) --seed \(seed)\n"
        let text = header + (generator.make(seconds: seconds).csv ?? "")
        guard let out else {
            FileHandle.standardOutput.write(Data(text.utf8))
            return
        }
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: out))
        } catch {
            Console.complain("\(out): cannot be written: \(error.localizedDescription)")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
    }

    private var shape: SyntheticTrace.Shape? {
        SyntheticTrace.shapes.first { $0.name == name }
    }
}
