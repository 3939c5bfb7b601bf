public import RTCCore

/// Controlled delay (RFC 8289): looks at how long each packet has waited when it leaves the queue, and drops or marks more and more often
/// while no packet of an interval has waited for less than the target.
///
///                        an interval above the target: drop one
///              ┌─────────┐ ────────────────────────────────────▶ ┌──────────┐ ──┐ drop one after
///              │ patient │                                       │ dropping │   │ interval / √count
///              └─────────┘ ◀──────────────────────────────────── └──────────┘ ◀─┘
///                        one below the target, or an empty queue
public struct CoDel: Hashable, Sendable {
    public struct Parameters: Hashable, Sendable {
        /// The wait that a queue may keep standing; 5 ms (RFC 8289 §4.3).
        public var target: Duration
        /// The time in which a burst may go away by itself; 100 ms (RFC 8289 §4.3).
        public var interval: Duration
        /// Whether datagrams of senders that understand it are marked instead of dropped.
        public var marksECN: Bool
        /// What the queue holds at all, in packets; 1,000 as in Linux.
        public var packets: Int

        public init(
            target: Duration = .milliseconds(5), interval: Duration = .milliseconds(100), marksECN: Bool = false,
            packets: Int = 1000
        ) {
            self.target = target
            self.interval = interval
            self.marksECN = marksECN
            self.packets = packets
        }
    }

    public enum Verdict: Hashable, Sendable {
        case send
        /// Drop the packet, or mark it and send it.
        case signal
    }

    /// Less than this in the queue is no standing queue, in bytes: a packet of the largest size (RFC 8289 §4.4).
    static let smallestQueue = 1500
    /// A state of dropping that ended more recently than so many intervals is taken up again (RFC 8289 §5.3).
    private static let memory = 16

    private let parameters: Parameters
    private var isDropping = false
    private var count: UInt64 = 0
    private var lastCount: UInt64 = 0
    private var dropNext = Instant.origin
    private var firstAbove: Instant?
    /// The control law has yet to say when to signal after the last signal.
    private var owesLaw = false

    public init(_ parameters: Parameters) {
        self.parameters = parameters
    }

    /// The link is free and nothing waits.
    public mutating func foundEmpty() {
        firstAbove = nil
        isDropping = false
        owesLaw = false
    }

    /// Decides about the packet that is next to leave.
    ///
    /// - Parameters:
    ///   - waited: Since it was put into the queue.
    ///   - behind: Bytes that wait behind it.
    public mutating func decide(waited: Duration, behind: Int, at now: Instant) -> Verdict {
        let isLate = hasBeenLate(waited, behind, now)
        guard isDropping else {
            guard isLate else { return .send }
            let since = count &- lastCount
            let isRecent = dropNext.nanoseconds(to: now) < Int64(Self.memory) * parameters.interval.inNanoseconds
            count = since > 1 && isRecent ? since : 1
            dropNext = now + step(count)
            lastCount = count
            isDropping = true
            return .signal
        }
        guard isLate else {
            isDropping = false
            owesLaw = false
            return .send
        }
        if owesLaw {
            dropNext += step(count)
            owesLaw = false
        }
        guard now >= dropNext else { return .send }
        count += 1
        owesLaw = true
        return .signal
    }

    /// Whether every packet of the last interval has waited for too long.
    private mutating func hasBeenLate(_ waited: Duration, _ behind: Int, _ now: Instant) -> Bool {
        guard waited >= parameters.target, behind > Self.smallestQueue else {
            firstAbove = nil
            return false
        }
        guard let firstAbove else {
            self.firstAbove = now + parameters.interval
            return false
        }
        return now >= firstAbove
    }

    private func step(_ count: UInt64) -> Duration {
        .nanoseconds(Int64(Double(parameters.interval.inNanoseconds) / Double(count).squareRoot()))
    }
}
