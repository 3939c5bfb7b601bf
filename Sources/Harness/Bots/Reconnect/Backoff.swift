internal import RTCCore
internal import Scenario

/// The waits of a reconnect policy, one after the other.
struct Backoff {
    struct Wait: Equatable {
        var planned: Duration
        /// The longest that it could have been.
        var bound: Duration
    }

    let policy: ReconnectPolicy
    private var random: SplitMix64
    private(set) var failures = 0

    init(policy: ReconnectPolicy, seed: UInt64) {
        self.policy = policy
        random = SplitMix64(seed: seed)
    }

    /// The wait before the next attempt; `nil` when there are no more.
    mutating func next() -> Wait? {
        guard let planned = policy.wait(before: failures, using: &random) else { return nil }
        defer { failures += 1 }
        return Wait(planned: planned, bound: policy.bound(of: failures))
    }

    /// What was lost is back, or there is new hope: the next wait is a first one.
    mutating func reset() {
        failures = 0
    }
}
