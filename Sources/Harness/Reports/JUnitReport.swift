/// `junit.xml`: a scenario is a suite, each assertion a case, so that common CI readers show what failed and why.
public enum JUnitReport {
    public static func encode(_ results: [RunResult]) -> [UInt8] {
        var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
        let all = results.map(cases)
        lines.append(
            "<testsuites name=\"starling\" tests=\"\(all.reduce(0) { $0 + $1.count })\" failures=\"\(count(all, .failure))\" errors=\"\(count(all, .error))\">"
        )
        for (result, cases) in zip(results, all) {
            lines.append(
                "  <testsuite name=\"\(escape(result.scenario.name))\" tests=\"\(cases.count)\" failures=\"\(count([cases], .failure))\" errors=\"\(count([cases], .error))\" skipped=\"0\" time=\"\(result.scenario.duration)\">"
            )
            lines.append("    <properties>")
            lines.append("      <property name=\"seed\" value=\"\(result.seed)\"/>")
            lines.append("      <property name=\"replay\" value=\"\(escape(result.replay))\"/>")
            lines.append("    </properties>")
            for testCase in cases { lines += testCase.lines(suite: result.scenario.name, file: result.scenario.path) }
            lines.append("  </testsuite>")
        }
        lines.append("</testsuites>")
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    private enum Outcome {
        case pass
        case failure
        case error
    }

    private struct Case {
        var name: String
        var outcome: Outcome
        var message: String

        func lines(suite: String, file: String) -> [String] {
            let head = "    <testcase classname=\"\(escape(suite))\" name=\"\(escape(name))\" file=\"\(escape(file))\" time=\"0\""
            switch outcome {
            case .pass: return [head + "/>"]
            case .failure: return [head + ">", "      <failure message=\"\(escape(message))\"/>", "    </testcase>"]
            case .error: return [head + ">", "      <error message=\"\(escape(message))\"/>", "    </testcase>"]
            }
        }
    }

    /// One case an assertion, and one that says whether the run was fit to judge.
    private static func cases(_ result: RunResult) -> [Case] {
        let isFit = result.verdict != "invalid" && result.exitCode != 4 && result.exitCode != 130
        let fitness = Case(
            name: "the run is valid", outcome: isFit ? .pass : .error, message: result.reasons.joined(separator: "; "))
        return [fitness]
            + result.assertions.map { row in
                let outcome: Outcome = row.status == "pass" ? .pass : row.status == "fail" ? .failure : .error
                return Case(name: row.text, outcome: outcome, message: row.explanation)
            }
    }

    private static func count(_ cases: [[Case]], _ outcome: Outcome) -> Int {
        cases.joined().count { $0.outcome == outcome }
    }

    /// XML 1.0 §2.2 allows few control characters, escaped or not.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\t", "\n", "\r": escaped += "&#\(scalar.value);"
            default:
                guard scalar.value >= 32, scalar.value != 0xFFFE, scalar.value != 0xFFFF else { continue }
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
