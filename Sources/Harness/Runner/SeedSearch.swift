public import AccessCore
internal import Dispatch
public import Measurement
internal import RTCCore
public import Scenario
internal import Synchronization

/// Simulates one scenario under many seeds and keeps those that do not pass.
///
/// Each seed is a run of its own on one thread; which thread does not matter to its bytes.
public struct SeedSearch: Sendable {
    public struct Failure: Sendable {
        public var seed: UInt64
        public var verdict: Verdict
        public var reasons: [String]
        /// The texts of the assertions that do not hold.
        public var assertions: [String]
        /// Those of them that missed their bound; the others had nothing to compare.
        public var missed: [String]
    }

    public var seedsRun: Int
    /// By seed.
    public var failures: [Failure]

    /// - Parameters:
    ///   - plan: The scenario unrolled for a seed.
    ///   - progress: Called from any thread with how many seeds are done.
    /// - Throws: ``RunError`` where this machine cannot simulate.
    public init(
        seeds: ClosedRange<UInt64>, media: MediaLibrary, tokenKeys: (any TokenKeys)? = nil,
        plan: @escaping @Sendable (UInt64) -> Plan,
        progress: @escaping @Sendable (Int) -> Void
    ) throws(RunError) {
        let all = Array(seeds)
        let found = Mutex<(done: Int, failures: [Failure], error: RunError?)>((0, [], nil))
        DispatchQueue.concurrentPerform(iterations: all.count) { index in
            guard found.withLock({ $0.error == nil }) else { return }
            let plan = plan(all[index])
            let result = Result { () throws(RunError) in try SimulatedRun.perform(plan, media: media, tokenKeys: tokenKeys) }
            let failure: Failure?
            switch result {
            case .success(let record): failure = Self.failure(of: record, plan: plan)
            case .failure(let error):
                found.withLock { $0.error = error }
                return
            }
            let done = found.withLock { state in
                state.done += 1
                if let failure { state.failures.append(failure) }
                return state.done
            }
            progress(done)
        }
        let state = found.withLock { $0 }
        if let error = state.error { throw error }
        seedsRun = state.done
        failures = state.failures.sorted { $0.seed < $1.seed }
    }

    /// What is wrong with a run; `nil` where nothing is.
    static func failure(of record: RunRecord, plan: Plan) -> Failure? {
        let judgement = Judgement(RunMeasurement(record), assertions: plan.scenario.assertions)
        guard judgement.verdict != .pass else { return nil }
        return Failure(
            seed: plan.seed, verdict: judgement.verdict, reasons: judgement.reasons,
            assertions: judgement.assertions.filter { $0.status != .pass }.map(\.text),
            missed: judgement.assertions.filter { $0.status == .fail }.map(\.text))
    }
}
