import Foundation
import RTCCore
import Runner
import Scenario

/// What is shown while a run goes on: one line that is replaced on a terminal, a line every few seconds elsewhere.
struct LiveProgress: Sendable {
    let isQuiet: Bool
    /// Seconds from the start of the run, with the event's name.
    private let events: [(start: Double, end: Double, name: String)]
    private let scenario: Scenario
    private static let barWidth = 20
    private static let everySeconds = 5

    init(_ plan: Plan, isQuiet: Bool) {
        self.isQuiet = isQuiet
        scenario = plan.scenario
        events = plan.events.map { ($0.start.seconds, $0.end.seconds, plan.scenario.redacted($0.name)) }
    }

    func show(_ progress: SocketRun.Progress) {
        if case .callsPosted(_, let refused, let reason?) = progress, refused > 0 {
            Console.endLine()
            Console.complain("starling: the signaling server did not take \(refused) calls: \(scenario.redacted(reason))")
        }
        guard !isQuiet else { return }
        switch progress {
        case .serverStarted(let url): Console.say("  signaling at \(scenario.redacted(url))")
        case .running(let elapsed, let total, let joined, let bots):
            let seconds = Int(elapsed.inSeconds.rounded())
            let whole = Int(total.inSeconds)
            let text = "\(seconds) s of \(whole) s, \(joined) of \(bots) in the room\(active(elapsed.inSeconds))"
            if Console.isTerminal {
                Console.replaceLine("  \(bar(elapsed.inSeconds / max(1, total.inSeconds)))  \(text)")
            } else if seconds > 0, seconds % Self.everySeconds == 0 {
                Console.say("  \(text)")
            }
        case .callsPosted(let taken, _, _):
            Console.endLine()
            Console.say("  \(taken) calls are in the server's store")
        case .draining:
            Console.endLine()
            Console.say("  interrupted: draining and reporting; once more ends at once")
        }
    }

    private func active(_ now: Double) -> String {
        let names = events.filter { $0.start <= now && now < $0.end }.map(\.name)
        guard let first = names.first else { return "" }
        return ", \(first)" + (names.count > 1 ? " and \(names.count - 1) more" : "")
    }

    private func bar(_ share: Double) -> String {
        let filled = Int((min(1, max(0, share)) * Double(Self.barWidth)).rounded())
        return String(repeating: "█", count: filled) + String(repeating: "░", count: Self.barWidth - filled)
    }
}
