import Foundation
import Scenario
import Testing

@Suite("docs/scenario.md")
struct ReferenceDocumentTests {
    static let file = SchemaTests.root.appending(path: "docs/scenario.md")

    @Test("its tables are what the code says; UPDATE_DOCS=1 writes them")
    func tables() throws {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        var written = text
        var missing: [String] = []
        for table in ScenarioReference.tables {
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
            try written.write(to: Self.file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: Self.file, encoding: .utf8) == written)
    }

    @Test("every table is used once")
    func places() throws {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        let used = text.matches(of: /<!-- table: ([a-z]+) -->/).map { String($0.1) }
        #expect(used.sorted() == ScenarioReference.tables.map(\.name).sorted())
    }
}
