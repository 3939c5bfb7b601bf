import Measurement
import NetworkImpairment
import Scenario
import Testing

@Suite("Networks in a scenario")
struct NetworkDecodingTests {
    /// A scenario whose callers have this network.
    private func text(_ network: String, extra: String = "") -> String {
        wholeScenario.replacing("    network: wifi\n", with: "    network: \(network)\n\(extra)")
    }

    private func profile(_ network: String) throws -> NetworkProfile {
        try parse(text(network)).groups[0].network
    }

    @Test("every kind of loss has its keys")
    func loss() throws {
        let chain = try profile("{ up: { loss: { to_bad: 1%, to_good: 25%, in_good: 0.1%, in_bad: 80% } } }")
        #expect(chain.up.loss == .gilbertElliott(toBad: 0.01, toGood: 0.25, lossInGood: 0.001, lossInBad: 0.8))
        let simple = try profile("{ up: { loss: { to_bad: 1%, to_good: 25% } } }")
        #expect(simple.up.loss == .gilbertElliott(toBad: 0.01, toGood: 0.25, lossInGood: 0, lossInBad: 1))
        let timed = try profile("{ down: { loss: { good: 8s, bad: 300ms, in_bad: 90%, place: after_queue }, rate: 1Mbps } }")
        #expect(
            timed.down.loss == .timedGilbertElliott(good: .seconds(8), bad: .milliseconds(300), lossInGood: 0, lossInBad: 0.9))
        #expect(timed.down.lossPlace == .afterQueue)
        #expect(timed.up.lossPlace == .beforeQueue)
    }

    @Test("jitter has shapes and a correlation, reordering two forms")
    func delay() throws {
        let network = try profile(
            "{ up: { delay: 30ms, jitter: { amount: 5ms, distribution: paretonormal, correlation: 25% }, reorder: { every: 5 } }, "
                + "down: { reorder: { share: 1%, by: 20ms } } }")
        #expect(network.up.jitter == Jitter(.paretonormal, amount: .milliseconds(5), correlation: 0.25))
        #expect(network.up.reordering == .everyNth(5))
        #expect(network.down.reordering == .late(probability: 0.01, by: .milliseconds(20)))
    }

    @Test(
        "queues are bounded in time, bytes or packets, or controlled",
        arguments: [
            ("300ms", RateLimit.Queue.dropTail(.milliseconds(300))), ("64KiB", .bytes(65_536)), ("endless", .endless),
            ("codel", .codel(CoDel.Parameters())), ("{ packets: 50 }", .packets(50)),
            ("{ time: 70ms }", .dropTail(.milliseconds(70))),
            ("{ size: 30000B }", .bytes(30_000)),
            (
                "{ discipline: codel, target: 15ms, interval: 300ms, ecn: true, packets: 100 }",
                .codel(CoDel.Parameters(target: .milliseconds(15), interval: .milliseconds(300), marksECN: true, packets: 100))
            ),
        ])
    func queues(written: String, queue: RateLimit.Queue) throws {
        let network = try profile("{ up: { rate: 1Mbps, bucket: 3000B, queue: \(written) } }")
        #expect(network.up.rate == RateLimit(bitsPerSecond: 1e6, bucket: 3000, queue: queue))
    }

    @Test("a trace is a path that is read later, a codepoint belongs to the group")
    func traces() throws {
        let scenario = try parse(
            text(
                "{ up: { trace: lte.up, queue: codel, mark: 2% }, down: { trace: { file: lte.csv, loop: false } } }",
                extra: "    ecn: ect1\n"))
        let group = scenario.groups[0]
        #expect(group.network.up.trace == TraceReplay(path: "lte.up", queue: .codel(CoDel.Parameters())))
        #expect(group.network.down.trace == TraceReplay(path: "lte.csv", loops: false))
        #expect(group.network.up.mark == 0.02)
        #expect(group.ecn == .ect1)
        #expect(scenario.groups[1].ecn == .notECT)
        #expect(Plan(scenario).bots[0].ecn == .ect1)
    }

    @Test("loading puts the traces where they belong, also those of the timeline")
    func loading() throws {
        let written = text("{ both: { trace: lte.csv } }").replacing(
            "{ both: { loss: 20% } }", with: "{ down: { trace: storm.csv } }")
        let calm = NetworkTrace(steps: [.init(at: .zero, bitsPerSecond: 1e6)], length: .seconds(1))
        let storm = NetworkTrace(steps: [.init(at: .zero, loss: 0.5)], length: .seconds(1))
        let scenario = try parse(written).loadingTraces { path throws(TraceError) in path == "lte.csv" ? calm : storm }
        #expect(scenario.groups[0].network.up.trace?.trace == calm)
        #expect(scenario.groups[0].network.down.trace?.trace == calm)
        guard case .network(let profile) = scenario.timeline[2].verbs[0] else {
            throw TraceError(path: "", message: "no network")
        }
        #expect(profile.down.trace?.trace == storm)
        #expect(scenario.assertions.map(\.text) == (try parse(written)).assertions.map(\.text))
    }

    @Test(
        "a trace that is wrong or sets what is set already is said with both places",
        arguments: [
            ("{ up: { trace: bad.csv } }", "x.yaml:13:29: bad.csv:3: sort the lines [groups[0].network.up.trace]"),
            ("{ both: { trace: bad.csv } }", "x.yaml:13:31: bad.csv:3: sort the lines [groups[0].network.both.trace]"),
            ("{ up: { rate: 1Mbps, trace: t.csv } }", "t.csv: the trace sets the rate: leave 'rate' out"),
            ("{ up: { delay: 1ms, trace: t.csv } }", "t.csv: the trace sets the delay: leave 'delay' out"),
            ("{ up: { loss: 1%, trace: t.csv } }", "t.csv: the trace sets the loss: leave 'loss' out"),
            (
                "{ up: { trace: { file: t.mahi, loop: false } } }",
                "t.mahi: a mahimahi trace always begins again: leave 'loop' out"
            ),
            ("{ up: { trace: loss.csv, queue: codel } }", "loss.csv: the trace does not set a rate that would fill the queue"),
        ])
    func wrongTraces(network: String, message: String) throws {
        let scenario = try parse(text(network))
        do {
            _ = try scenario.loadingTraces { path throws(TraceError) in
                switch path {
                case "t.csv":
                    return NetworkTrace(
                        steps: [.init(at: .zero, bitsPerSecond: 1e6, delay: .zero, loss: 0)], length: .seconds(1))
                case "t.mahi": return NetworkTrace(opportunities: [5])
                case "loss.csv": return NetworkTrace(steps: [.init(at: .zero, loss: 0)], length: .seconds(1))
                default: throw TraceError(path: path, line: 3, message: "sort the lines")
                }
            }
            Issue.record("nothing was wrong")
        } catch {
            #expect(error.description.contains(message))
        }
    }
}
