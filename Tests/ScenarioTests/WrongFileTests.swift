import Foundation
import NetworkImpairment
import Scenario
import Testing

/// Scenarios as people get them wrong, kept as files, each with what is said about it beside it.
@Suite("Wrong scenarios, file by file")
struct WrongFileTests {
    static let folder = SchemaTests.root.appending(path: "Tests/WrongScenarios")
    static let names: [String] = {
        let files = FileManager.default.enumerator(atPath: folder.path(percentEncoded: false))?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    @Test("there are at least twenty")
    func some() { #expect(Self.names.count >= 20) }

    @Test(
        "is told where it is wrong, in which field, and what to write instead; UPDATE_MESSAGES=1 writes it down", arguments: names
    )
    func message(name: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: "\(name).yaml"), encoding: .utf8)
        var said = ""
        do throws(ScenarioErrors) {
            _ = try Scenario.parse(
                text, path: "\(name).yaml", environment: [:], presets: NetworkProfile.preset,
                presetNames: NetworkProfile.presetNames)
        } catch {
            said = error.description + "\n"
        }
        let file = Self.folder.appending(path: "\(name).txt")
        if ProcessInfo.processInfo.environment["UPDATE_MESSAGES"] == "1" {
            try said.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(!said.isEmpty, "nothing is wrong with it")
        #expect(said == (try String(contentsOf: file, encoding: .utf8)))
        for line in said.split(separator: "\n") {
            #expect(line.wholeMatch(of: /[^:]+\.yaml:\d+:\d+: .*/) != nil, "no file, line and column: \(line)")
        }
    }
}
