internal import Measurement

/// The Markdown of a step's summary: the verdicts, what failed and why, and the worst rows of each table.
public enum GitHubSummary {
    /// GitHub refuses a summary of more than 1 MiB as a whole; this leaves room for those of others.
    public static let mostBytes = 900_000

    private static let mostRows = 10

    /// - Parameters:
    ///   - results: Without their secrets.
    ///   - refusals: Scenarios of which nothing came.
    ///   - limit: Bytes that are left; what does not fit is left out whole, and said so.
    public static func encode(_ results: [RunResult], refusals: [Refusal] = [], limit: Int = mostBytes) -> [UInt8] {
        let failed = results.filter { $0.verdict != "pass" }
        let count = results.count + refusals.count
        var text = ""
        if count > 1 {
            let isPass = failed.isEmpty && refusals.isEmpty
            text += "# \(isPass ? "✅" : "❌") \(results.count - failed.count) of \(count) scenarios pass\n\n"
        }
        let passed = results.filter { $0.verdict == "pass" }
        let parts = refusals.lazy.map(section) + failed.lazy.map(section) + passed.lazy.map(section)
        var leftOut = 0
        for part in parts {
            if text.utf8.count + part.utf8.count + 200 > limit {
                leftOut += 1
            } else {
                text += part
            }
        }
        if leftOut > 0 {
            let note = "\(leftOut) of \(count) scenarios have no room here; their results are in the folder of the run.\n"
            if text.utf8.count + note.utf8.count <= limit { text += note }
        }
        return text.utf8.count <= limit ? Array(text.utf8) : []
    }

    private static func section(_ refusal: Refusal) -> String {
        var text = "## ⚠️ NOT RUN · \(escape(refusal.name))\n\n\(code(refusal.path)) · exit code \(refusal.exitCode)\n\n"
        for reason in refusal.reasons.prefix(mostRows) { text += "- \(escape(reason.text))\n" }
        if refusal.reasons.count > mostRows { text += "- and \(refusal.reasons.count - mostRows) more\n" }
        return text + "\n"
    }

    private static func section(_ result: RunResult) -> String {
        let mark = result.verdict == "pass" ? "✅" : result.verdict == "fail" ? "❌" : "⚠️"
        var text = "## \(mark) \(result.verdict.uppercased()) · \(escape(result.scenario.title))\n\n"
        text +=
            "\(code(result.scenario.path)) · \(Figure.moment(result.scenario.duration)) · seed \(result.seed) · exit code \(result.exitCode)\n\n"
        for reason in result.reasons.prefix(mostRows) { text += "- \(escape(reason))\n" }
        if result.reasons.count > mostRows { text += "- and \(result.reasons.count - mostRows) more\n" }
        if !result.reasons.isEmpty { text += "\n" }
        text += media(result) + assertions(result)
        let details = faults(result) + tracks(result)
        if !details.isEmpty { text += "<details><summary>Faults and tracks</summary>\n\n\(details)</details>\n\n" }
        return text + "Run it again: \(code(result.replay))\n\n"
    }

    // MARK: - Tables

    private static func media(_ result: RunResult) -> String {
        let rows = ["video", "audio"].compactMap { kind -> [String]? in
            let audit = result.audit.filter { $0.kind == kind }
            guard !audit.isEmpty else { return nil }
            let due = audit.reduce(0) { $0 + $1.sent - $1.withheld }
            let latency = result.metrics["\(kind).latency"]
            return [
                kind, Figure.text(result.metrics["\(kind).out.bitrate"]?.p50, .bitrate),
                Figure.text(result.metrics["\(kind).in.bitrate"]?.p50, .bitrate),
                Figure.share(due - audit.reduce(0) { $0 + $1.intact }, of: due), Figure.text(latency?.p50, .time),
                Figure.text(latency?.p95, .time),
            ]
        }
        guard !rows.isEmpty else { return "No media was ever due between two bots.\n\n" }
        return table(["", "Sent, median", "Received, median", "Frames lost", "Latency p50", "Latency p95"], numbersFrom: 1, rows)
    }

    private static func assertions(_ result: RunResult) -> String {
        func row(_ assertion: RunResult.AssertionRow) -> [String] {
            let mark = assertion.status == "pass" ? "✅" : "❌"
            let place = assertion.line.map { " line \($0)" } ?? ""
            let evidence = (assertion.evidence ?? []).filter { $0.question == .who || $0.question == .when }.prefix(3)
            return [
                mark, code(assertion.text),
                escape(assertion.explanation) + place + evidence.map { "<br>" + escape($0.text) }.joined(),
            ]
        }
        let failed = result.assertions.filter { $0.status != "pass" }
        let passed = result.assertions.filter { $0.status == "pass" }
        var text = ""
        if !failed.isEmpty {
            text += table(["", "Claim", "Measured"], numbersFrom: 3, failed.prefix(50).map(row))
            if failed.count > 50 { text += "and \(failed.count - 50) more\n\n" }
        }
        if !passed.isEmpty {
            let rows = table(["", "Claim", "Measured"], numbersFrom: 3, passed.prefix(50).map(row))
            text += "<details><summary>\(Figure.count(passed.count, "assertion")) that hold</summary>\n\n\(rows)</details>\n\n"
        }
        return text
    }

    private static func faults(_ result: RunResult) -> String {
        guard !result.faults.isEmpty else { return "" }
        let rows = result.faults.prefix(mostRows).map { fault in
            let recoveries = fault.recoveries
            return [
                code(fault.name), Figure.moment(fault.start), Figure.text(fault.end - fault.start, .time),
                Figure.text(fault.tracks.map(\.outage).max(), .time), Figure.text(recoveries.max(), .time),
                "\(fault.unrecovered)",
            ]
        }
        return table(["Fault", "At", "For", "Longest gap", "Slowest recovery", "Never"], numbersFrom: 1, Array(rows))
    }

    /// Those that lost the largest share.
    private static func tracks(_ result: RunResult) -> String {
        let worst = result.audit.enumerated().sorted { left, right in
            let one = (left.element.sent - left.element.intact - left.element.withheld) * max(1, right.element.sent)
            let other = (right.element.sent - right.element.intact - right.element.withheld) * max(1, left.element.sent)
            return (other, left.offset) < (one, right.offset)
        }.map(\.element)
        guard !worst.isEmpty else { return "" }
        let rows = worst.prefix(mostRows).map { row in
            [
                "\(code(row.from)) → \(code(row.to)) \(escape(row.label))", Figure.count(row.sent), Figure.count(row.intact),
                Figure.count(row.damaged), Figure.count(row.withheld), Figure.count(row.missing),
                escape(row.causes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")),
            ]
        }
        let note = worst.count > mostRows ? "The \(mostRows) worst of \(worst.count) tracks:\n\n" : ""
        return note
            + table(["Track", "Sent", "Intact", "Damaged", "Withheld", "Missing", "Causes"], numbersFrom: 1, Array(rows))
    }

    private static func table(_ head: [String], numbersFrom first: Int, _ rows: [[String]]) -> String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
        let rule = head.indices.map { $0 < first ? ":--" : "--:" }
        return line(head) + line(rule) + rows.map(line).joined() + "\n"
    }

    // MARK: - Escaping

    /// A text that is only read: every letter that Markdown or HTML knows becomes a character reference, which never has a meaning.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&", "<", ">", "\"", "'", "|", "\\", "`", "*", "_", "{", "}", "[", "]", "(", ")", "#", "+", "!", "~", "@", "$",
                "^":
                escaped += "&#\(scalar.value);"
            case "\n", "\r", "\t": escaped += " "
            default:
                switch scalar.value {
                case 0..<32, 127..<160, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: escaped += "\u{FFFD}"
                default: escaped.unicodeScalars.append(scalar)
                }
            }
        }
        return escaped
    }

    /// In `<code>`, where nobody is mentioned and nothing is linked.
    private static func code(_ text: String) -> String {
        "<code>\(escape(text))</code>"
    }
}
