package import RTCCore
internal import RTCWire

/// Remembers when each packet of the transport came, for the sender's bandwidth estimate (draft-holmer-rmcat-transport-wide-cc-01).
package struct TransportWideReceiver {
    package struct Timing: Sendable {
        /// How often feedback is sent while packets come.
        var interval: Duration = .milliseconds(100)
        /// The most packets that one feedback packet reports.
        var longestReport = 400
    }

    private let timing: Timing
    private var unwrapper = SequenceUnwrapper()
    /// When each packet came, in nanoseconds, or ``missing``; made with the first one.
    private var arrivals: ContiguousArray<UInt64> = []
    private let mask: Int64 = 1023
    private var nextToReport: Int64?
    private var feedbackCount: UInt8 = 0
    private var dueAt: Instant?
    /// When ``advance(to:senderSSRC:mediaSSRC:)`` has something to do; `nil` also while a report waits to be written.
    package var deadline: Instant? { isWaiting ? nil : dueAt }
    private var feedback = RTCPTransportFeedback(
        senderSSRC: 0, mediaSSRC: 0, baseSequenceNumber: 0, referenceTime: 0, feedbackCount: 0, statuses: [])
    /// Whether a report waits to be written.
    package private(set) var isWaiting = false

    private static let missing = UInt64.max

    package init(timing: Timing = Timing()) {
        self.timing = timing
    }

    package mutating func receive(_ sequenceNumber: UInt16, arrivedAt: Instant, now: Instant) {
        let before = unwrapper.highest
        let sequence = unwrapper.unwrap(sequenceNumber)
        guard let next = nextToReport, let before else {
            nextToReport = sequence
            arrivals = ContiguousArray(repeating: Self.missing, count: Int(mask + 1))
            arrivals[Int(sequence & mask)] = arrivedAt.nanoseconds
            dueAt = now + timing.interval
            return
        }
        if sequence < next {
            // Came after its report: the next one goes back to it.
            guard sequence > before - mask, arrivals[Int(sequence & mask)] == Self.missing else { return }
            nextToReport = sequence
        }
        if sequence > before {
            for skipped in stride(from: max(before + 1, sequence - mask), to: sequence, by: 1) {
                arrivals[Int(skipped & mask)] = Self.missing
            }
        }
        arrivals[Int(sequence & mask)] = arrivedAt.nanoseconds
        if dueAt == nil { dueAt = now + timing.interval }
    }

    /// Makes the report that is due; `true` where it then waits.
    ///
    /// It says every number since the last one, but for what lies further back than the memory and stretches of a whole report
    /// without any arrival, which have no time to refer to. Where one report cannot say all, the next is due once it is written.
    package mutating func advance(to now: Instant, senderSSRC: UInt32, mediaSSRC: UInt32) -> Bool {
        guard let due = deadline, now >= due, let highest = unwrapper.highest, var next = nextToReport else { return false }
        dueAt = nil
        next = max(next, highest - mask)
        let stretch = Int64(timing.longestReport)
        while next <= highest, !hasArrival(from: next, through: min(highest, next + stretch - 1)) { next += stretch }
        guard next <= highest else {
            nextToReport = highest + 1
            return false
        }
        feedback.senderSSRC = senderSSRC
        feedback.mediaSSRC = mediaSSRC
        feedback.feedbackCount = feedbackCount
        isWaiting = fill(from: next, through: min(highest, next + stretch - 1))
        // A pause longer than a delta can say (8 s) ends the report early; the next one goes on from there.
        nextToReport = next + Int64(max(1, isWaiting ? feedback.statuses.count : 0))
        if let nextToReport, nextToReport <= highest { dueAt = now }
        feedbackCount &+= 1
        return isWaiting
    }

    private func hasArrival(from first: Int64, through last: Int64) -> Bool {
        (first...last).contains { arrivals[Int($0 & mask)] != Self.missing }
    }

    private mutating func fill(from first: Int64, through last: Int64) -> Bool {
        let (arrivals, mask) = (arrivals, mask)
        return feedback.fill(arrivals: Int(last - first + 1)) { place in
            let number = first + Int64(place)
            let time = arrivals[Int(number & mask)]
            return RTCPTransportFeedback.Arrival(
                sequenceNumber: UInt16(truncatingIfNeeded: number),
                at: time == Self.missing ? nil : Instant(nanoseconds: time))
        }
    }

    /// Bytes that the waiting report takes.
    package var waitingSize: Int { RTCPPacket.transportFeedback(feedback).encodedSize }

    /// Forgets a report that cannot leave.
    package mutating func dropWaiting() {
        isWaiting = false
    }

    package mutating func write(into writer: inout ByteWriter) {
        isWaiting = false
        RTCPPacket.transportFeedback(feedback).write(into: &writer)
    }
}
