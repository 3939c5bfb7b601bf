import ArgumentParser
import Foundation
import Measurement
import RTCCore
import Reports
import Runner
import Scenario

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run scenarios on real sockets, in real time.")

    @OptionGroup var scenarios: ScenarioOptions

    @Option(help: ArgumentHelp("Where the results go (default: reports/NAME-TIME/).", valueName: "DIR"))
    var out: String?

    @Option(
        name: .customLong("i-own-this-target"),
        help: ArgumentHelp("Allows more than ten peers against this host, which is not this machine.", valueName: "HOST"))
    var ownedTarget: String?

    @Option(
        help: ArgumentHelp(
            "Where the callers' sockets are bound, such as ::1 (default: 127.0.0.1).", valueName: "ADDRESS"),
        transform: Self.address)
    var address: SocketAddress?

    @Option(
        help: ArgumentHelp(
            "Where the embedded server writes down who was there and how calls went, such as sqlite:calls.db.",
            valueName: "PLACE"))
    var store = StoreArgument.none

    @Flag(
        name: .customLong("post-calls"),
        help: "Tell a server that is not embedded how the calls went (POST /v1/stats/calls/PARTICIPANT).")
    var postsCalls = false

    @Flag(name: .customLong("quiet"), help: "Only the verdicts.")
    var isQuiet = false

    func run() async throws {
        let interruption = Interruption()
        var outcomes = try Outcomes(scenarios, out: out, driver: "run", isQuiet: isQuiet)
        try await outcomes.runAll(
            objection: { TargetPolicy.objection(to: $0, ownedTarget: ownedTarget) ?? Self.objection(to: $0) },
            isInterrupted: { interruption.isRequested }, failure: .unreachable
        ) { prepared throws(RunError) in
            let progress = LiveProgress(prepared.plan, isQuiet: isQuiet)
            var run = SocketRun(
                localAddress: address, tokenKeys: try await TokenSecrets.keys(of: prepared.plan.scenario))
            run.store = store.runStore
            run.postsCalls = postsCalls
            return try await run.perform(
                prepared.plan, media: prepared.media, interruption: { interruption.isRequested }, progress: progress.show)
        }
        throw ExitCode(try outcomes.finish().rawValue)
    }

    private static func address(_ text: String) throws -> SocketAddress {
        guard let address = SocketAddress(text, port: 0) else {
            throw ValidationError("'\(text)' is not an address: write an address of this machine such as 127.0.0.1 or ::1")
        }
        return address
    }

    /// Real sockets have the NATs that stand before this machine: a pass without those of the scenario would say nothing about them.
    private static func objection(to plan: Plan) -> String? {
        let groups = plan.scenario.groups
        guard let index = groups.firstIndex(where: { !$0.nat.isNone }) else { return nil }
        let message = "a NAT stands before bots in virtual time alone: use 'starling simulate', or take 'nat' out"
        return plan.scenario.error(message, in: "groups[\(index)].nat").description
    }
}
