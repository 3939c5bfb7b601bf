package import NetworkImpairment
package import RTCCore

/// One machine's signaling connection as its worker sees it: what goes each way in order, held up while a blackout lasts.
package struct SignalingLine {
    package enum Order: Equatable {
        /// - Parameter deadline: When the attempt must have succeeded.
        case open(url: String, deadline: Instant)
        case send(String)
        case close(code: UInt16, reason: String)
    }

    private let timeout: Duration
    private var outbound = ReliablePipe<Order>()
    private var inbound = ReliablePipe<SignalingEvent>()
    private var heldUntil = Instant.origin
    /// An attempt to connect that a blackout outlasts.
    private var failure: (at: Instant, reason: String)?

    /// - Parameter timeout: How long an attempt to connect may take.
    package init(timeout: Duration) {
        self.timeout = timeout
    }

    /// When there is an order or an input to take; `nil` for never.
    package var deadline: Instant? {
        earliest(earliest(outbound.deadline, inbound.deadline), failure?.at)
    }

    package mutating func open(url: String, now: Instant) {
        let end = now + timeout
        guard heldUntil >= end else {
            outbound.offer(.open(url: url, deadline: end), now: now)
            return
        }
        let target = (try? SignalingURL(url))?.authority ?? url
        failure = (end, SignalingFailure.timeout(timeout).reason(target))
    }

    package mutating func send(_ text: String, now: Instant) {
        outbound.offer(.send(text), now: now)
    }

    package mutating func close(code: UInt16, reason: String, now: Instant) {
        guard failure == nil else {
            failure = (now, "closed before it was open")
            return
        }
        outbound.offer(.close(code: code, reason: reason), now: now)
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
        outbound.nextRelease(at: now)
    }

    package mutating func nextInput(at now: Instant) -> HostInput? {
        if let event = inbound.nextRelease(at: now) {
            switch event {
            case .opened: return .signalingOpened
            case .received(let text): return .signalingReceived(text)
            case .closed(let code, let reason): return .signalingClosed(code: code, reason: reason)
            }
        }
        guard let failure, failure.at <= now else { return nil }
        self.failure = nil
        return .signalingClosed(code: nil, reason: failure.reason)
    }
}
