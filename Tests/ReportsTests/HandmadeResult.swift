import HandmadeRecords
import Measurement
import Reports

/// Results of calls that never took place.
enum HandmadeResult {
    static func result(_ call: HandmadeCall, _ assertions: [String] = [], driver: String = "simulate") throws -> RunResult {
        RunResult(
            call.measurement, judgement: try call.judge(assertions),
            scenario: RunResult.Scenario(
                name: "by-hand", title: "A call that never took place", path: "scenarios/by-hand.yaml", run: "abcd2345",
                duration: 3), seed: 7, driver: driver, replay: "starling \(driver) scenarios/by-hand.yaml --seed 7")
    }
}
