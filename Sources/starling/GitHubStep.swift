import Foundation
import Reports

/// The step of a GitHub workflow that this process runs in.
struct GitHubStep {
    /// The file that the step's summary is appended to.
    var summary: String?
    var isActions: Bool
    var workspace: String?

    /// `nil` outside of a workflow.
    static var current: GitHubStep? {
        let environment = ProcessInfo.processInfo.environment
        let summary = environment["GITHUB_STEP_SUMMARY"].flatMap { $0.isEmpty ? nil : $0 }
        let isActions = environment["GITHUB_ACTIONS"] == "true"
        guard summary != nil || isActions else { return nil }
        return GitHubStep(summary: summary, isActions: isActions, workspace: environment["GITHUB_WORKSPACE"])
    }

    /// Annotates the scenarios' lines, and appends to the summary as much as there is room for. A summary that cannot be written
    /// is no reason for a run to fail.
    func tell(_ results: [RunResult], refusals: [Refusal]) {
        if isActions { GitHubAnnotations.lines(results, refusals: refusals, workspace: workspace).forEach(Console.say) }
        guard let summary else { return }
        let written = (try? FileManager.default.attributesOfItem(atPath: summary)[.size] as? Int) ?? 0
        let bytes = GitHubSummary.encode(results, refusals: refusals, limit: GitHubSummary.mostBytes - written)
        if !FileManager.default.fileExists(atPath: summary) {
            _ = FileManager.default.createFile(atPath: summary, contents: nil)
        }
        guard let file = FileHandle(forWritingAtPath: summary), (try? file.seekToEnd()) != nil,
            (try? file.write(contentsOf: Data(bytes))) != nil
        else {
            Console.complain("\(summary): the step's summary cannot be written")
            return
        }
        try? file.close()
    }
}
