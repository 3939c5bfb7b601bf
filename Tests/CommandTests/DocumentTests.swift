import Foundation
import Testing

/// What docs/scenario.md shows is what the program says.
@Suite("The examples of docs/scenario.md", .serialized, .timeLimit(.minutes(10)))
struct DocumentTests {
    private struct Example {
        var text: String
        var line: Int
        var isWrong: Bool
        /// What is printed beside a wrong one.
        var message = ""
    }

    private func examples() throws -> [Example] {
        let text = try String(contentsOfFile: "\(Starling.root)/docs/scenario.md", encoding: .utf8)
        var found: [Example] = []
        var language: String?
        var block: [String] = []
        for (index, line) in text.components(separatedBy: "\n").enumerated() {
            if line.hasPrefix("```") {
                if let open = language {
                    let content = block.joined(separator: "\n") + "\n"
                    if open == "yaml" {
                        found.append(Example(text: content, line: index, isWrong: content.hasPrefix("# wrong\n")))
                    }
                    if open == "text", let last = found.indices.last { found[last].message += content }
                    language = nil
                } else {
                    language = String(line.dropFirst(3))
                    block = []
                }
            } else if language != nil {
                block.append(line)
            }
        }
        return found
    }

    /// The parts of a document below its outermost keys, comments before the first left out.
    private func parts(_ text: String) -> [(key: String, lines: [String])] {
        var parts: [(key: String, lines: [String])] = []
        for line in text.components(separatedBy: "\n") {
            if let first = line.first, first.isLetter {
                parts.append((String(line.prefix { $0 != ":" }), [line]))
            } else if !parts.isEmpty, !line.isEmpty {
                parts[parts.count - 1].lines.append(line)
            }
        }
        return parts
    }

    /// The whole example with these of its keys replaced.
    private func scenario(_ example: Example, in whole: Example) -> String {
        let changes = parts(example.text)
        guard !changes.contains(where: { $0.key == "scenario" }) else { return example.text }
        let comment = "# yaml-language-server\n"
        return comment
            + parts(whole.text).flatMap { part in changes.first { $0.key == part.key }?.lines ?? part.lines }
            .joined(separator: "\n") + "\n"
    }

    private func workspace() throws -> Workspace {
        let folder = try Workspace()
        try FileManager.default.createSymbolicLink(
            atPath: folder.url.appendingPathComponent("fixtures").path, withDestinationPath: "\(Starling.root)/fixtures")
        return folder
    }

    @Test("those that are right pass the check")
    func right() throws {
        let folder = try workspace()
        let all = try examples()
        let whole = try #require(all.first)
        let right = all.filter { !$0.isWrong }
        #expect(right.count >= 8)
        try FileManager.default.createDirectory(
            at: folder.url.appendingPathComponent("right"), withIntermediateDirectories: false)
        for example in right { try folder.write(scenario(example, in: whole), to: "right/line-\(example.line).yaml") }
        let ending = try Starling.run(["check", "right"], in: folder)
        #expect(ending.status == 0, "\(ending.complaint)")
        #expect(ending.complaint.isEmpty)
    }

    @Test("those that are wrong are told what stands beside them")
    func wrong() throws {
        let folder = try workspace()
        let all = try examples()
        let whole = try #require(all.first)
        let wrong = all.filter(\.isWrong)
        #expect(wrong.count >= 6)
        for example in wrong {
            try folder.write(scenario(example, in: whole), to: "scenario.yaml")
            let ending = try Starling.run(["check", "scenario.yaml"], in: folder)
            #expect(ending.status == 2)
            #expect(ending.complaint == example.message, "line \(example.line)")
        }
    }
}
