import NetworkImpairment
import RTCCore
import Testing

@Suite("Queues and buckets")
struct QueueTests {
    /// 1,250 bytes on the wire: ten milliseconds at a megabit.
    static let payload = 1222

    private func overload(
        _ rate: RateLimit, spacing: Duration = .milliseconds(5), seconds: Int = 60, ecn: ECN = .notECT
    ) -> (Traffic, PipeCounters, Int) {
        var pipe = pipe(Impairment(rate: rate))
        var traffic = Traffic(spacing: spacing, size: Self.payload)
        traffic.ecn = ecn
        traffic.send(seconds * 1000 / Int(spacing.inNanoseconds / 1_000_000), through: &pipe)
        let held = pipe.heldCount
        traffic.finish(&pipe)
        return (traffic, pipe.counters, held)
    }

    @Test("a queue bounded in packets holds so many behind the one in transmission", arguments: [1, 10, 100])
    func packets(limit: Int) {
        let (traffic, counters, held) = overload(RateLimit(bitsPerSecond: 1e6, queue: .packets(limit)), seconds: 10)
        #expect(held == limit + 1)
        #expect(traffic.delays.max() ?? 0 <= Double(limit + 1) * 10e6)
        #expect(counters.maxQueuedBytes == limit * 1250)
        #expect(counters.dropped(.queue) + counters.passed == 2000)
    }

    @Test("an endless queue drops nothing")
    func endless() {
        let (traffic, counters, _) = overload(RateLimit(bitsPerSecond: 1e6, queue: .endless), seconds: 10)
        #expect(counters.dropped == 0)
        #expect(traffic.delays.max() == Double(2000 * 10 - 1999 * 5) * 1e6)
    }

    @Test("a bucket lets what the idle link saved go at once, and no more")
    func bucket() {
        var pipe = pipe(Impairment(rate: RateLimit(bitsPerSecond: 1e6, bucket: 5 * 1250)))
        var traffic = Traffic(spacing: .zero, size: Self.payload)
        traffic.send(7, through: &pipe)
        traffic.finish(&pipe)
        #expect(traffic.arrivals.map(\.at) == Array(repeating: .origin, count: 5) + [.milliseconds(10), .milliseconds(20)])
    }

    @Test("a bucket fills at the rate while the link is idle")
    func bucketFills() {
        var pipe = pipe(Impairment(rate: RateLimit(bitsPerSecond: 1e6, bucket: 5 * 1250)))
        let path = Traffic.path
        let bytes = Traffic.packet(0, size: Self.payload)
        let send = { (pipe: inout ImpairedPipe, count: Int, now: Instant) -> [Instant] in
            for _ in 0..<count { _ = bytes.withUnsafeBytes { pipe.offer($0, on: path, now: now) } }
            var times: [Instant] = []
            while let deadline = pipe.deadline { if Traffic.next(from: &pipe, at: deadline) != nil { times.append(deadline) } }
            return times
        }
        #expect(send(&pipe, 5, .origin) == Array(repeating: .origin, count: 5))
        // Two and a half packets later.
        #expect(send(&pipe, 3, .milliseconds(25)) == [.milliseconds(25), .milliseconds(25), .milliseconds(30)])
        // Never more than it holds.
        #expect(send(&pipe, 6, .seconds(60)).filter { $0 == .seconds(60) }.count == 5)
    }

    @Test("CoDel keeps the wait of an unresponsive flow's packets from growing without end, and the link full")
    func codel() {
        let (traffic, counters, _) = overload(
            RateLimit(bitsPerSecond: 1e6, queue: .codel(CoDel.Parameters())), spacing: .milliseconds(9))
        let plain = overload(RateLimit(bitsPerSecond: 1e6, queue: .packets(1000)), spacing: .milliseconds(9))
        #expect(counters.dropped(.codel) > 400)
        #expect(counters.dropped(.queue) == 0)
        let late = traffic.arrivals.filter { $0.at > .seconds(40) }.map { traffic.sentAt($0.number).nanoseconds(to: $0.at) }
        let plainLate = plain.0.arrivals.filter { $0.at > .seconds(40) }.map { plain.0.sentAt($0.number).nanoseconds(to: $0.at) }
        #expect((late.max() ?? 0) * 5 < (plainLate.max() ?? 0))
        let arrived = traffic.arrivals.filter { $0.at > .seconds(10) && $0.at <= .seconds(50) }.count
        #expect(arrived >= 3990)
    }

    @Test("CoDel lets a burst go that is over within its interval")
    func codelBurst() {
        var pipe = pipe(Impairment(rate: RateLimit(bitsPerSecond: 1e6, queue: .codel(CoDel.Parameters()))))
        var traffic = Traffic(spacing: .zero, size: Self.payload)
        traffic.send(9, through: &pipe)
        traffic.finish(&pipe)
        #expect(traffic.arrivals.count == 9)
    }

    @Test("CoDel with ECN marks those who understand it and drops the others")
    func codelMarks() {
        let rate = RateLimit(bitsPerSecond: 1e6, queue: .codel(CoDel.Parameters(marksECN: true)))
        let (capable, marked, _) = overload(rate, spacing: .milliseconds(9), seconds: 20, ecn: .ect0)
        #expect(marked.dropped(.codel) == 0)
        #expect(marked.marked > 40)
        #expect(marked.offeredCapable == marked.offered)
        #expect(capable.codepoints.filter { $0 == .ce }.count == Int(marked.marked))
        #expect(capable.codepoints.allSatisfy { $0 == .ce || $0 == .ect0 })
        let (_, dropped, _) = overload(rate, spacing: .milliseconds(9), seconds: 20)
        #expect(dropped.marked == 0)
        #expect(dropped.dropped(.codel) > 40)
        let (_, unmarked, _) = overload(
            RateLimit(bitsPerSecond: 1e6, queue: .codel(CoDel.Parameters())), spacing: .milliseconds(9), seconds: 20, ecn: .ect0)
        #expect(unmarked.marked == 0 && unmarked.dropped(.codel) > 40)
    }
}

@Suite("CoDel, RFC 8289")
struct CoDelTests {
    private func signals(_ codel: inout CoDel, waited: Duration, from: Int, to: Int) -> [Int] {
        (from..<to).filter { codel.decide(waited: waited, behind: 10_000, at: .milliseconds(UInt64($0))) == .signal }
    }

    @Test("signals first an interval after the wait passed the target, then ever faster: after interval/√count")
    func controlLaw() {
        var codel = CoDel(CoDel.Parameters())
        let times = signals(&codel, waited: .milliseconds(6), from: 0, to: 700)
        // 100, then 100 + 100/√1, + 100/√2, + 100/√3 …
        #expect(times == [100, 200, 271, 329, 379, 424, 464, 502, 538, 571, 603, 633, 662, 689])
    }

    @Test("one packet below the target ends it")
    func below() {
        var codel = CoDel(CoDel.Parameters())
        _ = signals(&codel, waited: .milliseconds(6), from: 0, to: 250)
        #expect(codel.decide(waited: .milliseconds(4), behind: 10_000, at: .milliseconds(250)) == .send)
        #expect(signals(&codel, waited: .milliseconds(6), from: 251, to: 351) == [])
        #expect(codel.decide(waited: .milliseconds(6), behind: 10_000, at: .milliseconds(351)) == .signal)
    }

    @Test("takes up where it was when it has to begin again soon")
    func resumes() {
        var codel = CoDel(CoDel.Parameters())
        _ = signals(&codel, waited: .milliseconds(6), from: 0, to: 700)
        _ = codel.decide(waited: .milliseconds(1), behind: 10_000, at: .milliseconds(700))
        let times = signals(&codel, waited: .milliseconds(6), from: 701, to: 900)
        #expect(times.first == 801)
        // Not 100 ms, as after a first signal.
        #expect(times[1] - times[0] < 35)
    }

    @Test("a queue of less than a packet is no standing queue")
    func small() {
        var codel = CoDel(CoDel.Parameters())
        let verdicts = (0..<1000).map { codel.decide(waited: .seconds(1), behind: 1500, at: .milliseconds(UInt64($0))) }
        #expect(verdicts.allSatisfy { $0 == .send })
    }
}
