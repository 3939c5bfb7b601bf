import Foundation
import Measurement
import RTCPeer
import Testing

/// The project's documents and tests, as they lie beside this file.
enum Documents {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ name: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent("docs").appendingPathComponent(name), encoding: .utf8)
    }

    static func tests() throws -> String {
        let folder = root.appendingPathComponent("Tests")
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
        return try paths.map { try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8) }.joined()
    }
}

@Suite("docs/metrics.md")
struct MetricDocumentTests {
    private struct Entry {
        var name: String
        var body: String
    }

    /// What stands under each heading that names one thing.
    private func entries() throws -> [Entry] {
        try Documents.text("metrics.md").components(separatedBy: "\n### `").dropFirst().map { part in
            let name = String(part.prefix { $0 != "`" })
            let body = String(part.dropFirst(name.count + 1).components(separatedBy: "\n## ")[0])
            return Entry(name: name, body: body)
        }
    }

    @Test("defines every metric that an assertion can name, in the order of the catalogue, and no other")
    func metrics() throws {
        let names = try entries().map(\.name).filter { !$0.hasPrefix("starling") }
        #expect(Set(names) == Set(MetricCatalog.all.map(\.name)))
        #expect(names.count == MetricCatalog.all.count)
    }

    @Test("defines every statistic of our own, and no other")
    func statistics() throws {
        let names = try entries().map(\.name).filter { $0.hasPrefix("starling") }
        #expect(names == StarlingStatistic.allCases.map(\.rawValue))
    }

    @Test("gives each a definition, a unit, the source of its samples, and a counter-example that is a test")
    func parts() throws {
        let tests = try Documents.tests()
        for entry in try entries() {
            for part in ["\n- Unit: ", "\n- Samples: ", "\n- Counter-example: "] {
                #expect(entry.body.contains(part), "\(entry.name) lacks '\(part)'")
            }
            #expect((entry.body.components(separatedBy: "\n- Unit")[0]).count > 20, "\(entry.name) has no definition")
            let test = entry.body.components(separatedBy: "Test: “").last?.prefix { $0 != "”" } ?? ""
            #expect(!test.isEmpty && tests.contains("\"\(test)\""), "\(entry.name) names no test: \(test)")
        }
    }
}
