import NetworkImpairment
import RTCCore
import Testing

@Suite("Reading traces")
struct TraceParsingTests {
    private func parse(_ text: String) throws(TraceError) -> NetworkTrace {
        try NetworkTrace.parse(Array(text.utf8), path: "t.csv")
    }

    private func complaint(_ text: String) -> String {
        do {
            _ = try parse(text)
            return ""
        } catch {
            return error.description
        }
    }

    @Test("one millisecond a line is mahimahi's format; the last one is the length")
    func mahimahi() throws {
        let trace = try parse("# recorded somewhere\n0\n0\r\n5\n\n10\n")
        #expect(trace.content == .opportunities([0, 0, 5, 10]))
        #expect(trace.length == .milliseconds(10))
        #expect(trace.meanRate == 4_800_000.0)
    }

    @Test("a CSV has a header, columns in any order, and times from its first line on")
    func csv() throws {
        let trace = try parse("t_ms,loss,rate_kbps\n1000, 0.1, 500\n3000,0,1500\n")
        #expect(
            trace.content
                == .steps([
                    .init(at: .zero, bitsPerSecond: 500_000, loss: 0.1),
                    .init(at: .seconds(2), bitsPerSecond: 1_500_000, loss: 0),
                ]))
        #expect(trace.length == .seconds(4))
        #expect(trace.meanRate == 1e6)
        #expect(trace.meanLoss == 0.05)
        #expect(trace.setsDelay == false)
    }

    static let wrong: [(text: String, message: String)] = [
        ("", "t.csv: the trace is empty: write one millisecond a line"),
        ("# nothing\n", "the trace is empty"),
        ("1\n3\n2\n", "t.csv:3: 2 comes before 3 of the line above: sort the lines"),
        ("1\n2.5\n", "t.csv:2: '2.5' is not a millisecond: write whole numbers up to a week, one a line"),
        ("1\n99999999999\n", "t.csv:2: '99999999999' is not a millisecond"),
        ("0\n0\n", "the last time is the length of the trace and must be more than 0"),
        ("t_ms,rate\n", "t.csv:1: 'rate' is not a column of a trace; there are: t_ms, rate_kbps, delay_ms, loss"),
        ("t_ms\n", "t.csv:1: a trace needs the column t_ms and one of rate_kbps, delay_ms and loss"),
        ("rate_kbps,loss\n", "a trace needs the column t_ms"),
        ("t_ms,loss,loss\n", "the column 'loss' stands twice"),
        ("t_ms,loss\n", "the trace has a header and no lines"),
        ("t_ms,loss\n0\n", "t.csv:2: the line has 1 values; the header has 2: t_ms,loss"),
        ("t_ms,loss\n0,\n", "t.csv:2: '' is not a number for loss: write 0 or more"),
        ("t_ms,loss\n0,5%\n", "'5%' is not a number for loss"),
        ("t_ms,loss\n0,nan\n", "'nan' is not a number for loss"),
        ("t_ms,loss\n0,5\n", "'5' is too much for loss: write at most 1 (a share from 0 to 1, not per cent)"),
        ("t_ms,rate_kbps\n0,1e300\n", "'1e300' is too much for rate_kbps"),
        ("t_ms,delay_ms\n0,-1\n", "'-1' is not a number for delay_ms"),
        ("t_ms,delay_ms\n0,1\n\n0,2\n", "t.csv:4: the time 0 does not come after the line above: sort the lines"),
        ("t_ms,delay_ms\n0,90000\n", "'90000' is too much for delay_ms: write at most 60000"),
        ("hello\n", "'hello' is not a column"),
    ]

    @Test("what is wrong is said with the line and what to write", arguments: wrong)
    func errors(text: String, message: String) {
        #expect(complaint(text).contains(message))
    }

    @Test("bytes that are no text, and a file that is too long")
    func limits() {
        #expect(throws: TraceError.self) { _ = try NetworkTrace.parse([0xFF, 0xFE], path: "t") }
        let long = [UInt8](repeating: UInt8(ascii: "\n"), count: NetworkTrace.Limits.fileSize + 1)
        #expect(throws: TraceError(path: "t", message: "the trace is longer than 32 MiB; cut it")) {
            _ = try NetworkTrace.parse(long, path: "t")
        }
    }

    @Test("ten thousand mutations of right traces neither trap nor make a trace without a length")
    func mutations() throws {
        var random = SplitMix64(seed: 11)
        let corpus = ["0\n1\n5\n10\n", "t_ms,rate_kbps,delay_ms,loss\n0,500,20,0.01\n1000,0,25,0.5\n2000,1500.5,20,0\n"]
        var accepted = 0
        for round in 0..<10_000 {
            var bytes = Array(corpus[round % 2].utf8)
            for _ in 0...(random.next() % 3) {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(UInt8(ascii: "0") + UInt8(random.next() % 12), at: place)
                default: bytes += bytes[place...]
                }
                if bytes.isEmpty { bytes = [10] }
            }
            guard let trace = try? NetworkTrace.parse(bytes, path: "t") else { continue }
            accepted += 1
            #expect(trace.length > .zero)
            var pipe = pipe(Impairment(trace: TraceReplay(path: "t", trace: trace)))
            var traffic = Traffic(spacing: .milliseconds(300), size: 500)
            traffic.send(20, through: &pipe)
            let counters = pipe.counters
            #expect(counters.offered == counters.passed + counters.dropped + UInt64(pipe.heldCount))
        }
        #expect(accepted > 1000)
    }
}

@Suite("Replaying traces")
struct TraceReplayTests {
    /// 1,250 bytes on the wire: ten milliseconds at a megabit.
    static let payload = 1222

    private func steps(_ steps: [NetworkTrace.Step], length: Duration, loops: Bool = true) -> Impairment {
        Impairment(
            trace: TraceReplay(path: "t", trace: NetworkTrace(steps: steps, length: length), loops: loops, queue: .endless))
    }

    @Test("a step that comes in the midst of a packet re-times it, and a link that stands still keeps it")
    func retimes() {
        var pipe = pipe(
            steps(
                [
                    .init(at: .zero, bitsPerSecond: 1e6), .init(at: .milliseconds(5), bitsPerSecond: 0),
                    .init(at: .milliseconds(105), bitsPerSecond: 0.5e6),
                ], length: .seconds(10)))
        var traffic = Traffic(spacing: .zero, size: Self.payload)
        traffic.send(2, through: &pipe)
        traffic.finish(&pipe)
        #expect(traffic.arrivals.map(\.at) == [.milliseconds(115), .milliseconds(135)])
    }

    @Test("it begins again at its end, or its last step stays", arguments: [true, false])
    func loops(loops: Bool) {
        var pipe = pipe(
            steps(
                [.init(at: .zero, delay: .milliseconds(10)), .init(at: .seconds(1), delay: .milliseconds(50))],
                length: .seconds(2), loops: loops))
        var traffic = Traffic(spacing: .milliseconds(500))
        traffic.send(12, through: &pipe)
        traffic.finish(&pipe)
        let round = [10e6, 10e6, 50e6, 50e6]
        #expect(traffic.delays == (loops ? round + round + round : round + Array(repeating: 50e6, count: 8)))
    }

    @Test("rounds that nobody saw are left out, also very many")
    func idle() {
        var pipe = pipe(
            steps(
                [.init(at: .zero, delay: .zero), .init(at: .milliseconds(1), delay: .milliseconds(50))], length: .milliseconds(2))
        )
        var traffic = Traffic(spacing: .seconds(10_000_001.0 / 1000))
        traffic.send(4, through: &pipe)
        traffic.finish(&pipe)
        #expect(traffic.delays == [0, 50e6, 0, 50e6])
    }

    @Test("the loss of each step comes out within four deviations", arguments: [UInt64(1), 2, 3])
    func loss(seed: UInt64) {
        var pipe = pipe(
            steps([.init(at: .zero, loss: 0.01), .init(at: .seconds(1), loss: 0.3)], length: .seconds(2)), seed: seed)
        var traffic = Traffic(spacing: .milliseconds(1))
        traffic.send(100_000, through: &pipe)
        let losses = traffic.losses
        let shares = [0, 1].map { half in
            Double(losses.indices.filter { $0 / 1000 % 2 == half && losses[$0] }.count) / 50_000
        }
        #expect(abs(shares[0] - 0.01) < fourDeviations(0.01, trials: 50_000))
        #expect(abs(shares[1] - 0.3) < fourDeviations(0.3, trials: 50_000))
    }

    @Test("throughput follows the rate of each step")
    func throughput() {
        var impairment = steps(
            [.init(at: .zero, bitsPerSecond: 1e6), .init(at: .seconds(1), bitsPerSecond: 3e6)], length: .seconds(2))
        impairment.trace?.queue = .packets(10)
        var pipe = pipe(impairment)
        var traffic = Traffic(spacing: .milliseconds(2), size: Self.payload)
        traffic.send(10_000, through: &pipe)
        let arrivals = traffic.arrivals.filter { $0.at <= .seconds(20) }
        for second in 0..<20 {
            let count = arrivals.filter { $0.at > .seconds(Double(second)) && $0.at <= .seconds(Double(second + 1)) }.count
            #expect(abs(count - (second % 2 == 0 ? 100 : 300)) <= 1)
        }
    }

    @Test("at each of mahimahi's moments 1,500 bytes leave; what nobody needs is gone")
    func opportunities() {
        let trace = NetworkTrace(opportunities: [10, 10, 20, 50])
        var pipe = pipe(Impairment(trace: TraceReplay(path: "t", trace: trace)))
        var traffic = Traffic(spacing: .milliseconds(5), size: 1472)
        traffic.send(6, through: &pipe)
        traffic.finish(&pipe)
        // Sent at 0, 5, 10, 15, 20 and 25 ms; the round begins again at 50 ms.
        #expect(traffic.arrivals.map { $0.at.nanoseconds / 1_000_000 } == [10, 10, 20, 50, 60, 60])
    }

    @Test("small packets share a moment, and a large one needs two")
    func sizes() {
        let trace = NetworkTrace(opportunities: [10, 20, 30, 40, 50])
        var pipe = pipe(Impairment(trace: TraceReplay(path: "t", trace: trace)))
        var traffic = Traffic(spacing: .zero, size: 722)
        traffic.send(5, through: &pipe)
        traffic.finish(&pipe)
        #expect(traffic.arrivals.map { $0.at.nanoseconds / 1_000_000 } == [10, 10, 20, 20, 30])
        var second = Traffic(spacing: .zero, size: 972)
        var other = NetworkImpairmentTests.pipe(Impairment(trace: TraceReplay(path: "t", trace: trace)))
        second.send(3, through: &other)
        second.finish(&other)
        #expect(second.arrivals.map { $0.at.nanoseconds / 1_000_000 } == [10, 20, 20])
    }

    @Test("a long run of opportunities comes out at their mean rate")
    func meanRate() throws {
        var random = SplitMix64(seed: 3)
        let trace = NetworkTrace(opportunities: (0..<2000).map { _ in UInt32(random.next() % 4000) }.sorted() + [4000])
        var pipe = pipe(Impairment(trace: TraceReplay(path: "t", trace: trace)))
        var traffic = Traffic(spacing: .milliseconds(1), size: 1472)
        traffic.send(40_000, through: &pipe)
        let passed = Double(traffic.arrivals.count * 1500 * 8) / 40
        let mean = try #require(trace.meanRate)
        #expect(abs(passed / mean - 1) < 0.01)
    }

    @Test("a queue bounded in time is bounded by what the mean rate carries in it")
    func queue() {
        var impairment = steps(
            [.init(at: .zero, bitsPerSecond: 2e6), .init(at: .seconds(1), bitsPerSecond: 0)], length: .seconds(2))
        impairment.trace?.queue = .dropTail(.milliseconds(100))
        var pipe = pipe(impairment)
        var traffic = Traffic(spacing: .milliseconds(10), size: Self.payload)
        traffic.send(199, through: &pipe)
        // 100 ms of one megabit: ten packets, and the one in transmission.
        #expect(pipe.heldCount == 11)
    }

    @Test("another network in the midst of a trace keeps what is under way, and the other way round")
    func change() {
        let trace = TraceReplay(path: "t", trace: NetworkTrace(opportunities: [100, 200, 300]))
        var pipe = pipe(Impairment(trace: trace))
        var traffic = Traffic(spacing: .zero, size: Self.payload)
        traffic.send(3, through: &pipe)
        pipe.set(Impairment(rate: RateLimit(bitsPerSecond: 1e6)), at: .milliseconds(20))
        traffic.take(until: .milliseconds(45), from: &pipe)
        #expect(traffic.arrivals.map(\.at) == [.milliseconds(30), .milliseconds(40)])
        pipe.set(Impairment(trace: trace), at: .milliseconds(45))
        traffic.finish(&pipe)
        #expect(traffic.arrivals.map(\.at) == [.milliseconds(30), .milliseconds(40), .milliseconds(145)])
        #expect(pipe.isTransparent == false)
        pipe.set(.none, at: .milliseconds(145))
        #expect(pipe.isTransparent == true)
    }
}

@Suite("Synthetic traces")
struct SyntheticTraceTests {
    @Test("the quantiles of a long one are those of its recording", arguments: SyntheticTrace.shapes)
    func quantiles(shape: SyntheticTrace.Shape) throws {
        var generator = SyntheticTrace(shape, seed: 5)
        guard case .steps(let steps) = generator.make(seconds: 50_000).content else { throw TraceError(path: "", message: "") }
        let rates = steps.compactMap(\.bitsPerSecond).sorted().map { $0 / 1e6 }
        let span = shape.p95 - shape.p5
        // Of twenty rates, the one at a quantile may be a neighbour of the exact one.
        for (share, expected) in [(0.05, shape.p5), (0.5, shape.p50), (0.95, shape.p95)] {
            #expect(abs(rates[Int(share * 50_000)] - expected) < 0.08 * span)
        }
    }

    @Test("it stays or moves to a near rate, and the same seed gives the same")
    func neighbours() throws {
        var first = SyntheticTrace(SyntheticTrace.shapes[2], seed: 5)
        var second = SyntheticTrace(SyntheticTrace.shapes[2], seed: 5)
        var third = SyntheticTrace(SyntheticTrace.shapes[2], seed: 6)
        let trace = first.make(seconds: 1000)
        #expect(trace == second.make(seconds: 1000))
        #expect(trace != third.make(seconds: 1000))
        guard case .steps(let steps) = trace.content else { throw TraceError(path: "", message: "") }
        let rates = steps.compactMap(\.bitsPerSecond)
        let known = Set(rates).sorted()
        #expect(known.count == SyntheticTrace.stateCount)
        let moves = zip(rates, rates.dropFirst()).map { abs((known.firstIndex(of: $0) ?? 0) - (known.firstIndex(of: $1) ?? 99)) }
        #expect(moves.allSatisfy { $0 <= 2 })
    }

    @Test("as CSV it can be read again")
    func csv() throws {
        var generator = SyntheticTrace(SyntheticTrace.shapes[0], seed: 5)
        let trace = generator.make(seconds: 60)
        let csv = try #require(trace.csv)
        #expect(try NetworkTrace.parse(Array(csv.utf8), path: "t") == trace)
    }
}
