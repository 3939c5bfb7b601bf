import NetworkImpairment
import RTCCore
import Testing

@Suite("The bottleneck")
struct RateTests {
    /// 1,250 bytes on the wire: ten milliseconds at a megabit.
    static let payload = 1222

    private func bottleneck(_ megabits: Double, _ queue: RateLimit.Queue = .dropTail(.seconds(10))) -> Impairment {
        Impairment(rate: RateLimit(bitsPerSecond: megabits * 1e6, queue: queue))
    }

    @Test("twice the load comes out at the rate of the link, headers included")
    func throughput() {
        var pipe = pipe(bottleneck(1, .dropTail(.milliseconds(300))))
        var traffic = Traffic(spacing: .milliseconds(5), size: Self.payload)
        traffic.send(12_000, through: &pipe)
        let arrived = traffic.arrivals.filter { $0.at <= .seconds(60) }.count
        let counters = pipe.counters
        let megabits = Double(arrived * 1250 * 8) / 60e6
        #expect(abs(megabits - 1) < 0.001)
        #expect(counters.dropped(.queue) + counters.passed + UInt64(pipe.heldCount) == 12_000)
    }

    @Test("a queue bounded in time never makes anyone wait longer, and fills up to it", arguments: [50, 300, 1000])
    func dropTail(limit: Int) {
        var pipe = pipe(bottleneck(1, .dropTail(.milliseconds(limit))))
        var traffic = Traffic(spacing: .milliseconds(5), size: Self.payload)
        traffic.send(4000, through: &pipe)
        traffic.finish(&pipe)
        let longest = traffic.delays.max() ?? 0
        #expect(longest <= Double(limit) * 1e6 + 10e6)
        #expect(longest > Double(limit) * 1e6 - 1e6)
        #expect(pipe.counters.maxQueueDelay <= .milliseconds(limit))
        #expect(pipe.counters.maxQueueDelay > .milliseconds(limit - 11))
    }

    @Test("a queue bounded in bytes holds what fits behind the packet in transmission")
    func bytes() {
        var pipe = pipe(bottleneck(1, .bytes(5 * 1250 + 1249)))
        var traffic = Traffic(spacing: .zero, size: Self.payload)
        traffic.send(10, through: &pipe)
        #expect(pipe.heldCount == 6)
        #expect(traffic.verdicts.suffix(4).allSatisfy { $0 == .dropped(.queue) })
    }

    @Test("a packet that finds the link idle goes, however small the queue")
    func idle() {
        var pipe = pipe(bottleneck(1, .bytes(0)))
        var traffic = Traffic(spacing: .milliseconds(10), size: Self.payload)
        traffic.send(100, through: &pipe)
        traffic.finish(&pipe)
        #expect(traffic.arrivals.count == 100)
        #expect(traffic.delays.allSatisfy { $0 == 10e6 })
    }

    @Test("a new rate re-times the packet in transmission and keeps the queue")
    func retimes() {
        var pipe = pipe(bottleneck(1))
        var traffic = Traffic(spacing: .zero, size: Self.payload)
        traffic.send(3, through: &pipe)
        pipe.set(bottleneck(0.5), at: .milliseconds(5))
        traffic.finish(&pipe)
        #expect(traffic.arrivals.map(\.at) == [.milliseconds(15), .milliseconds(35), .milliseconds(55)])
    }

    @Test("a link without a rate lets the queue go at once, in order")
    func released() {
        var pipe = pipe(bottleneck(1))
        var traffic = Traffic(spacing: .zero, size: Self.payload)
        traffic.send(5, through: &pipe)
        pipe.set(.none, at: .milliseconds(12))
        traffic.finish(&pipe)
        #expect(traffic.arrivals.map(\.number) == [0, 1, 2, 3, 4])
        #expect(traffic.arrivals.dropFirst().allSatisfy { $0.at == .milliseconds(12) })
    }

    @Test("delay and jitter come after the queue, with the delay in force when a packet leaves it")
    func delayAfterQueue() {
        var slow = bottleneck(1)
        slow.delay = .milliseconds(100)
        var pipe = pipe(slow)
        var traffic = Traffic(spacing: .zero, size: Self.payload)
        traffic.send(2, through: &pipe)
        slow.delay = .milliseconds(200)
        pipe.set(slow, at: .milliseconds(15))
        traffic.finish(&pipe)
        #expect(traffic.arrivals.map(\.at) == [.milliseconds(110), .milliseconds(220)])
    }

    @Test("IPv6 costs twenty bytes more")
    func overhead() {
        var pipe = pipe(bottleneck(1))
        var traffic = Traffic(spacing: .zero, size: Self.payload, path: Traffic.pathIPv6)
        traffic.send(1, through: &pipe)
        #expect(pipe.deadline == Instant(nanoseconds: 1270 * 8 * 1000))
    }

    @Test("the deadline tells exactly when something comes out")
    func deadline() {
        var jittery = bottleneck(5, .bytes(30_000))
        jittery.delay = .milliseconds(10)
        jittery.jitter = Jitter(.uniform, amount: .milliseconds(20))
        var pipe = pipe(jittery)
        var traffic = Traffic(spacing: .zero, size: Self.payload)
        traffic.send(20, through: &pipe)
        while let deadline = pipe.deadline {
            #expect(Traffic.next(from: &pipe, at: Instant(nanoseconds: deadline.nanoseconds - 1)) == nil)
            #expect(Traffic.next(from: &pipe, at: deadline) != nil)
        }
        #expect(pipe.counters.passed == 20)
    }
}

@Suite("A link's pacer")
struct RatePacerTests {
    @Test("packets back to back keep the rate over a long run")
    func longRun() {
        var pacer = RatePacer(bitsPerSecond: 7_777_777)
        var now = Instant.origin
        for _ in 0..<100_000 {
            pacer.begin(bytes: 1250, at: now)
            now = pacer.departure ?? now
            pacer.finish(at: now)
        }
        #expect(abs(now.seconds - 1e9 / 7_777_777) < 1e-4)
    }

    @Test("a rate that changes twice within a packet accounts for each part")
    func twoChanges() {
        var pacer = RatePacer(bitsPerSecond: 1e6)
        pacer.begin(bytes: 1250, at: .origin)
        pacer.setRate(2e6, at: .milliseconds(5))
        pacer.setRate(0.5e6, at: .milliseconds(6))
        #expect(pacer.departure == .milliseconds(12))
    }

    @Test("a rate close to nothing is slow, not a crash")
    func almostNothing() {
        var pacer = RatePacer(bitsPerSecond: 1e-300)
        pacer.begin(bytes: 1500, at: .seconds(1))
        #expect((pacer.departure ?? .origin).seconds > 1e9)
    }
}
