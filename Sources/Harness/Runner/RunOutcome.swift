public import Measurement
internal import RTCCore
public import Reports
public import Scenario

/// A run, measured and judged.
public struct RunOutcome: Sendable {
    public let measurement: RunMeasurement
    public let judgement: Judgement
    public let result: RunResult

    /// - Parameters:
    ///   - driver: `run` or `simulate`.
    ///   - overrides: What was changed on the command line, for the replay line.
    public init(_ record: RunRecord, plan: Plan, driver: String, overrides: [String]) {
        measurement = RunMeasurement(record)
        judgement = Judgement(measurement, assertions: plan.scenario.assertions)
        let scenario = plan.scenario
        let changes = overrides.map { " --set '\($0)'" }.joined()
        result = RunResult(
            measurement, judgement: judgement,
            scenario: RunResult.Scenario(
                name: scenario.name, title: scenario.title, path: scenario.path, run: plan.runID,
                duration: plan.duration.inSeconds), seed: plan.seed, driver: driver,
            replay: "starling \(driver) \(scenario.path) --seed \(plan.seed)\(changes)")
    }
}
