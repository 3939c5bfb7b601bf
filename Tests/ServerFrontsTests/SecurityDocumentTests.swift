import Foundation
import Testing

@Suite("SECURITY.md")
struct SecurityDocumentTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The threats: what each is, and which tests it names, as `Suite/function`.
    private static func threats() throws -> [(threat: String, tests: [String])] {
        var isInside = false
        var threats: [(String, [String])] = []
        for line in try String(contentsOf: root.appending(path: "SECURITY.md"), encoding: .utf8).split(separator: "\n") {
            guard line.hasPrefix("|") else {
                isInside = false
                continue
            }
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            if cells.last == "proven by" {
                isInside = true
            } else if isInside, !line.hasPrefix("|---") {
                try #require(cells.count == 3, "\(line)")
                threats.append((cells[0], cells[2].split(separator: "`").map(String.init).filter { $0.contains("/") }))
            }
        }
        return threats
    }

    /// The functions that are tests, by file: `Suite/function`.
    private static func tests() throws -> Set<String> {
        var found: Set<String> = []
        let folder = root.appending(path: "Tests")
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where path.hasSuffix("Tests.swift") {
            let file = folder.appending(path: path)
            let suite = file.deletingPathExtension().lastPathComponent
            var isTest = false
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                let line = line.trimmingCharacters(in: .whitespaces)
                if line.hasPrefix("@Test") { isTest = true }
                guard isTest, let start = line.range(of: "func ") else { continue }
                found.insert("\(suite)/\(line[start.upperBound...].prefix { $0 != "(" })")
                isTest = false
            }
        }
        return found
    }

    @Test("each line of the threat model names tests, and each of them is there")
    func lines() throws {
        let threats = try Self.threats()
        let tests = try Self.tests()
        try #require(threats.count > 30 && tests.count > 500)
        for (threat, named) in threats {
            #expect(!named.isEmpty, "'\(threat)' names no test")
            for test in named { #expect(tests.contains(test), "'\(threat)' names \(test), which is not there") }
        }
    }

    @Test("no threat is listed twice")
    func unique() throws {
        let threats = try Self.threats().map(\.threat)
        #expect(Set(threats).count == threats.count)
    }
}
