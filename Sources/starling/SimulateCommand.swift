import ArgumentParser
import Measurement
import RTCCore
import Runner
import Scenario

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Run scenarios in virtual time: the same seed gives the same bytes.")

    @OptionGroup var scenarios: ScenarioOptions

    @Option(help: ArgumentHelp("Where the results go (default: reports/NAME-TIME/).", valueName: "DIR"))
    var out: String?

    @Flag(name: .customLong("quiet"), help: "Only the verdicts.")
    var isQuiet = false

    @Option(help: ArgumentHelp("Simulate under each of these seeds and report those that fail.", valueName: "1..N"))
    var seeds: SeedRange?

    @Flag(help: "Reduce the first failing seed's scenario to the smallest that still fails.")
    var shrink = false

    func validate() throws {
        guard !shrink || seeds != nil || scenarios.seed != nil else {
            throw ValidationError("--shrink needs to know which seed fails: give --seeds 1..N, or --seed N")
        }
    }

    func run() async throws {
        if seeds != nil || shrink { throw ExitCode(try await SeedReport(self).run().rawValue) }
        var outcomes = try Outcomes(scenarios, out: out, driver: "simulate", isQuiet: isQuiet)
        try await outcomes.runAll(objection: Self.objection, failure: .usage) { prepared throws(RunError) in
            Console.replaceLine("  simulating \(Int(prepared.plan.duration.inSeconds.rounded())) s")
            return try SimulatedRun.perform(
                prepared.plan, media: prepared.media, tokenKeys: try await TokenSecrets.keys(of: prepared.plan.scenario))
        }
        throw ExitCode(try outcomes.finish().rawValue)
    }

    /// A simulation has no way to a real server: a pass without it would say nothing about it.
    private static func objection(to plan: Plan) -> String? {
        let spoken: [Scenario.Target.SignalingProtocol] = [.starling, .socketio, .peerjs]
        if !spoken.contains(plan.scenario.target.signalingProtocol) {
            let dialect = plan.scenario.target.signalingProtocol.rawValue
            let message =
                "'protocol: \(dialect)' is a real server, which has no virtual time: start it and use 'starling run', "
                + "or add --set target.protocol=starling --set target.url=embedded --set target.mode=mesh"
            return plan.scenario.error(message, in: "target.protocol").description
        }
        guard case .url(let url) = plan.scenario.target.address else { return nil }
        let message = "'\(url)' cannot be reached in virtual time: use 'starling run', or add --set target.url=embedded"
        return plan.scenario.error(message, in: "target.url").description
    }
}
