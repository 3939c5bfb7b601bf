import NetworkImpairment
import NetworkSimulation
import RTCCore
import Testing

@Suite("Virtual time")
struct ClockTests {
    private func stream(_ seeds: (UInt64, UInt64), extra: Bool = false) -> [UInt64] {
        let simulation = Simulation(seed: 1, service: nil)
        let profile = NetworkProfile.preset("wifi-lossy") ?? .clean
        let streamers = (0...1).map { index in
            Streamer(
                to: simulation.futureSocket(of: 1 - index), every: .microseconds(3333), size: 1100, until: .seconds(20),
                profile: profile)
        }
        simulation.add(streamers[0], seed: seeds.0, startAt: .origin)
        simulation.add(streamers[1], seed: seeds.1, startAt: .milliseconds(1))
        if extra {
            simulation.add(
                Streamer(
                    to: simulation.futureSocket(of: 7), every: .milliseconds(1), size: 500, until: .seconds(20), profile: profile),
                seed: 3, startAt: .milliseconds(500))
        }
        simulation.run(until: .seconds(25))
        return streamers.map(\.hash)
            + (0...1).flatMap { index in
                let report = simulation.report(of: index)
                return [report.up.passed, report.down.passed, UInt64(report.ledger.count)]
            }
    }

    @Test("the same seeds give the same arrivals at the same nanoseconds, other seeds give others")
    func determinism() {
        let first = stream((10, 20))
        #expect(stream((10, 20)) == first)
        #expect(stream((10, 21)) != first)
    }

    @Test("one machine more changes nothing for the others")
    func independence() {
        #expect(stream((10, 20), extra: true) == stream((10, 20)))
    }

    @Test("a run may be cut into pieces")
    func pieces() {
        let whole = Simulation(seed: 1, service: nil)
        let cut = Simulation(seed: 1, service: nil)
        var found: [[UInt64]] = []
        for simulation in [whole, cut] {
            let streamers = (0...1).map { index in
                Streamer(
                    to: simulation.futureSocket(of: 1 - index), every: .milliseconds(7), size: 200, until: .seconds(3),
                    profile: NetworkProfile.preset("congested") ?? .clean)
            }
            for (index, streamer) in streamers.enumerated() { simulation.add(streamer, seed: UInt64(index), startAt: .origin) }
            if simulation === cut {
                for step in 1...400 { simulation.run(until: .milliseconds(UInt64(step) * 11)) }
            } else {
                simulation.run(until: .milliseconds(4400))
            }
            found.append(streamers.map(\.hash) + streamers.map { UInt64($0.receivedCount) })
        }
        #expect(found[0] == found[1])
        #expect(found[0][2] > 300)
        #expect(whole.now == cut.now)
    }

    @Test("it stops early when all machines have finished, and what was sent before the end still travels till then")
    func finished() {
        let simulation = Simulation(seed: 1, service: nil)
        let receiver = simulation.futureSocket(of: 0)
        let target = Probe([(.seconds(3), .request(.finished))])
        simulation.add(target, seed: 1, startAt: .origin)
        simulation.add(
            Probe([
                (.seconds(2), .send([1], to: receiver)), (.seconds(2), .request(.finished)),
                (.seconds(9), .send([2], to: receiver)),
            ]),
            seed: 2, startAt: .origin)
        simulation.run(until: .seconds(60))
        #expect(target.received.map(\.bytes) == [[1]])
        #expect(simulation.isFinished)
        #expect(simulation.now == .seconds(3))
    }

    @Test("without machines time simply passes")
    func empty() {
        let simulation = Simulation(seed: 1, service: nil)
        simulation.run(until: .seconds(4))
        #expect(simulation.now == .seconds(4))
    }

    /// Never gets past its deadline.
    private final class Stuck: HostedMachine {
        var deadline: Instant? { .seconds(1) }
        func advance(to now: Instant) {}
        func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {}
        func receive(_ input: HostInput, now: Instant) {}
        func nextDatagrams(into batch: inout DatagramBatch) -> Drain { .drained }
        func nextRequest() -> HostRequest? { nil }
    }

    @Test("a machine that does not get past its deadline is named")
    func hotLoop() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let simulation = Simulation(seed: 77, service: nil)
            simulation.add(Probe(), seed: 1, startAt: .origin)
            simulation.add(Stuck(), seed: 1, startAt: .origin)
            simulation.run(until: .seconds(2))
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        // A release build stops as surely, but says less.
        #if DEBUG
            #expect(message.contains("hot loop: machine 1 (Stuck)"))
        #else
            #expect(!message.contains("machine 0"))
        #endif
    }
}
