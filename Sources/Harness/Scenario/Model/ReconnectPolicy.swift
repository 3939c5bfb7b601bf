public import RTCCore

/// How long a bot waits before each attempt to come back: exponential backoff.
public struct ReconnectPolicy: Sendable, Hashable {
    /// How much of each wait is left to chance, so that bots which fell together do not come back together.
    public enum Jitter: String, Sendable, Hashable, CaseIterable {
        /// Each wait is its whole bound.
        case none
        /// From half the bound to all of it.
        case equal
        /// From nothing to all of the bound.
        case full
    }

    /// The first wait's bound.
    public var initial: Duration
    /// What each bound is multiplied by for the next; at least 1.
    public var factor: Double
    /// No bound is longer.
    public var max: Duration
    public var jitter: Jitter
    /// After so many failures in a row the bot stays away.
    public var attempts: Int

    public init(
        initial: Duration = .milliseconds(250), factor: Double = 2, max: Duration = .seconds(8), jitter: Jitter = .full,
        attempts: Int = 20
    ) {
        self.initial = initial
        self.factor = factor
        self.max = max
        self.jitter = jitter
        self.attempts = attempts
    }

    /// The longest that an attempt is waited for.
    ///
    /// - Parameter attempt: From 0.
    public func bound(of attempt: Int) -> Duration {
        var seconds = initial.inSeconds
        let longest = max.inSeconds
        guard factor > 1 else { return Swift.min(initial, max) }
        var step = 0
        while step < attempt, seconds < longest {
            seconds *= factor
            step += 1
        }
        return seconds < longest ? .nanoseconds(Int64(seconds * 1e9)) : max
    }

    /// The wait before an attempt, or `nil` when there are no more.
    ///
    /// - Parameter attempt: From 0.
    public func wait(before attempt: Int, using random: inout SplitMix64) -> Duration? {
        guard attempt < attempts else { return nil }
        let bound = bound(of: attempt).inSeconds
        let seconds =
            switch jitter {
            case .none: bound
            case .equal: bound * (0.5 + 0.5 * random.unitInterval())
            case .full: bound * random.unitInterval()
            }
        return .nanoseconds(Int64(seconds * 1e9))
    }
}
