internal import RTCCore

/// Where the replay of a trace stands.
struct TraceCursor {
    /// When the present round of the trace began.
    private var base: Instant
    /// The step in force, or the next delivery opportunity.
    private var index = 0
    /// The opportunity that was used last, and what is left of it in bytes.
    private var opportunity = Instant.origin
    private var bytesLeft = 0

    init(startingAt now: Instant) {
        base = now
    }

    // MARK: steps

    func step(of trace: [NetworkTrace.Step]) -> NetworkTrace.Step { trace[index] }

    /// When the next step comes; `nil` where the last one stays.
    func nextChange(_ steps: [NetworkTrace.Step], length: Duration, loops: Bool) -> Instant? {
        if index + 1 < steps.count { return base + steps[index + 1].at }
        return loops && steps.count > 1 ? base + length : nil
    }

    mutating func advance(_ steps: [NetworkTrace.Step], length: Duration) {
        index += 1
        guard index == steps.count else { return }
        index = 0
        base += length
    }

    /// Leaves whole rounds out that nobody has seen.
    ///
    /// - Returns: When the present round began, if any was left out.
    mutating func skipRounds(until now: Instant, length: Duration) -> Instant? {
        let rounds = base.nanoseconds(to: now) / length.inNanoseconds
        guard rounds > 0 else { return nil }
        index = 0
        base = base.advanced(byNanoseconds: rounds * length.inNanoseconds)
        return base
    }

    // MARK: delivery opportunities

    /// When a packet has left that is first in line from `start` on; takes what it needs from the opportunities.
    mutating func departure(
        ofBytes bytes: Int, from start: Instant, _ opportunities: [UInt32], length: Duration
    ) -> Instant {
        if opportunity != start || bytesLeft == 0 { bytesLeft = 0 }
        var need = max(1, bytes)
        let used = min(need, bytesLeft)
        bytesLeft -= used
        need -= used
        skipRoundsOfOpportunities(until: start, length: length)
        while need > 0 {
            if index == opportunities.count {
                index = 0
                base += length
            }
            let time = base + .milliseconds(opportunities[index])
            index += 1
            guard time >= start else { continue }
            opportunity = time
            bytesLeft = max(0, NetworkTrace.bytesPerOpportunity - need)
            need -= min(need, NetworkTrace.bytesPerOpportunity)
        }
        return opportunity
    }

    private mutating func skipRoundsOfOpportunities(until start: Instant, length: Duration) {
        // The last opportunity of a round lies on its end, so the round before the present one still counts.
        guard base.nanoseconds(to: start) > length.inNanoseconds else { return }
        let rounds = (base.nanoseconds(to: start) - 1) / length.inNanoseconds
        index = 0
        base = base.advanced(byNanoseconds: rounds * length.inNanoseconds)
    }
}
