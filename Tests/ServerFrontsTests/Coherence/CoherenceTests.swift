import RTCCore
import SignalingProtocol
import Testing

@Suite("Coherence", .serialized)
struct CoherenceTests {
    /// The fewest steps that still break something: halves, then quarters, then single steps are left out while it does.
    private static func shrunk(_ steps: [CoherenceStep], seed: UInt64) -> [CoherenceStep] {
        var steps = steps
        var size = steps.count / 2
        while size > 0 {
            var start = 0
            while start < steps.count {
                var fewer = steps
                fewer.removeSubrange(start..<min(start + size, steps.count))
                if Coherence.run(fewer, seed: seed).oracle.broken.isEmpty { start += size } else { steps = fewer }
            }
            size /= 2
        }
        return steps
    }

    @Test(
        "the thirteen invariants hold over a thousand seeds of people who come, go, break, resume, stall, speak and moderate",
        arguments: 0..<8)
    func seeds(part: Int) {
        var resumes = 0
        var kicks = 0
        var signals = 0
        var messages = 0
        var gaps = 0
        for seed in UInt64(part * 125)..<UInt64(part * 125 + 125) {
            let steps = Coherence.steps(seed: seed)
            let run = Coherence.run(steps, seed: seed)
            resumes += run.oracle.resumes
            kicks += run.oracle.kicks
            signals += run.oracle.deliveredSignals
            messages += run.oracle.checkedMessages
            gaps += run.oracle.lostSessions[.resumeGap, default: 0]
            guard !run.oracle.broken.isEmpty else { continue }
            let fewest = Self.shrunk(steps, seed: seed)
            let broken = Coherence.run(fewest, seed: seed).oracle.broken
            Issue.record(
                """
                seed \(seed): \(broken.prefix(3).joined(separator: "; ")) \
                replay: \(fewest.map { "\($0)" }.joined(separator: ", "))
                """)
            return
        }
        let counts = [resumes, kicks, signals, messages, gaps]
        #expect(counts.allSatisfy { $0 > 0 }, "\(counts)")
    }

    @Test("each of the thirteen checks can fail", arguments: CoherenceFault.allCases)
    func faults(fault: CoherenceFault) {
        var found: [String] = []
        for seed in 0..<UInt64(60) {
            let run = Coherence.run(Coherence.steps(seed: seed), seed: seed, fault: fault)
            found = run.oracle.broken
            if found.contains(where: { $0.hasPrefix("\(fault.rawValue): ") }) { return }
        }
        Issue.record("\(fault) was not found; the last run said \(found)")
    }
}
