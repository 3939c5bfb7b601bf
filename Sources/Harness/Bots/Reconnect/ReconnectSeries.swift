package import Measurement
package import RTCCore
package import Scenario

/// The attempts to get one thing back, with exponential backoff between them.
///
///            lost             wait over, begin                 succeeded
///   idle ───────────▶ waiting ────────────────▶ trying ─────────────────────▶ idle
///    ▲                 │  ▲                        │
///    │ superseded      │  └── failed, or its time is over
///    └─────────────────┘                           └─▶ exhausted, after the policy's last attempt
///
/// Whoever owns it makes the attempt when ``isDue(at:)``, and says what became of it.
package struct ReconnectSeries {
    private enum State {
        case idle
        case waiting(Backoff.Wait, since: Instant)
        case trying(attempt: Int, until: Instant)
        case exhausted
    }

    package let peer: String?
    private var backoff: Backoff
    private var state = State.idle
    private var lostAt = Instant.origin
    private var number = 0
    package private(set) var attempts: [ReconnectAttempt] = []

    /// - Parameter peer: The other bot, where one connection is concerned.
    package init(policy: ReconnectPolicy, peer: String? = nil, seed: UInt64) {
        self.peer = peer
        backoff = Backoff(policy: policy, seed: seed)
    }

    package var isIdle: Bool { if case .idle = state { true } else { false } }
    package var isTrying: Bool { if case .trying = state { true } else { false } }
    package var isExhausted: Bool { if case .exhausted = state { true } else { false } }

    /// What is being tried.
    package var trying: ReconnectAttempt.Kind? {
        guard case .trying(let attempt, _) = state else { return nil }
        return attempts[attempt].kind
    }

    /// Failures in a row so far.
    package var failures: Int {
        switch state {
        case .idle: 0
        case .waiting: backoff.failures - 1
        case .trying, .exhausted: backoff.failures
        }
    }

    /// When ``isDue(at:)`` or ``isOverdue(at:)`` next turns true; `nil` for never.
    package var deadline: Instant? {
        switch state {
        case .waiting(let wait, let since): since + wait.planned
        case .trying(_, let until): until
        case .idle, .exhausted: nil
        }
    }

    /// Whether the wait is over.
    package func isDue(at now: Instant) -> Bool {
        guard case .waiting(let wait, let since) = state else { return false }
        return since + wait.planned <= now
    }

    /// Whether an attempt has used up its time.
    package func isOverdue(at now: Instant) -> Bool {
        guard case .trying(_, let until) = state else { return false }
        return until <= now
    }

    /// Begins a series, unless one is going on.
    ///
    /// - Parameter minimum: How long the other side asked to be left alone, which wins over the policy.
    package mutating func lost(at now: Instant, atLeast minimum: Duration? = nil) {
        guard isIdle else { return }
        lostAt = now
        number = 0
        backoff.reset()
        wait(since: now, atLeast: minimum)
    }

    private mutating func wait(since now: Instant, atLeast minimum: Duration?) {
        guard var wait = backoff.next() else {
            state = .exhausted
            return
        }
        wait.planned = max(wait.planned, minimum ?? .zero)
        wait.bound = max(wait.bound, minimum ?? .zero)
        state = .waiting(wait, since: now)
    }

    /// The attempt is made now.
    ///
    /// - Parameter limit: How long it may take.
    package mutating func begin(_ kind: ReconnectAttempt.Kind, limit: Duration, at now: Instant) {
        guard case .waiting(let wait, let since) = state else { return }
        number += 1
        attempts.append(
            ReconnectAttempt(
                kind: kind, peer: peer, number: number, lostAt: lostAt, bound: wait.bound, plannedWait: wait.planned,
                actualWait: now - since, startedAt: now))
        state = .trying(attempt: attempts.count - 1, until: now + limit)
    }

    /// An attempt that gets on is given another limit.
    package mutating func limit(to limit: Duration, at now: Instant) {
        guard case .trying(let attempt, _) = state else { return }
        state = .trying(attempt: attempt, until: now + limit)
    }

    /// - Parameter minimum: Like that of ``lost(at:atLeast:)``.
    package mutating func failed(_ reason: String, at now: Instant, atLeast minimum: Duration? = nil) {
        guard end(.failed, reason, at: now) else { return }
        wait(since: now, atLeast: minimum)
    }

    /// What was lost is back.
    package mutating func succeeded(at now: Instant) {
        end(.succeeded, nil, at: now)
        state = .idle
    }

    /// There is nothing to get back any more, or it came back by itself.
    package mutating func superseded(at now: Instant) {
        end(.superseded, nil, at: now)
        state = .idle
    }

    @discardableResult
    private mutating func end(_ outcome: ReconnectAttempt.Outcome, _ reason: String?, at now: Instant) -> Bool {
        guard case .trying(let attempt, _) = state else { return false }
        attempts[attempt].outcome = outcome
        attempts[attempt].reason = reason
        attempts[attempt].endedAt = now
        return true
    }

    /// The local network is back: waiting any longer has no reason, and the next wait is a first one.
    package mutating func networkReturned(at now: Instant) {
        guard !isIdle, !isTrying else { return }
        backoff.reset()
        wait(since: now, atLeast: nil)
    }
}
