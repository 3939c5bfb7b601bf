package import NetworkImpairment
package import RTCCore

/// One machine's signaling connection as its worker sees it: what goes each way in order, held up while a blackout lasts.
package struct SignalingLine {
    package enum Order: Equatable {
        /// - Parameter deadline: When the attempt must have succeeded.
        case open(url: String, deadline: Instant)
        case send(String)
        case close(code: UInt16, reason: String)
        /// Drop the connection without a word, and hear nothing more of it.
        case abandon
    }

    private let timeout: Duration
    private var outbound = ReliablePipe<Order>()
    private var inbound = ReliablePipe<SignalingEvent>()
    private var heldUntil = Instant.origin
    /// Until when no connection can be opened.
    private var cutUntil = Instant.origin
    /// An attempt to connect of which the machine has not heard, and when it fails.
    private var attempt: (deadline: Instant, target: String)?
    /// There is a connection, or an attempt, that the machine has not closed and of whose end it has not heard.
    private var isInUse = false
    private var abandons = false
    /// What the machine is to hear of a connection that is over.
    private var failure: (at: Instant, reason: String)?

    /// - Parameter timeout: How long an attempt to connect may take.
    package init(timeout: Duration) {
        self.timeout = timeout
    }

    /// When there is an order or an input to take; `nil` for never.
    package var deadline: Instant? {
        earliest(earliest(outbound.deadline, inbound.deadline), earliest(failure?.at, attemptFailsAt))
    }

    /// A blackout outlasts the attempt; otherwise the connection itself tells when it takes too long.
    private var attemptFailsAt: Instant? {
        guard let attempt, heldUntil > attempt.deadline else { return nil }
        return attempt.deadline
    }

    package mutating func open(url: String, now: Instant) {
        // What an earlier connection still has to say is no longer of interest; what was said on it still goes out.
        inbound.removeAll()
        failure = nil
        isInUse = true
        guard now >= cutUntil else {
            failure = (now, "unreachable")
            return
        }
        let end = now + timeout
        attempt = (end, (try? SignalingURL(url))?.authority ?? url)
        if heldUntil < end { outbound.offer(.open(url: url, deadline: end), now: now) }
    }

    package mutating func send(_ text: String, now: Instant) {
        outbound.offer(.send(text), now: now)
    }

    package mutating func close(code: UInt16, reason: String, now: Instant) {
        guard isInUse else { return }
        guard attempt == nil else {
            breakOff("closed before it was open", now: now)
            return
        }
        isInUse = false
        outbound.offer(.close(code: code, reason: reason), now: now)
    }

    /// Breaks the connection, and keeps others from opening.
    package mutating func cut(from now: Instant, for duration: Duration) {
        cutUntil = max(cutUntil, now + duration)
        if isInUse { breakOff("the connection broke", now: now) }
    }

    private mutating func breakOff(_ reason: String, now: Instant) {
        attempt = nil
        outbound.removeAll()
        inbound.removeAll()
        abandons = true
        failure = (now, reason)
    }

    package mutating func blackout(from now: Instant, for duration: Duration) {
        heldUntil = max(heldUntil, now + duration)
        outbound.blackout(from: now, for: duration)
        inbound.blackout(from: now, for: duration)
    }

    package mutating func arrived(_ event: SignalingEvent, now: Instant) {
        inbound.offer(event, now: now)
    }

    package mutating func nextOrder(at now: Instant) -> Order? {
        giveUp(at: now)
        if abandons {
            abandons = false
            return .abandon
        }
        return outbound.nextRelease(at: now)
    }

    private mutating func giveUp(at now: Instant) {
        guard let attempt, let end = attemptFailsAt, end <= now else { return }
        breakOff(SignalingFailure.timeout(timeout).reason(attempt.target), now: now)
    }

    package mutating func nextInput(at now: Instant) -> HostInput? {
        giveUp(at: now)
        if let failure {
            self.failure = nil
            isInUse = false
            return .signalingClosed(code: nil, reason: failure.reason)
        }
        guard let event = inbound.nextRelease(at: now) else { return nil }
        switch event {
        case .opened:
            attempt = nil
            return .signalingOpened
        case .received(let text): return .signalingReceived(text)
        case .closed(let code, let reason):
            attempt = nil
            isInUse = false
            return .signalingClosed(code: code, reason: reason)
        }
    }
}
