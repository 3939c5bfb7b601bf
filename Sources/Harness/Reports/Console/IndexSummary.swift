/// The end of several runs: a line for each scenario, the worst last, where the eye is.
public enum IndexSummary {
    /// - Parameter folder: Where the index lies.
    public static func lines(_ index: RunIndex, folder: String?, style: ConsoleStyle = .plain) -> [String] {
        let width = min(34, index.scenarios.map(\.name.count).max() ?? 0)
        let ordered = index.scenarios.enumerated().sorted { left, right in
            (left.element.verdict == "pass" ? 0 : 1, left.offset) < (right.element.verdict == "pass" ? 0 : 1, right.offset)
        }.map(\.element)
        var lines = [""]
        for entry in ordered {
            let word = style.paint(entry.verdict.uppercased().padded(to: 8), as: entry.verdict)
            let facts =
                entry.assertions == 0
                ? "" : "\(entry.assertions - entry.failed) of \(entry.assertions) assertions hold"
            lines.append("  \(word) \(entry.name.padded(to: width))  \(facts)")
            if entry.verdict != "pass", let reason = entry.reasons.first {
                lines += reason.wrapped(first: "           ", rest: "           ").map(style.faint)
            }
        }
        let verdict = style.bold(
            style.paint(index.verdict == "pass" ? "PASS" : "FAIL", as: index.verdict == "pass" ? "pass" : "fail"))
        lines += [
            "",
            "\(verdict)  \(index.passed) of \(Figure.count(index.scenarios.count, "scenario").replacing("\u{00A0}", with: " ")) pass, exit code \(index.exitCode)",
        ]
        if let folder { lines.append("  index   \(folder)/index.html") }
        return lines
    }
}
