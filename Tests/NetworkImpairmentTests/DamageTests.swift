import NetworkImpairment
import RTCCore
import Testing

@Suite("MTU, duplicates and flipped bits")
struct DamageTests {
    @Test("the MTU counts IP and UDP headers", arguments: [(1472, false), (1473, true)])
    func mtu(size: Int, isTooLong: Bool) {
        var pipe = pipe(Impairment(mtu: 1500))
        var traffic = Traffic(size: size)
        traffic.send(1, through: &pipe)
        #expect(traffic.verdicts == [isTooLong ? .dropped(.mtu) : .pass])
        #expect(pipe.counters.dropped(.mtu) == (isTooLong ? 1 : 0))
    }

    @Test("over IPv6 twenty bytes less fit", arguments: [(1452, false), (1453, true)])
    func mtuIPv6(size: Int, isTooLong: Bool) {
        var pipe = pipe(Impairment(mtu: 1500))
        var traffic = Traffic(size: size, path: Traffic.pathIPv6)
        traffic.send(1, through: &pipe)
        #expect(traffic.verdicts == [isTooLong ? .dropped(.mtu) : .pass])
    }

    @Test("a datagram longer than a slot can pass but not be held")
    func tooLongToHold() {
        var pipe = pipe(.none)
        var traffic = Traffic(size: 9000)
        traffic.send(1, through: &pipe)
        pipe.set(Impairment(delay: .milliseconds(1)), at: traffic.now)
        traffic.send(1, through: &pipe)
        #expect(traffic.verdicts == [.pass, .dropped(.mtu)])
    }

    @Test("duplicates come as often as they should, each twice and right behind its original")
    func duplicates() {
        var pipe = pipe(Impairment(duplicate: 0.1))
        var traffic = Traffic()
        traffic.send(100_000, through: &pipe)
        traffic.finish(&pipe)
        let counters = pipe.counters
        let share = Double(counters.duplicated) / 1e5
        #expect(abs(share - 0.1) < fourDeviations(0.1, trials: 1e5))
        #expect(counters.passed == 100_000 + counters.duplicated)
        #expect(traffic.arrivals.count == Int(counters.passed))
        #expect(zip(traffic.arrivals, traffic.arrivals.dropFirst()).allSatisfy { $0.number <= $1.number })
        #expect(counters.reordered == 0)
    }

    @Test("a copy takes its own chance of loss")
    func copyLoss() {
        var pipe = pipe(Impairment(loss: .bernoulli(0.5), duplicate: 1))
        var traffic = Traffic()
        traffic.send(20_000, through: &pipe)
        traffic.finish(&pipe)
        let perNumber = Dictionary(grouping: traffic.arrivals, by: \.number).mapValues(\.count)
        let both = Double(perNumber.filter { $0.value == 2 }.count) / 20_000
        let none = 1 - Double(perNumber.count) / 20_000
        #expect(abs(both - 0.25) < fourDeviations(0.25, trials: 20_000))
        #expect(abs(none - 0.25) < fourDeviations(0.25, trials: 20_000))
    }

    @Test("corruption flips exactly one bit, anywhere, as often as it should")
    func corruption() {
        var pipe = pipe(Impairment(corrupt: 0.2))
        var traffic = Traffic(keepsBytes: true)
        traffic.send(20_000, through: &pipe)
        traffic.finish(&pipe)
        var flipped = 0
        var positions = Set<Int>()
        for (number, arrival) in traffic.arrivals.enumerated() {
            let original = Traffic.packet(number, size: 100)
            let changes = zip(original, arrival.bytes).enumerated().filter { $0.element.0 != $0.element.1 }
            let bits = changes.reduce(0) { $0 + ($1.element.0 ^ $1.element.1).nonzeroBitCount }
            #expect(arrival.bytes.count == 100)
            #expect(bits <= 1)
            flipped += bits
            positions.formUnion(changes.map(\.offset))
        }
        #expect(traffic.arrivals.count == 20_000)
        #expect(pipe.counters.corrupted == UInt64(flipped))
        let share = Double(flipped) / 20_000
        #expect(abs(share - 0.2) < fourDeviations(0.2, trials: 20_000))
        #expect(positions.count == 100)
    }

    @Test("an empty datagram has no bit to flip")
    func empty() {
        var pipe = pipe(Impairment(corrupt: 1))
        let verdict = pipe.offer(UnsafeRawBufferPointer(start: nil, count: 0), on: Traffic.path, now: .origin)
        #expect(verdict == .pass)
    }
}
