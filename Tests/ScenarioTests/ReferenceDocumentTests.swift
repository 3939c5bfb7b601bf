import Foundation
import Scenario
import Testing

@Suite("docs/scenario.md and docs/adapters.md")
struct ReferenceDocumentTests {
    static let documents = [
        ("docs/scenario.md", ScenarioReference.tables), ("docs/adapters.md", ScenarioReference.mappingTables),
    ]

    private func file(_ path: String) -> URL { SchemaTests.root.appending(path: path) }

    @Test("their tables are what the code says; UPDATE_DOCS=1 writes them", arguments: documents.indices)
    func tables(index: Int) throws {
        let (path, tables) = Self.documents[index]
        let file = file(path)
        let text = try String(contentsOf: file, encoding: .utf8)
        var written = text
        var missing: [String] = []
        for table in tables {
            let begin = "<!-- table: \(table.name) -->\n"
            guard let start = written.range(of: begin),
                let end = written.range(of: "<!-- end -->", range: start.upperBound..<written.endIndex)
            else {
                missing.append(table.name)
                continue
            }
            written.replaceSubrange(start.upperBound..<end.lowerBound, with: table.markdown)
        }
        #expect(missing.isEmpty, "the document has no place for these tables")
        if ProcessInfo.processInfo.environment["UPDATE_DOCS"] == "1" {
            try written.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == written)
    }

    @Test("every table is used once", arguments: documents.indices)
    func places(index: Int) throws {
        let (path, tables) = Self.documents[index]
        let text = try String(contentsOf: file(path), encoding: .utf8)
        let used = text.matches(of: /<!-- table: ([a-z]+) -->/).map { String($0.1) }
        #expect(used.sorted() == tables.map(\.name).sorted())
    }
}
