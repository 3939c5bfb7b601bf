internal import RTCCore
internal import RTCWire

/// Remembers when each packet of the transport came, for the sender's bandwidth estimate (draft-holmer-rmcat-transport-wide-cc-01).
struct TransportWideReceiver {
    struct Timing: Sendable {
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
    private(set) var deadline: Instant?
    private var feedback = RTCPTransportFeedback(
        senderSSRC: 0, mediaSSRC: 0, baseSequenceNumber: 0, referenceTime: 0, feedbackCount: 0, statuses: [])
    /// Whether a report waits to be written.
    private(set) var isWaiting = false

    private static let missing = UInt64.max

    init(timing: Timing = Timing()) {
        self.timing = timing
    }

    mutating func receive(_ sequenceNumber: UInt16, arrivedAt: Instant, now: Instant) {
        let before = unwrapper.highest
        let sequence = unwrapper.unwrap(sequenceNumber)
        guard let next = nextToReport, let before else {
            nextToReport = sequence
            arrivals = ContiguousArray(repeating: Self.missing, count: Int(mask + 1))
            arrivals[Int(sequence & mask)] = arrivedAt.nanoseconds
            deadline = now + timing.interval
            return
        }
        guard sequence >= next else { return }
        if sequence > before {
            for skipped in stride(from: max(before + 1, sequence - mask), to: sequence, by: 1) {
                arrivals[Int(skipped & mask)] = Self.missing
            }
        }
        arrivals[Int(sequence & mask)] = arrivedAt.nanoseconds
        if deadline == nil { deadline = now + timing.interval }
    }

    /// Makes the report that is due, packets of a gap longer than the memory left out; `true` where it then waits.
    mutating func advance(to now: Instant, senderSSRC: UInt32, mediaSSRC: UInt32) -> Bool {
        guard let due = deadline, now >= due, let highest = unwrapper.highest, var next = nextToReport else { return false }
        deadline = nil
        next = max(next, highest - Int64(timing.longestReport) + 1)
        while next <= highest, arrivals[Int(next & mask)] == Self.missing { next += 1 }
        guard next <= highest else { return false }
        feedback.senderSSRC = senderSSRC
        feedback.mediaSSRC = mediaSSRC
        feedback.feedbackCount = feedbackCount
        isWaiting = fill(from: next, through: highest)
        // A pause longer than a delta can say (8 s) ends the report early; the next one goes on from there.
        nextToReport = next + Int64(max(1, isWaiting ? feedback.statuses.count : 0))
        if let nextToReport, nextToReport <= highest { deadline = now + timing.interval }
        feedbackCount &+= 1
        return isWaiting
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
    var waitingSize: Int { RTCPPacket.transportFeedback(feedback).encodedSize }

    mutating func write(into writer: inout ByteWriter) {
        isWaiting = false
        RTCPPacket.transportFeedback(feedback).write(into: &writer)
    }
}
