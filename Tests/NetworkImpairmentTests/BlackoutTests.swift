import NetworkImpairment
import RTCCore
import Testing

@Suite("Blackouts")
struct BlackoutTests {
    @Test("everything offered while it lasts is dropped, and nothing after it")
    func offered() {
        var pipe = pipe(.none)
        var traffic = Traffic(spacing: .milliseconds(10))
        traffic.send(5, through: &pipe)
        pipe.blackout(from: traffic.now, for: .milliseconds(50))
        traffic.send(10, through: &pipe)
        let expected = Array(repeating: Verdict.pass, count: 5) + Array(repeating: .dropped(.blackout), count: 5)
        #expect(traffic.verdicts == expected + Array(repeating: .pass, count: 5))
        #expect(pipe.isTransparent == true)
    }

    @Test("what waits in the queue and what is in flight when it begins is dropped")
    func underWay() {
        var pipe = pipe(Impairment(delay: .milliseconds(25), rate: RateLimit(bitsPerSecond: 1e6, queue: .bytes(1_000_000))))
        var traffic = Traffic(spacing: .zero, size: 1222)
        traffic.send(10, through: &pipe)
        traffic.take(until: .milliseconds(40), from: &pipe)
        #expect(traffic.arrivals.map(\.number) == [0])
        pipe.blackout(from: .milliseconds(44), for: .seconds(1))
        traffic.finish(&pipe)
        #expect(traffic.arrivals.map(\.number) == [0])
        #expect(pipe.counters.dropped(.blackout) == 9)
        #expect(pipe.heldCount == 0)
        var entries: [LedgerEntry] = []
        pipe.drainLedger { entries.append($0) }
        #expect(entries.map(\.sequenceNumber) == (1...9).map { UInt16($0) })
        #expect(entries.allSatisfy { $0.time == .milliseconds(44) && $0.cause == .blackout })
    }

    @Test("what is due when it begins has arrived")
    func due() {
        var pipe = pipe(Impairment(delay: .milliseconds(10)))
        var traffic = Traffic(spacing: .milliseconds(10))
        traffic.send(1, through: &pipe)
        pipe.blackout(from: .milliseconds(10), for: .seconds(1))
        #expect(Traffic.next(from: &pipe, at: .milliseconds(10))?.number == 0)
    }

    @Test("overlapping blackouts end with the later one")
    func overlap() {
        var pipe = pipe(.none)
        var traffic = Traffic(spacing: .milliseconds(10))
        pipe.blackout(from: .origin, for: .milliseconds(100))
        pipe.blackout(from: .origin, for: .milliseconds(30))
        traffic.send(11, through: &pipe)
        #expect(traffic.verdicts.filter { $0 == .dropped(.blackout) }.count == 10)
        #expect(traffic.verdicts.last == .pass)
    }

    @Test("the link works again at full rate afterwards")
    func recovery() {
        var pipe = pipe(Impairment(rate: RateLimit(bitsPerSecond: 1e6)))
        var traffic = Traffic(spacing: .milliseconds(10), size: 1222)
        traffic.send(2, through: &pipe)
        pipe.blackout(from: .milliseconds(15), for: .milliseconds(5))
        traffic.send(3, through: &pipe)
        traffic.finish(&pipe)
        #expect(traffic.arrivals.map(\.number) == [0, 2, 3, 4])
        #expect(traffic.delays.allSatisfy { $0 == 10e6 })
    }
}
