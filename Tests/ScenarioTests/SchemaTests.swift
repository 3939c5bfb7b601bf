import Foundation
import NetworkImpairment
import Scenario
import Testing

@Suite("What is shipped agrees with the code")
struct SchemaTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("docs/scenario.schema.json is what the code says; UPDATE_SCHEMA=1 writes it")
    func schema() throws {
        let file = Self.root.appending(path: "docs/scenario.schema.json")
        if ProcessInfo.processInfo.environment["UPDATE_SCHEMA"] == "1" {
            try ScenarioSchema.json.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == ScenarioSchema.json)
    }

    @Test("the schema is JSON, of draft 2020-12")
    func json() throws {
        let object = try JSONSerialization.jsonObject(with: Data(ScenarioSchema.json.utf8)) as? [String: Any]
        #expect(object?["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        #expect(ScenarioSchema.json == ScenarioSchema.json)
    }

    static let shipped: [String] = {
        let folder = root.appending(path: "scenarios")
        let files = FileManager.default.enumerator(atPath: folder.path(percentEncoded: false))?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix("mappings/") }.sorted().map {
            folder.appending(path: $0).path(percentEncoded: false)
        }
    }()

    @Test("there are scenarios to check")
    func some() { #expect(Self.shipped.count >= 2) }

    @Test("every shipped scenario is right", arguments: shipped)
    func loads(path: String) throws {
        let scenario = try Scenario.load(path: path, environment: [:], presets: preset)
        #expect(!Plan(scenario).lines.isEmpty)
        #expect(scenario.assertions.count >= 2)
    }
}
