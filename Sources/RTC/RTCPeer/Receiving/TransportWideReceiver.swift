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
        guard sequence >= next else { return }
        if sequence > before {
            for skipped in stride(from: max(before + 1, sequence - mask), to: sequence, by: 1) {
                arrivals[Int(skipped & mask)] = nil
            }
        }
        arrivals[Int(sequence & mask)] = arrivedAt
        if deadline == nil { deadline = now + timing.interval }
    }

    /// The report that is due, packets of a gap longer than the memory left out.
    mutating func advance(to now: Instant, senderSSRC: UInt32, mediaSSRC: UInt32) -> RTCPTransportFeedback? {
        guard let due = deadline, now >= due, let highest = unwrapper.highest, var next = nextToReport else { return nil }
        deadline = nil
        next = max(next, highest - Int64(timing.longestReport) + 1)
        while next <= highest, arrivals[Int(next & mask)] == nil { next += 1 }
        guard next <= highest else { return nil }
        let feedback = RTCPTransportFeedback(
            senderSSRC: senderSSRC, mediaSSRC: mediaSSRC, feedbackCount: feedbackCount,
            arrivals: (next...highest).map { number in
                RTCPTransportFeedback.Arrival(
                    sequenceNumber: UInt16(truncatingIfNeeded: number), at: arrivals[Int(number & mask)])
            })
        // A pause longer than a delta can say (8 s) ends the report early; the next one goes on from there.
        nextToReport = next + Int64(max(1, feedback?.statuses.count ?? 0))
        if let nextToReport, nextToReport <= highest { deadline = now + timing.interval }
        feedbackCount &+= 1
        return feedback
    }
}
