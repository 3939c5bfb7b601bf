import Foundation
import Operations
import ServerFronts
import ServerSettings
import Store
import Testing

@Suite("docs/server.md")
struct ServerDocumentTests {
    static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/server.md")

    @Test("its tables are what the code says; UPDATE_DOCS=1 writes them")
    func tables() throws {
        var written = try String(contentsOf: Self.file, encoding: .utf8)
        for (name, rows) in Self.tables {
            let begin = "<!-- table: \(name) -->\n"
            let start = try #require(written.range(of: begin), "the document has no place for '\(name)'")
            let end = try #require(written.range(of: "<!-- end -->", range: start.upperBound..<written.endIndex))
            let rule = "|" + String(repeating: "---|", count: rows[0].count) + "\n"
            let lines = rows.map { "| " + $0.joined(separator: " | ") + " |\n" }
            written.replaceSubrange(start.upperBound..<end.lowerBound, with: lines[0] + rule + lines.dropFirst().joined())
        }
        if ProcessInfo.processInfo.environment["UPDATE_DOCS"] == "1" {
            try written.write(to: Self.file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: Self.file, encoding: .utf8) == written)
    }

    @Test("its example of a file is right")
    func example() throws {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        let start = try #require(text.range(of: "```yaml\n"))
        let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
        let settings = try ServerSettings.read(
            file: (String(text[start.upperBound..<end.lowerBound]), "server.yaml"), environment: [:], arguments: [])
        #expect(settings.store == "sqlite:calls.db" && settings.configuration.alerts.rules.count == 1)
    }

    private static let tables: [(String, [[String]])] = [
        (
            "settings",
            [["setting", "environment", "takes", "what it does"]]
                + SettingKey.all.map { ["`\($0.name)`", "`\($0.environment)`", $0.takes, $0.help] }
        ),
        (
            "tables",
            [["table", "columns; the key's first"]]
                + StoreTable.all.map { table in
                    let rest = table.columns.map(\.name).filter { !table.key.contains($0) }
                    return ["`\(table.name)`", "**\(table.key.joined(separator: " "))** \(rest.joined(separator: " "))"]
                }
        ),
        (
            "metrics",
            [["metric", "kind", "labels", "what it is"]]
                + metrics.families.map { family in
                    let kind: String
                    let labels: [String]
                    switch family.value {
                    case .counter(let all): (kind, labels) = ("counter", all.first?.labels.map(\.name) ?? [])
                    case .gauge(let all): (kind, labels) = ("gauge", all.first?.labels.map(\.name) ?? [])
                    case .histogram: (kind, labels) = ("histogram", [])
                    case .histograms(let label, _): (kind, labels) = ("histogram", [label])
                    }
                    return ["`\(family.name)`", kind, labels.map { "`\($0)`" }.joined(separator: " "), family.help]
                }
        ),
        ("alerts", [["metric of a rule", "what it is"]] + AlertValues.names.map { ["`\($0.name)`", $0.help] }),
    ]

    private static var metrics: ServerMetrics {
        var metrics = ServerMetrics()
        metrics.store = StoreCounts(place: "")
        return metrics
    }
}
