/// Workflow commands that put an error at the line of the scenario that made the claim.
///
///     ::error file=scenarios/x.yaml,line=26,title=x%3A recovery p95 < 3s::recovery p95 is 5 s and should be < 3 s
public enum GitHubAnnotations {
    /// A step shows about ten of a kind.
    public static let most = 10

    /// The worst first, over all results: scenarios that are wrong, then runs that proved nothing, then assertions with nothing to
    /// compare, then those that missed their bound, runs in turn.
    ///
    /// - Parameters:
    ///   - refusals: Scenarios of which nothing came.
    ///   - workspace: Where the repository lies; paths are shown from there.
    public static func lines(_ results: [RunResult], refusals: [Refusal] = [], workspace: String? = nil) -> [String] {
        var found: [(rank: Int, turn: Int, order: Int, line: String)] = []
        for (order, refusal) in refusals.enumerated() {
            for (turn, reason) in refusal.reasons.enumerated() {
                let line = command(
                    file: relative(refusal.path, to: workspace), line: reason.line ?? 1,
                    title: "\(refusal.name) could not be run", reason.text)
                found.append((-1, turn, order, line))
            }
        }
        for (order, result) in results.enumerated() {
            let file = relative(result.scenario.path, to: workspace)
            if result.verdict == "invalid" || result.exitCode == 4 || result.exitCode == 130 {
                let message = result.reasons.isEmpty ? "the run proved nothing" : result.reasons.joined(separator: "\n")
                found.append(
                    (0, 0, order, command(file: file, line: 1, title: "\(result.scenario.name) is \(result.verdict)", message)))
            }
            for (turn, row) in result.assertions.filter({ $0.status != "pass" }).enumerated() {
                let evidence = (row.evidence ?? []).filter { $0.question == .who || $0.question == .when }.prefix(3).map(\.text)
                let line = command(
                    file: file, line: row.line ?? 1, title: "\(result.scenario.name): \(row.text)",
                    ([row.explanation] + evidence + [result.replay]).joined(separator: "\n"))
                found.append((row.status == "error" ? 1 : 2, turn, order, line))
            }
        }
        return found.sorted { ($0.rank, $0.turn, $0.order) < ($1.rank, $1.turn, $1.order) }.prefix(most).map(\.line)
    }

    static func relative(_ path: String, to workspace: String?) -> String {
        guard let workspace, !workspace.isEmpty else { return path }
        let folder = workspace.hasSuffix("/") ? workspace : workspace + "/"
        return path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
    }

    private static func command(file: String, line: Int, title: String, _ message: String) -> String {
        "::error file=\(property(file)),line=\(line),title=\(property(title))::\(data(message))"
    }

    /// What stands behind the second `::`.
    private static func data(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r\n", with: "%0D%0A").replacing("\r", with: "%0D").replacing(
            "\n", with: "%0A")
    }

    /// What stands before it must not end a property either.
    private static func property(_ text: String) -> String {
        data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
