internal import RTCCore

/// A trace sets the link's rate, the delay and the loss over time; it begins when it is put in force.
extension ImpairedPipe {
    /// A link that stands still sends its packet in more than a century.
    private static var standstill: Double { 1e-9 }

    /// When the trace next changes something.
    var nextTraceChange: Instant? {
        guard hasSteps, case .steps(let steps)? = impairment.trace?.trace?.content else { return nil }
        return cursor.nextChange(steps, length: traceLength, loops: impairment.trace?.loops ?? false)
    }

    mutating func beginTrace(at now: Instant) {
        cursor = TraceCursor(startingAt: now)
        guard let replay = impairment.trace else {
            hasSteps = false
            traceSetsRate = false
            return
        }
        guard let trace = replay.trace else { preconditionFailure("the trace \(replay.path) was not loaded") }
        precondition(
            !(trace.setsRate && impairment.rate != nil), "a link has one rate: the trace \(replay.path) sets it already")
        traceLength = trace.length
        traceSetsRate = trace.setsRate
        if case .steps = trace.content { hasSteps = true } else { hasSteps = false }
    }

    /// Follows the trace up to `now`, with what leaves the link between its changes.
    mutating func followTrace(until now: Instant) {
        guard case .steps(let steps)? = impairment.trace?.trace?.content else { return }
        let loops = impairment.trace?.loops ?? false
        var at: Instant?
        if queueHead < 0, loops, steps.count > 1 { at = cursor.skipRounds(until: now, length: traceLength) }
        while let change = cursor.nextChange(steps, length: traceLength, loops: loops), change <= now {
            if queueHead >= 0 {
                depart(until: change)
                cursor.advance(steps, length: traceLength)
                apply(cursor.step(of: steps), at: change)
            } else {
                cursor.advance(steps, length: traceLength)
                at = change
            }
        }
        if let at { apply(cursor.step(of: steps), at: at) }
    }

    /// Puts the step in force that the trace is at.
    mutating func applyTrace(at now: Instant) {
        guard case .steps(let steps)? = impairment.trace?.trace?.content else { return }
        apply(cursor.step(of: steps), at: now)
    }

    private mutating func apply(_ step: NetworkTrace.Step, at now: Instant) {
        if let rate = step.bitsPerSecond { setLink(max(rate, Self.standstill), bucket: 0, at: now) }
        if let delay = step.delay { self.delay = delay.inNanoseconds }
        if let loss = step.loss { lossModel = loss > 0 ? .bernoulli(loss) : .none }
    }
}
