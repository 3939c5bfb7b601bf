public import Measurement
internal import RTCCore
internal import RTCICE
internal import RTCPeer
public import Reports
public import Scenario

/// A run, measured and judged.
public struct RunOutcome: Sendable {
    public let measurement: RunMeasurement
    public let judgement: Judgement
    public let result: RunResult
    /// What the plan gave each bot, for reports.
    public let networks: [ConfiguredNetwork]

    /// - Parameters:
    ///   - driver: `run` or `simulate`.
    ///   - overrides: What was changed on the command line, for the replay line.
    public init(_ record: RunRecord, plan: Plan, driver: String, overrides: [String]) {
        measurement = RunMeasurement(record, accountsForPackets: driver == "simulate" || !Self.passedForeignRelays(record, plan))
        judgement = Judgement(measurement, assertions: plan.scenario.assertions)
        let scenario = plan.scenario
        let changes = overrides.map { " --set '\($0)'" }.joined()
        var result = RunResult(
            measurement, judgement: judgement,
            scenario: RunResult.Scenario(
                name: scenario.name, title: scenario.title, path: scenario.path, run: plan.runID,
                duration: plan.duration.inSeconds), seed: plan.seed, driver: driver,
            replay: "starling \(driver) \(scenario.path) --seed \(plan.seed)\(changes)")
        var lines: [String: Int] = [:]
        for (assertion, location) in zip(scenario.assertions, scenario.assertionLocations) where location.line > 0 {
            lines[assertion.text] = lines[assertion.text] ?? location.line
        }
        for index in result.assertions.indices { result.assertions[index].line = lines[result.assertions[index].text] }
        networks = plan.configuredNetworks
        result.addEvidence(measurement, networks: networks)
        self.result = result
    }

    /// Whether media went through TURN servers of others: what those lose stands in no ledger of ours.
    private static func passedForeignRelays(_ record: RunRecord, _ plan: Plan) -> Bool {
        zip(record.bots, plan.bots).contains { bot, planned in
            planned.iceServers != .embedded && bot.connections.contains { $0.statistics.ice.relayedPacketsSent > 0 }
        }
    }
}
