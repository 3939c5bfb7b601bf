import ArgumentParser
import Foundation
import Measurement
import Reports
import Runner
import Scenario

/// Judges each run, writes its files and says what came of it; of several it keeps an index.
struct Outcomes {
    let isQuiet: Bool
    private let chosen: [ScenarioOptions.Chosen]
    private let options: ScenarioOptions
    private let driver: String
    /// Where several scenarios have their folders; `nil` for a single one.
    private let shared: ResultFolder?
    private let single: String?
    private var entries: [RunIndex.Entry] = []
    private var results: [RunResult] = []
    private var refusals: [Refusal] = []
    private var secretive: [Scenario] = []
    private var statuses: [ExitStatus] = []

    /// - Parameters:
    ///   - out: As it was asked for.
    ///   - driver: `run` or `simulate`.
    /// - Throws: ``ExitCode`` 2 where nothing can be written, or where nothing that was chosen can be run.
    init(_ options: ScenarioOptions, out: String?, driver: String, isQuiet: Bool) throws {
        self.isQuiet = isQuiet
        self.options = options
        self.driver = driver
        let chosen = try options.choose()
        self.chosen = chosen
        let isAlone = chosen.count == 1 && options.shard == nil
        single = isAlone ? out : nil
        let canRun = chosen.contains { if case .ready = $0 { true } else { false } }
        // Of a command that comes to nothing no folder is left, unless somebody waits for one.
        shared = isAlone || !canRun && out == nil ? nil : try ResultFolder(out ?? ResultFolder.defaultPath(named: "scenarios"))
    }

    var count: Int { chosen.count }

    /// Each scenario that can be run, with its place and its folder.
    ///
    /// - Parameters:
    ///   - objection: What speaks against running one; it is refused with this text.
    ///   - isInterrupted: Whether the user wants no more of them.
    ///   - perform: Runs one; what it throws is why it could not be begun.
    mutating func runAll(
        objection: (Plan) -> String? = { _ in nil }, isInterrupted: () -> Bool = { false }, failure: ExitStatus,
        perform: (ScenarioOptions.Prepared) async throws(RunError) -> RunRecord
    ) async throws {
        for (index, item) in chosen.enumerated() {
            switch item {
            case .refused(let refusal): add(refusal)
            case .ready(let prepared):
                let scenario = prepared.plan.scenario
                if isInterrupted() {
                    statuses.append(.interrupted)
                    entries.append(.skipped(name: scenario.name, title: scenario.redacted(scenario.title), path: scenario.path))
                } else if let objection = objection(prepared.plan) {
                    refuse(scenario, objection, .usage)
                } else {
                    let folder = try folder(of: prepared.plan, index: index)
                    announce(prepared.plan, index)
                    do throws(RunError) {
                        let record = try await perform(prepared)
                        Console.endLine()
                        try write(record, plan: prepared.plan, folder: folder)
                    } catch {
                        Console.endLine()
                        refuse(scenario, "\(scenario.path): \(error)", failure)
                    }
                }
            }
        }
    }

    private func folder(of plan: Plan, index: Int) throws -> ResultFolder {
        guard let shared else { return try ResultFolder(single ?? ResultFolder.defaultPath(named: plan.scenario.name)) }
        return try ResultFolder((shared.path as NSString).appendingPathComponent("\(index + 1)-\(plan.scenario.name)"))
    }

    private func announce(_ plan: Plan, _ index: Int) {
        guard !isQuiet else { return }
        guard chosen.count > 1 else { return plan.lines.forEach(Console.sayWrapped) }
        Console.say("")
        for line in plan.lines.prefix(2).enumerated() {
            let text = line.offset == 0 ? "[\(index + 1)/\(chosen.count)] \(line.element)" : line.element
            Console.sayWrapped(text)
        }
    }

    // MARK: - One scenario

    private mutating func write(_ record: RunRecord, plan: Plan, folder: ResultFolder) throws(RunError) {
        do {
            try add(record, plan: plan, folder: folder)
        } catch {
            throw .server("the results cannot be written")
        }
    }

    private mutating func add(_ record: RunRecord, plan: Plan, folder: ResultFolder) throws {
        let scenario = plan.scenario
        let outcome = RunOutcome(record, plan: plan, driver: driver, overrides: options.overrides)
        let result = outcome.result.redacted(scenario.redacted)
        let figures = ReportFigures(outcome.measurement, faults: outcome.result.faults, networks: outcome.networks)
            .redacted(scenario.redacted)
        let events = EventLog.lines(record, redact: scenario.redacted)
        // JSON has lost its secrets text by text: looking for a secret of digits in its bytes would break its numbers.
        try folder.write(result.encoded(), to: "result.json")
        try folder.write(EventLog.encode(events), to: "events.ndjson")
        try folder.write(StatsLog.encode(record), to: "stats.ndjson", redacting: [scenario])
        try folder.write(figures.encoded(), to: "figures.json")
        try folder.write(JUnitReport.encode([result]), to: "junit.xml", redacting: [scenario])
        try folder.write(HTMLReport.encode(result, figures, events: events), to: "report.html", redacting: [scenario])
        for line in Summary.lines(result, folder: folder.path, isShort: isQuiet, style: Console.style) {
            Console.say(scenario.redacted(line))
        }
        results.append(result)
        entries.append(RunIndex.Entry(result, folder: shared == nil ? nil : (folder.path as NSString).lastPathComponent))
        secretive.append(scenario)
        statuses.append(outcome.judgement.status)
    }

    private mutating func refuse(_ scenario: Scenario, _ text: String, _ status: ExitStatus) {
        let message = scenario.redacted(text)
        Console.complain(message)
        secretive.append(scenario)
        add(
            Refusal(
                name: scenario.name, path: scenario.path, exitCode: status.rawValue, reasons: [Refusal.Reason(text: message)]))
    }

    private mutating func add(_ refusal: Refusal) {
        refusals.append(refusal)
        entries.append(RunIndex.Entry(refusal))
        statuses.append(ExitStatus(rawValue: refusal.exitCode) ?? .usage)
    }

    // MARK: - All of them

    /// Writes the index and one JUnit file where several scenarios were chosen, and tells GitHub.
    func finish() throws -> ExitStatus {
        let status = ExitStatus.worst(statuses)
        if let shared {
            let index = RunIndex(entries, exitCode: status.rawValue, shard: options.shard?.description)
            try shared.write(index.encoded(), to: "index.json")
            try shared.write(HTMLIndex.encode(index), to: "index.html", redacting: secretive)
            try shared.write(JUnitReport.encode(results, refusals: refusals), to: "junit.xml", redacting: secretive)
            if entries.isEmpty {
                Console.say("shard \(options.shard?.description ?? "") holds no scenario; the others have them all")
            } else {
                IndexSummary.lines(index, folder: shared.path, style: Console.style).forEach(Console.say)
            }
        }
        GitHubStep.current?.tell(results, refusals: refusals)
        return status
    }
}
