import NetworkImpairment
import RTCCore
import Testing

@Suite("Congestion marks")
struct MarkTests {
    private func run(_ impairment: Impairment, ecn: ECN, seed: UInt64 = 7) -> (Traffic, PipeCounters) {
        var pipe = pipe(impairment, seed: seed)
        var traffic = Traffic()
        traffic.ecn = ecn
        traffic.send(20_000, through: &pipe)
        traffic.finish(&pipe)
        return (traffic, pipe.counters)
    }

    @Test("a share of what can be marked is, and nothing else changes", arguments: [ECN.ect0, .ect1], [UInt64(1), 2, 3])
    func share(ecn: ECN, seed: UInt64) {
        let (traffic, counters) = run(Impairment(mark: 0.1), ecn: ecn, seed: seed)
        let marked = traffic.codepoints.filter { $0 == .ce }.count
        #expect(abs(Double(marked) / 20_000 - 0.1) < fourDeviations(0.1, trials: 20_000))
        #expect(counters.marked == UInt64(marked))
        #expect(counters.passed == 20_000)
        #expect(traffic.codepoints.allSatisfy { $0 == ecn || $0 == .ce })
        #expect(traffic.arrivals.map(\.number) == Array(0..<20_000))
    }

    @Test("who does not understand marks gets none, and a mark is not set twice", arguments: [ECN.notECT, .ce])
    func others(ecn: ECN) {
        let (traffic, counters) = run(Impairment(mark: 1), ecn: ecn)
        #expect(counters.marked == 0)
        #expect(traffic.codepoints.allSatisfy { $0 == ecn })
    }

    @Test("a codepoint keeps through delay, rate and duplication")
    func kept() {
        let (traffic, counters) = run(
            Impairment(delay: .milliseconds(5), rate: RateLimit(bitsPerSecond: 10e6), duplicate: 0.2), ecn: .ect1)
        #expect(counters.offeredCapable == 20_000)
        #expect(traffic.codepoints.count == Int(counters.passed))
        #expect(traffic.codepoints.allSatisfy { $0 == .ect1 })
    }
}
