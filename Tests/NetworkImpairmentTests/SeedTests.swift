import NetworkImpairment
import RTCCore
import Testing

@Suite("Seeds and streams")
struct SeedTests {
    static let everything = Impairment(
        loss: .bursts(loss: 0.05, burst: 4), delay: .milliseconds(20),
        jitter: Jitter(.normal, amount: .milliseconds(8), reorders: true), rate: RateLimit(bitsPerSecond: 0.9e6),
        duplicate: 0.05, corrupt: 0.05, mtu: 1400)

    private func run(_ impairment: Impairment, seed: UInt64, direction: PipeDirection = .up) -> (Traffic, [LedgerEntry]) {
        var pipe = ImpairedPipe(direction: direction, seed: seed)
        pipe.set(impairment, at: .origin)
        var traffic = Traffic(keepsBytes: true)
        traffic.send(5000, through: &pipe)
        traffic.finish(&pipe)
        var entries: [LedgerEntry] = []
        pipe.drainLedger { entries.append($0) }
        return (traffic, entries)
    }

    @Test("the same seed gives the same arrivals, bytes and ledger")
    func determinism() {
        let first = run(Self.everything, seed: 42)
        let second = run(Self.everything, seed: 42)
        #expect(first.0.arrivals == second.0.arrivals)
        #expect(first.1 == second.1)
    }

    @Test("another seed, and the other direction, give another course")
    func variety() {
        let first = run(Self.everything, seed: 42).0.losses
        #expect(first != run(Self.everything, seed: 43).0.losses)
        #expect(first != run(Self.everything, seed: 42, direction: .down).0.losses)
    }

    @Test("no other model changes which datagrams the loss model takes")
    func lossAlone() {
        let alone = run(Impairment(loss: Self.everything.loss), seed: 9).0.losses
        #expect(run(Self.everything, seed: 9).0.losses == alone)
        #expect(alone.contains(true))
    }

    @Test("no other model changes which datagrams are damaged")
    func corruptionAlone() {
        var others = Self.everything
        others.rate = nil
        others.loss = .none
        others.duplicate = 0
        let damaged = { (entries: [LedgerEntry]) in
            entries.filter { $0.cause == .corrupted }.compactMap(\.sequenceNumber).sorted()
        }
        let alone = damaged(run(Impairment(corrupt: 0.05), seed: 9).1)
        #expect(damaged(run(others, seed: 9).1) == alone)
        #expect(!alone.isEmpty)
    }

    @Test("loss does not change the jitter of those that arrive")
    func jitterAlone() {
        let jitter = Jitter(.uniform, amount: .milliseconds(10), reorders: true)
        let base = Impairment(delay: .milliseconds(20), jitter: jitter)
        var lossy = base
        lossy.loss = .bernoulli(0.3)
        let all = Dictionary(uniqueKeysWithValues: run(base, seed: 9).0.arrivals.map { ($0.number, $0.at) })
        let some = run(lossy, seed: 9).0.arrivals
        #expect(some.count < 4000)
        #expect(some.allSatisfy { all[$0.number] == $0.at })
    }

    @Test("what came in went out, was dropped, or is still there", arguments: Array(UInt64(1)...20))
    func conservation(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var pipe = ImpairedPipe(direction: .down, seed: seed)
        var traffic = Traffic()
        for _ in 0..<40 {
            var impairment = Self.everything
            if random.next() % 2 == 0 { impairment.rate = nil }
            if random.next() % 2 == 0 { impairment.jitter.reorders = false }
            if random.next() % 4 == 0 { impairment = .none }
            pipe.set(impairment, at: traffic.now)
            traffic.send(Int(random.next() % 50), through: &pipe)
            if random.next() % 8 == 0 { pipe.blackout(from: traffic.now, for: .milliseconds(Int(random.next() % 30))) }
            let counters = pipe.counters
            #expect(counters.offered + counters.duplicated == counters.passed + counters.dropped + UInt64(pipe.heldCount))
        }
        traffic.finish(&pipe)
        #expect(pipe.heldCount == 0)
        #expect(pipe.deadline == nil)
        #expect(UInt64(traffic.arrivals.count) == pipe.counters.passed)
        #expect(zip(traffic.arrivals, traffic.arrivals.dropFirst()).allSatisfy { $0.at <= $1.at })
    }

    @Test("a pipe without impairment lets everything by, and only counts")
    func transparent() {
        var pipe = ImpairedPipe(direction: .up, seed: 1)
        #expect(pipe.isTransparent == true)
        pipe.countPassed(size: 1000)
        var traffic = Traffic()
        traffic.send(9, through: &pipe)
        let counters = pipe.counters
        #expect(traffic.verdicts.allSatisfy { $0 == .pass })
        #expect(counters.passed == 10)
        #expect(counters.bytes == 1900)
        pipe.set(Impairment(delay: .milliseconds(1)), at: traffic.now)
        #expect(pipe.isTransparent == false)
    }

    @Test("a pipe keeps no more than its limit, and drops the rest as from a full queue")
    func limit() {
        var limits = ImpairedPipe.Limits()
        limits.datagrams = 64
        var pipe = ImpairedPipe(direction: .up, seed: 1, limits: limits)
        pipe.set(Impairment(delay: .seconds(1)), at: .origin)
        var traffic = Traffic()
        traffic.send(100, through: &pipe)
        #expect(pipe.heldCount == 64)
        #expect(pipe.counters.dropped(.queue) == 36)
    }
}
