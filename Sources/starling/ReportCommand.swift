import ArgumentParser
import Foundation
import Measurement
import Reports

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Draw the reports of finished runs again, from what lies in their folders.",
        discussion: "The exit code is that of the runs: 0 where all passed.")

    @Argument(help: ArgumentHelp("The folder of a run, or of several with an index.", valueName: "RUN"))
    var runs: [String]

    func run() throws {
        var statuses: [ExitStatus] = []
        for path in runs { statuses += try redraw(path) }
        throw ExitCode(ExitStatus.worst(statuses).rawValue)
    }

    private func redraw(_ path: String) throws -> [ExitStatus] {
        if let bytes = Self.bytes(path, "index.json") {
            guard let index = try? JSONDecoder().decode(RunIndex.self, from: Data(bytes)),
                index.schema == RunIndex.schemaVersion
            else { throw Self.refuse("\(path)/index.json is not an index of this version") }
            return try redraw(index, in: path)
        }
        return [try redraw(run: path).status]
    }

    /// Each run below an index, the index's page, and one JUnit file for all.
    private func redraw(_ index: RunIndex, in path: String) throws -> [ExitStatus] {
        var results: [RunResult] = []
        var refusals: [Refusal] = []
        for entry in index.scenarios {
            if let folder = entry.folder, !folder.contains("/"), folder != ".." {
                results.append(try redraw(run: (path as NSString).appendingPathComponent(folder)).result)
            } else if entry.verdict == "refused" {
                refusals.append(
                    Refusal(
                        name: entry.name, path: entry.path, exitCode: entry.exitCode,
                        reasons: entry.reasons.map { Refusal.Reason(text: $0) }))
            }
        }
        let folder = try ResultFolder(path)
        try folder.write(HTMLIndex.encode(index), to: "index.html")
        try folder.write(JUnitReport.encode(results, refusals: refusals), to: "junit.xml")
        Console.say("\(path)/index.html")
        return [ExitStatus(rawValue: index.exitCode) ?? .usage]
    }

    private func redraw(run path: String) throws -> (result: RunResult, status: ExitStatus) {
        let stored: StoredRun
        do {
            stored = try StoredRun { Self.bytes(path, $0) }
        } catch {
            throw Self.refuse("\(path): \(error.description)")
        }
        let folder = try ResultFolder(path)
        try folder.write(HTMLReport.encode(stored.result, stored.figures, events: stored.events), to: "report.html")
        try folder.write(JUnitReport.encode([stored.result]), to: "junit.xml")
        Console.say("\(path)/report.html")
        return (stored.result, ExitStatus(rawValue: stored.result.exitCode) ?? .usage)
    }

    private static func bytes(_ folder: String, _ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: (folder as NSString).appendingPathComponent(name)).map { Array($0) }
    }

    private static func refuse(_ message: String) -> ExitCode {
        Console.complain(message)
        return ExitCode(ExitStatus.usage.rawValue)
    }
}
