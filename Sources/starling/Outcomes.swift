import Foundation
import Measurement
import Reports
import Runner
import Scenario

/// Judges each run, writes its files and says what came of it.
struct Outcomes {
    let isQuiet: Bool
    private var results: [RunResult] = []
    private var scenarios: [Scenario] = []
    private var statuses: [ExitStatus] = []

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
    }

    /// Each scenario has a folder of its own; where there are several, below the one that was asked for.
    static func folder(_ out: String?, plan: Plan, index: Int, of count: Int) -> String {
        guard let out else { return ResultFolder.defaultPath(for: plan) }
        return count == 1 ? out : (out as NSString).appendingPathComponent("\(index + 1)-\(plan.scenario.name)")
    }

    mutating func add(
        _ record: RunRecord, plan: Plan, driver: String, folder: ResultFolder, overrides: [String]
    ) throws {
        let outcome = RunOutcome(record, plan: plan, driver: driver, overrides: overrides)
        try folder.write(outcome.result.encoded(), to: "result.json", redacting: [plan.scenario])
        try folder.write(EventLog.encode(record), to: "events.ndjson", redacting: [plan.scenario])
        try folder.write(StatsLog.encode(record), to: "stats.ndjson", redacting: [plan.scenario])
        try folder.write(JUnitReport.encode([outcome.result]), to: "junit.xml", redacting: [plan.scenario])
        let page = HTMLReport.encode(
            outcome.result, outcome.measurement, networks: outcome.networks, redact: plan.scenario.redacted)
        try folder.write(page, to: "report.html", redacting: [plan.scenario])
        for line in Summary.lines(outcome.result, folder: folder.path, isShort: isQuiet) {
            Console.say(plan.scenario.redacted(line))
        }
        results.append(outcome.result.redacted(plan.scenario.redacted))
        scenarios.append(plan.scenario)
        statuses.append(outcome.judgement.status)
    }

    /// Where several scenarios ran into one folder, it gets one JUnit file for all.
    func finish(out: String?) throws -> ExitStatus {
        if let out, results.count > 1 {
            try ResultFolder(out).write(JUnitReport.encode(results), to: "junit.xml", redacting: scenarios)
        }
        GitHubStep.current?.tell(results)
        return .worst(statuses)
    }
}
