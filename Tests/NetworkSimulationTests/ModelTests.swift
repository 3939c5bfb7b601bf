import NetworkImpairment
import NetworkSimulation
import RTCCore
import Testing

@Suite("Impairments of simulated hosts against their closed form")
struct ModelTests {
    private static let count = 20_000

    /// Streams from one host to another for twenty virtual seconds, impaired on the sender's way up and on the receiver's way down.
    private func stream(
        up: Impairment = .none, down: Impairment = .none, seed: UInt64
    ) -> (receiver: Streamer, up: PipeCounters, down: PipeCounters, ledger: [LedgerEntry]) {
        let simulation = Simulation(seed: seed, service: nil)
        let clean = NetworkProfile.clean
        let receiver = Streamer(
            to: simulation.futureSocket(of: 1), every: .seconds(1), size: 100, until: .origin,
            profile: NetworkProfile(name: "custom", up: .none, down: down))
        let sender = Streamer(
            to: simulation.futureSocket(of: 0), every: .milliseconds(1), size: 100, until: .milliseconds(UInt64(Self.count) + 1),
            profile: NetworkProfile(name: "custom", up: up, down: clean.down))
        simulation.add(receiver, seed: SplitMix64.derive(seed, "receiver"), startAt: .origin)
        simulation.add(sender, seed: SplitMix64.derive(seed, "sender"), startAt: .origin)
        simulation.run(until: .seconds(60))
        let report = simulation.report(of: 0)
        return (receiver, simulation.report(of: 1).up, report.down, report.ledger)
    }

    @Test("full Gilbert-Elliott loss, in either direction", arguments: [UInt64(1), 2, 3])
    func chain(seed: UInt64) {
        let model = LossModel.gilbertElliott(toBad: 0.02, toGood: 0.2, lossInGood: 0.01, lossInBad: 0.7)
        let bad = 0.02 / 0.22
        let spread = 0.69 * 0.69 * bad * (1 - bad)
        let loss = model.stationaryLoss
        let variance = loss * (1 - loss) + 2 * spread * 0.78 / 0.22
        let tolerance = 4 * (variance / Double(Self.count)).squareRoot()
        let up = stream(up: Impairment(loss: model), seed: seed)
        #expect(abs(Double(up.up.dropped(.loss)) / Double(Self.count) - loss) < tolerance)
        #expect(up.receiver.receivedCount == Int(up.up.passed))
        let down = stream(down: Impairment(loss: model), seed: seed)
        #expect(abs(Double(down.down.dropped(.loss)) / Double(Self.count) - loss) < tolerance)
        #expect(down.ledger.count == Int(down.down.dropped(.loss)))
        // The two directions draw from generators of their own.
        #expect(down.down.dropped(.loss) != up.up.dropped(.loss) || down.receiver.hash != up.receiver.hash)
    }

    @Test("CoDel drops, reordering reorders, a trace stands still: all in the counters", arguments: [UInt64(1), 2, 3])
    func others(seed: UInt64) {
        let codel = Impairment(rate: RateLimit(bitsPerSecond: 0.95e6, queue: .codel(CoDel.Parameters())))
        let controlled = stream(down: codel, seed: seed)
        #expect(controlled.down.dropped(.codel) > 100)
        #expect(controlled.down.dropped(.queue) == 0)
        #expect(controlled.ledger.filter { $0.cause == .codel }.count == Int(controlled.down.dropped(.codel)))

        let reordering = Impairment(delay: .milliseconds(10), reordering: .late(probability: 0.05, by: .milliseconds(5)))
        let reordered = stream(up: reordering, seed: seed)
        let tolerance = 4 * (0.05 * 0.95 / Double(Self.count)).squareRoot() + 0.001
        #expect(abs(Double(reordered.up.reordered) / Double(Self.count) - 0.05) < tolerance)

        let trace = NetworkTrace(
            steps: [.init(at: .zero, bitsPerSecond: 10e6), .init(at: .seconds(1), bitsPerSecond: 0)], length: .seconds(2))
        let still = stream(up: Impairment(trace: TraceReplay(path: "t", trace: trace, queue: .packets(10))), seed: seed)
        // Every second second all but the eleven that wait are dropped.
        #expect(abs(Int(still.up.dropped(.queue)) - 10 * (1000 - 11)) <= 20)
    }

    @Test("a codepoint travels, the stage marks it, and the receiver sees the mark", arguments: [UInt64(1), 2])
    func marks(seed: UInt64) {
        let simulation = Simulation(seed: seed, service: nil)
        let receiver = MarkReader()
        let sends: [(at: Instant, action: Probe.Action)] = (0..<2000).map {
            (.milliseconds(UInt64(10 + $0)), .send([1, 2, 3, 4], to: simulation.futureSocket(of: 0)))
        }
        let network = NetworkProfile(name: "custom", up: Impairment(mark: 0.2), down: .none)
        let first: [(at: Instant, action: Probe.Action)] = [(.origin, .request(.setNetwork(network)))]
        let change: [(at: Instant, action: Probe.Action)] = [(Instant(nanoseconds: 1_009_500_000), .request(.markECN(.ect1)))]
        let sender = Probe(first + sends[..<1000] + change + sends[1000...])
        simulation.add(receiver, seed: 1, startAt: .origin)
        simulation.add(sender, seed: seed, startAt: .origin)
        simulation.run(until: .seconds(5))
        let up = simulation.report(of: 1).up
        #expect(receiver.seen[ECN.notECT.rawValue, default: 0] == 1000)
        #expect(receiver.seen[ECN.ce.rawValue, default: 0] == Int(up.marked))
        #expect(receiver.seen[ECN.ect1.rawValue, default: 0] == 1000 - Int(up.marked))
        let tolerance = 4 * (0.2 * 0.8 / 1000).squareRoot()
        #expect(abs(Double(up.marked) / 1000 - 0.2) < tolerance)
        #expect(up.offeredCapable == 1000)
    }
}

/// Counts what it gets by codepoint.
private final class MarkReader: HostedMachine {
    private(set) var seen: [UInt8: Int] = [:]
    private var requests: [HostRequest] = [.openSocket(token: 0)]

    var deadline: Instant? { nil }

    func advance(to now: Instant) {}

    func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {}

    func receive(_ datagram: inout MutableRawSpan, on path: Path, ecn: ECN, arrivedAt: Instant, now: Instant) {
        seen[ecn.rawValue, default: 0] += 1
    }

    func receive(_ input: HostInput, now: Instant) {}

    func nextDatagrams(into batch: inout DatagramBatch) -> Drain { .drained }

    func nextRequest() -> HostRequest? { requests.popLast() }
}
