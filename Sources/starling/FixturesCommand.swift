import ArgumentParser
import Dispatch
import Foundation
import Measurement
import MediaCodecs
import MediaFiles
import Synchronization

struct FixturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fixtures", abstract: "Make the media files that scenarios play.",
        discussion: "Without --kind and --size it makes all of them. The same files come out each time.")

    @Option(help: ArgumentHelp("Where they go.", valueName: "DIR"))
    var out = "fixtures"

    @Option(help: ArgumentHelp("Make files of this kind; may be given several times.", valueName: "KIND"))
    var kind: [Fixture.Kind] = []

    @Option(help: ArgumentHelp("Make videos of this size; may be given several times.", valueName: "SIZE"))
    var size: [Fixture.Size] = []

    @Flag(help: "Say what there is and what is in DIR; make nothing.")
    var list = false

    /// Sound has no size: it is made where its kind is named, or nothing is.
    private var selection: [Fixture] {
        Fixture.all.filter { fixture in
            guard let height = fixture.size else { return kind.isEmpty ? size.isEmpty : kind.contains(fixture.kind) }
            return (kind.isEmpty || kind.contains(fixture.kind)) && (size.isEmpty || size.contains(height))
        }
    }

    func run() throws {
        if list {
            FixtureList(selection, folder: out).lines.forEach(Console.say)
            return
        }
        do {
            try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        } catch {
            Console.complain("starling fixtures: \(out): the folder cannot be made: \(error.localizedDescription)")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
        guard make(selection) else { throw ExitCode(ExitStatus.usage.rawValue) }
    }

    /// Makes each on a thread of its own, as many at a time as there are processors; whether all came out right.
    private func make(_ selection: [Fixture]) -> Bool {
        // The longest work first, so that no processor is left with it at the end.
        let order = selection.sorted { cost($0) > cost($1) }
        let complaints = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: order.count) { index in
            let path = "\(out)/\(order[index].fileName)"
            do {
                let file = try FixtureMaker(order[index]).file()
                let faults = FixtureCheck.faults(in: file, of: order[index])
                guard faults.isEmpty else {
                    complaints.withLock { $0 += faults.map { "\(path): \($0)" } }
                    return
                }
                try MediaFileBytes.write(file, path: path)
                complaints.withLock { _ in Console.say("\(path): \(file.count) bytes") }
            } catch {
                complaints.withLock { $0.append("\(path): \(error)") }
            }
        }
        let all = complaints.withLock { $0 }
        for complaint in all.sorted() { Console.complain("starling fixtures: \(complaint)") }
        return all.isEmpty
    }

    private func cost(_ fixture: Fixture) -> Int {
        guard let size = fixture.size else { return fixture.frameCount }
        return size.width * size.height * fixture.frameCount
    }
}
