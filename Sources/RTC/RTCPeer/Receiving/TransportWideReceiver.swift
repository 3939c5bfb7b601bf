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
    private var arrivals: ContiguousArray<Instant?>
    private let mask: Int64 = 1023
    private var nextToReport: Int64?
    private var feedbackCount: UInt8 = 0
    private(set) var deadline: Instant?

    init(timing: Timing = Timing()) {
        self.timing = timing
        arrivals = ContiguousArray(repeating: nil, count: 1024)
    }

    mutating func receive(_ sequenceNumber: UInt16, arrivedAt: Instant, now: Instant) {
        let before = unwrapper.highest
        let sequence = unwrapper.unwrap(sequenceNumber)
        guard let next = nextToReport, let before else {
            nextToReport = sequence
            arrivals[Int(sequence & mask)] = arrivedAt
            deadline = now + timing.interval
            return
        }
        if sequence < next {
            // Came after its report: the next one goes back to it.
            guard sequence > before - mask, arrivals[Int(sequence & mask)] == nil else { return }
            nextToReport = sequence
        }
        if sequence > before {
            for skipped in stride(from: max(before + 1, sequence - mask), to: sequence, by: 1) {
                arrivals[Int(skipped & mask)] = nil
            }
        }
        arrivals[Int(sequence & mask)] = arrivedAt
        if deadline == nil { deadline = now + timing.interval }
    }

    /// The report that is due: every number since the last one, but for what lies further back than the memory and stretches of
    /// a whole report without any arrival, which have no time to refer to. Where one report cannot say all, the next is due at once.
    mutating func advance(to now: Instant, senderSSRC: UInt32, mediaSSRC: UInt32) -> RTCPTransportFeedback? {
        guard let due = deadline, now >= due, let highest = unwrapper.highest, var next = nextToReport else { return nil }
        deadline = nil
        next = max(next, highest - mask)
        let stretch = Int64(timing.longestReport)
        while next <= highest, !(next...min(highest, next + stretch - 1)).contains(where: { arrivals[Int($0 & mask)] != nil }) {
            next += stretch
        }
        guard next <= highest else {
            nextToReport = highest + 1
            return nil
        }
        let last = min(highest, next + stretch - 1)
        let feedback = RTCPTransportFeedback(
            senderSSRC: senderSSRC, mediaSSRC: mediaSSRC, feedbackCount: feedbackCount,
            arrivals: (next...last).map { number in
                RTCPTransportFeedback.Arrival(
                    sequenceNumber: UInt16(truncatingIfNeeded: number), at: arrivals[Int(number & mask)])
            })
        // A pause longer than a delta can say (8 s) ends the report early; the next one goes on from there.
        nextToReport = next + Int64(max(1, feedback?.statuses.count ?? 0))
        if let nextToReport, nextToReport <= highest { deadline = now }
        feedbackCount &+= 1
        return feedback
    }
}
