import NetworkDriver
import NetworkImpairment
import RTCCore
import Testing

@Suite("The heap of deadlines")
struct DeadlineHeapTests {
    @Test("agrees with a plain search whatever is done to it", arguments: [UInt64(1), 2, 3, 4])
    func model(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var heap = DeadlineHeap()
        var model: [Int: Instant] = [:]
        for _ in 0..<20_000 {
            let slot = Int(random.next() % 200)
            if random.next() % 4 == 0 {
                heap.remove(slot)
                model[slot] = nil
            } else {
                let time = Instant(nanoseconds: random.next() % 1_000_000)
                heap.set(slot, to: time)
                model[slot] = time
            }
            #expect(heap.first?.time == model.values.min())
            #expect(heap.count == model.count)
            #expect(heap.time(of: slot) == model[slot])
        }
    }

    @Test("gives everything out in order")
    func order() {
        var random = SplitMix64(seed: 9)
        var heap = DeadlineHeap()
        for slot in 0..<1000 { heap.set(slot, to: Instant(nanoseconds: random.next() % 500)) }
        var last = Instant.origin
        while let first = heap.first {
            #expect(first.time >= last)
            last = first.time
            heap.remove(first.slot)
        }
        #expect(last > .origin)
    }
}

@Suite("The histogram of lag")
struct LagHistogramTests {
    @Test("knows quantiles within an eighth, and the maximum exactly")
    func quantiles() {
        var lag = LagHistogram()
        for value in 1...10_000 { lag.record(nanoseconds: Int64(value) * 1000) }
        #expect(lag.count == 10_000)
        #expect(lag.max == .milliseconds(10))
        #expect((9900...11_138).contains(lag.p99.inNanoseconds / 1000))
        #expect((5000...5625).contains(lag.quantile(0.5).inNanoseconds / 1000))
        #expect(lag.quantile(1) == lag.max)
        #expect(lag.mean == .nanoseconds(5_000_500))
    }

    @Test("takes the extremes", arguments: [Int64.min, -1, 0, 1, 1023, 1024, 1 << 36, .max])
    func extremes(value: Int64) {
        var lag = LagHistogram()
        lag.record(nanoseconds: value)
        #expect(lag.max == .nanoseconds(max(0, value)))
        #expect(lag.p99 <= lag.max)
        #expect(LagHistogram().p99 == .zero)
    }

    @Test("two together are as one that saw everything")
    func merging() {
        var left = LagHistogram()
        var right = LagHistogram()
        var both = LagHistogram()
        var random = SplitMix64(seed: 3)
        for index in 0..<1000 {
            let value = Int64(random.next() % 1_000_000_000)
            both.record(nanoseconds: value)
            if index % 2 == 0 { left.record(nanoseconds: value) } else { right.record(nanoseconds: value) }
        }
        left.merge(right)
        #expect(left.p99 == both.p99 && left.max == both.max && left.count == both.count && left.mean == both.mean)
    }
}

@Suite("Signaling URLs")
struct SignalingURLTests {
    @Test(
        "takes what RFC 6455 §3 allows",
        arguments: [
            ("ws://localhost", "localhost", 80, "/", "localhost:80"),
            ("WS://127.0.0.1:9999/ws", "127.0.0.1", 9999, "/ws", "127.0.0.1:9999"),
            ("ws://[::1]:8080/a/b?c=d&e=/", "::1", 8080, "/a/b?c=d&e=/", "[::1]:8080"),
            ("ws://host?room=1#part", "host", 80, "/?room=1", "host:80"),
            ("wss://host/ws", "host", 443, "/ws", "host:443"),
        ] as [(String, String, UInt16, String, String)])
    func good(text: String, host: String, port: UInt16, resource: String, authority: String) throws {
        let url = try SignalingURL(text)
        #expect(url.host == host && url.port == port && url.resource == resource && url.authority == authority)
        #expect(url.isSecure == text.hasPrefix("wss:"))
    }

    @Test(
        "says what is wrong with the rest",
        arguments: [
            "", "ws:/host", "http://host/", "wss:///path", "ws://", "ws:///path", "ws://host:0/", "ws://host:65536/",
            "ws://host:/", "ws://host:+1/", "ws://user@host/", "ws://[::1/", "ws://[::1]x/", "ws://ho st/", "ws://[host]/",
        ])
    func bad(text: String) {
        #expect(throws: SignalingURL.Malformed.self) { try SignalingURL(text) }
    }

    @Test("is not brought down by 10,000 mutations")
    func mutations() {
        let corpus = [
            "ws://localhost", "ws://127.0.0.1:9999/ws", "ws://[::1]:8080/a/b?c=d", "ws://host?room=1#part", "wss://h:1/",
        ]
        for text in Mutations(of: corpus.map { Array($0.utf8) }, seed: 5, count: 10_000) {
            guard let url = try? SignalingURL(String(decoding: text, as: UTF8.self)) else { continue }
            #expect(url.port > 0 && !url.host.isEmpty && url.resource.hasPrefix("/"))
        }
    }
}

@Suite("The host's health")
struct HostHealthTests {
    static let pressure =
        "some avg10=12.50 avg60=3.10 avg300=0.80 total=123456\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
    static let stat = "cpu  100 20 300 4000 50 6 7 250 0 0\ncpu0 50 10 150 2000 25 3 3 125 0 0\n"

    @Test("is read from the kernel's files")
    func reading() {
        #expect(HostHealth.pressure(from: Self.pressure) == 0.125)
        #expect(HostHealth.steal(from: Self.stat, ticksPerSecond: 100) == .milliseconds(2500))
        #expect(HostHealth.pressure(from: "") == nil)
        #expect(HostHealth.steal(from: "cpu  1 2 3\n", ticksPerSecond: 100) == nil)
        let now = HostHealth.read(at: .origin)
        #expect(now.processCPU > .zero && now.processors > 0)
    }

    @Test("is not brought down by 10,000 mutations of those files")
    func mutations() {
        let corpus = [Array(Self.pressure.utf8), Array(Self.stat.utf8)]
        for text in Mutations(of: corpus, seed: 6, count: 10_000) {
            let text = String(decoding: text, as: UTF8.self)
            if let pressure = HostHealth.pressure(from: text) { #expect((0...1).contains(pressure)) }
            if let steal = HostHealth.steal(from: text, ticksPerSecond: 100) { #expect(steal >= .zero) }
        }
    }
}

/// Seeded mutations of a corpus: bit flips, truncations, extensions and splices.
struct Mutations: Sequence, IteratorProtocol {
    private let corpus: [[UInt8]]
    private var random: SplitMix64
    private var left: Int

    init(of corpus: [[UInt8]], seed: UInt64, count: Int) {
        self.corpus = corpus
        random = SplitMix64(seed: seed)
        left = count
    }

    mutating func next() -> [UInt8]? {
        guard left > 0 else { return nil }
        left -= 1
        var text = pick()
        switch random.next() % 4 {
        case 0:
            for _ in 0...(random.next() % 4) where !text.isEmpty {
                text[Int(random.next() % UInt64(text.count))] ^= 1 << UInt8(random.next() % 8)
            }
        case 1:
            text.removeLast(Int(random.next() % UInt64(text.count + 1)))
        case 2:
            for _ in 0...(random.next() % 16) { text.append(UInt8(truncatingIfNeeded: random.next())) }
        default:
            let other = pick()
            text =
                text.prefix(Int(random.next() % UInt64(text.count + 1)))
                + other.suffix(
                    Int(random.next() % UInt64(other.count + 1)))
        }
        return text
    }

    private mutating func pick() -> [UInt8] {
        corpus[Int(random.next() % UInt64(corpus.count))]
    }
}
