internal import Measurement

/// `junit.xml`: a scenario is a suite, each assertion a case, so that common CI readers show what failed and why.
///
/// There is no schema that all readers share. This is what Jenkins, GitLab and GitHub's test reporters have in common: seconds with a
/// point, one `failure` or `error` a case with a message and a body, and `file` and `line` for those that jump to the source. A claim
/// that does not hold is a `failure`; a run or a scenario that proves nothing is an `error`.
public enum JUnitReport {
    /// - Parameter refusals: Scenarios of which nothing came.
    public static func encode(_ results: [RunResult], refusals: [Refusal] = []) -> [UInt8] {
        let suites = results.map(Suite.init) + refusals.map(Suite.init)
        var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
        let cases = suites.flatMap(\.cases)
        lines.append(
            "<testsuites name=\"starling\" \(counts(cases)) time=\"\(seconds(suites.reduce(0) { $0 + $1.seconds }))\">")
        for suite in suites { lines += suite.lines }
        lines.append("</testsuites>")
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    private enum Outcome {
        case pass
        case failure
        case error

        var tag: String { self == .failure ? "failure" : "error" }
    }

    private struct Case {
        var name: String
        var outcome: Outcome
        var message: String = ""
        /// What a person reads when the message is not enough.
        var body: [String] = []
        var line: Int?
        var seconds = 0.0
        var type = "assertion"

        func lines(suite: String, file: String) -> [String] {
            let place = line.map { " line=\"\($0)\"" } ?? ""
            let head =
                "    <testcase classname=\"starling.\(escape(suite))\" name=\"\(escape(name))\" file=\"\(escape(file))\"\(place) time=\"\(JUnitReport.seconds(seconds))\""
            guard outcome != .pass else { return [head + "/>"] }
            let text = ([message] + body).map(escape(body:)).joined(separator: "\n")
            return [
                head + ">", "      <\(outcome.tag) message=\"\(escape(message))\" type=\"\(type)\">\(text)</\(outcome.tag)>",
                "    </testcase>",
            ]
        }
    }

    private struct Suite {
        var name: String
        var path: String
        /// Of the run; all of it is its first case's, because some readers add up cases.
        var seconds: Double
        var properties: [(String, String)]
        var cases: [Case]

        /// One case an assertion, and one that says whether the run was fit to judge.
        init(_ result: RunResult) {
            name = result.scenario.name
            path = result.scenario.path
            seconds = result.scenario.duration
            properties = [("seed", "\(result.seed)"), ("driver", result.driver), ("replay", result.replay)]
            let isFit = result.verdict != "invalid" && result.exitCode != 4 && result.exitCode != 130
            let fitness = Case(
                name: "the run is valid", outcome: isFit ? .pass : .error, message: result.reasons.joined(separator: "; "),
                body: [result.replay], seconds: result.scenario.duration, type: "run")
            cases =
                [fitness]
                + result.assertions.map { row in
                    Case(
                        name: row.text, outcome: row.status == "pass" ? .pass : row.status == "fail" ? .failure : .error,
                        message: row.explanation,
                        body: (row.evidence ?? []).map { "\($0.question.rawValue): \($0.text)" } + [result.replay],
                        line: row.line)
                }
        }

        init(_ refusal: Refusal) {
            name = refusal.name
            path = refusal.path
            seconds = 0
            properties = []
            let texts = refusal.reasons.map(\.text)
            cases = [
                Case(
                    name: refusal.exitCode == 2 ? "the scenario is right" : "the run can begin", outcome: .error,
                    message: texts.first ?? "", body: Array(texts.dropFirst()), line: refusal.reasons.first?.line,
                    type: refusal.exitCode == 2 ? "scenario" : "run")
            ]
        }

        var lines: [String] {
            var lines = [
                "  <testsuite name=\"\(escape(name))\" \(counts(cases)) skipped=\"0\" time=\"\(JUnitReport.seconds(seconds))\" file=\"\(escape(path))\">"
            ]
            if !properties.isEmpty {
                lines.append("    <properties>")
                lines += properties.map { "      <property name=\"\($0)\" value=\"\(escape($1))\"/>" }
                lines.append("    </properties>")
            }
            for testCase in cases { lines += testCase.lines(suite: name, file: path) }
            return lines + ["  </testsuite>"]
        }
    }

    private static func counts(_ cases: [Case]) -> String {
        "tests=\"\(cases.count)\" failures=\"\(cases.count { $0.outcome == .failure })\" errors=\"\(cases.count { $0.outcome == .error })\""
    }

    /// With a point and three digits, whatever the locale.
    static func seconds(_ value: Double) -> String {
        Figure.decimals(max(0, value), 3)
    }

    /// For attributes. XML 1.0 §2.2 allows few control characters, escaped or not.
    static func escape(_ text: String) -> String {
        escape(text, keepingLines: false)
    }

    /// For what stands between tags, where lines may stay lines.
    private static func escape(body text: String) -> String {
        escape(text, keepingLines: true)
    }

    private static func escape(_ text: String, keepingLines: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\t", "\n", "\r":
                if keepingLines, scalar != "\r" {
                    escaped.unicodeScalars.append(scalar)
                } else {
                    escaped += "&#\(scalar.value);"
                }
            default:
                guard scalar.value >= 32, scalar.value != 0xFFFE, scalar.value != 0xFFFF else { continue }
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
