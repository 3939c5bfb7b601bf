public import RTCCore

/// Which packets of a transport arrived, and when (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).
public struct RTCPTransportFeedback: Hashable, Sendable {
    public var senderSSRC: UInt32
    public var mediaSSRC: UInt32
    /// The transport sequence number that ``statuses`` begins with.
    public var baseSequenceNumber: UInt16
    /// A time on the receiver's own clock in units of 64 ms, 24 bits; the first delta counts from it.
    public var referenceTime: UInt32
    /// Goes up by one with each feedback, so that lost feedback shows.
    public var feedbackCount: UInt8
    /// One for each sequence number from the base on; 1…65,535.
    public var statuses: [PacketStatus]

    /// What became of one packet.
    public enum PacketStatus: Hashable, Sendable {
        case notReceived
        /// Arrival after that of the received packet before it, in ticks of 250 µs; negative where packets were reordered.
        case received(delta: Int16)
    }

    /// A packet that arrived, or that is known to be missing.
    public struct Arrival: Hashable, Sendable {
        public var sequenceNumber: UInt16
        /// `nil` where the packet did not arrive.
        public var at: Instant?

        @inlinable
        public init(sequenceNumber: UInt16, at: Instant?) {
            self.sequenceNumber = sequenceNumber
            self.at = at
        }
    }

    /// Nanoseconds of a delta's tick.
    public static let tick: UInt64 = 250_000
    /// Ticks of a unit of ``referenceTime``.
    static let ticksPerReference: UInt64 = 256

    public init(
        senderSSRC: UInt32, mediaSSRC: UInt32, baseSequenceNumber: UInt16, referenceTime: UInt32, feedbackCount: UInt8,
        statuses: [PacketStatus]
    ) {
        self.senderSSRC = senderSSRC
        self.mediaSSRC = mediaSSRC
        self.baseSequenceNumber = baseSequenceNumber
        self.referenceTime = referenceTime
        self.feedbackCount = feedbackCount
        self.statuses = statuses
    }

    /// Describes arrivals; sequence numbers between them count as not received.
    ///
    /// Stops before a packet whose delta does not fit into 16 bits (8 s), and at `maximumStatuses`: what was left out begins at
    /// `baseSequenceNumber + statuses.count`, for the next feedback to say.
    ///
    /// - Parameters:
    ///   - arrivals: By ascending sequence number, which may wrap.
    ///   - maximumStatuses: Keeps the packet small; 450 stay under 1,100 bytes whatever their deltas.
    /// - Returns: `nil` where none of the packets that fit arrived, as there is no time to refer to.
    public init?(
        senderSSRC: UInt32, mediaSSRC: UInt32, feedbackCount: UInt8, arrivals: some Collection<Arrival>,
        maximumStatuses: Int = 450
    ) {
        guard let first = arrivals.first else { return nil }
        self.init(
            senderSSRC: senderSSRC, mediaSSRC: mediaSSRC, baseSequenceNumber: first.sequenceNumber, referenceTime: 0,
            feedbackCount: feedbackCount, statuses: [])
        let list = Array(arrivals)
        guard fill(arrivals: list.count, maximumStatuses: maximumStatuses, arrivalAt: { list[$0] }) else { return nil }
    }

    /// Describes other arrivals in the memory of the ones before, by the rules of
    /// ``init(senderSSRC:mediaSSRC:feedbackCount:arrivals:maximumStatuses:)``.
    ///
    /// - Parameters:
    ///   - arrivals: How many there are.
    ///   - arrivalAt: Says each of them; by ascending sequence number, which may wrap.
    /// - Returns: `false`, and nothing of use, where none of the packets that fit arrived.
    public mutating func fill(arrivals: Int, maximumStatuses: Int = 450, arrivalAt: (Int) -> Arrival) -> Bool {
        precondition((1...65_535).contains(maximumStatuses), "a feedback has 1 to 65,535 statuses")
        statuses.removeAll(keepingCapacity: true)
        guard arrivals > 0 else { return false }
        var previous: Int64?
        baseSequenceNumber = arrivalAt(0).sequenceNumber
        for place in 0..<arrivals {
            let arrival = arrivalAt(place)
            let index = Int(arrival.sequenceNumber &- baseSequenceNumber)
            guard index < maximumStatuses, index >= statuses.count else { break }
            var status = PacketStatus.notReceived
            if let time = arrival.at {
                let ticks = Int64(time.nanoseconds / Self.tick)
                let before = previous ?? refer(to: ticks)
                guard let delta = Int16(exactly: ticks - before) else { break }
                previous = ticks
                status = .received(delta: delta)
            }
            while statuses.count < index { statuses.append(.notReceived) }
            statuses.append(status)
        }
        return previous != nil
    }

    /// Sets the reference time to the unit that the first arrival lies in, and returns its start in ticks.
    private mutating func refer(to ticks: Int64) -> Int64 {
        let units = UInt64(ticks) / Self.ticksPerReference
        referenceTime = UInt32(truncatingIfNeeded: units) & 0xFF_FFFF
        return Int64(units * Self.ticksPerReference)
    }

    /// Visits every packet with its arrival in ticks of 250 µs on the receiver's clock, `nil` for what is missing.
    ///
    /// Times of different feedbacks share one zero, except that the reference wraps every 2^24 × 64 ms (12 days).
    @inlinable
    public func forEachPacket(_ body: (_ sequenceNumber: UInt16, _ ticks: Int64?) -> Void) {
        var ticks = Int64(referenceTime) * 256
        var number = baseSequenceNumber
        for status in statuses {
            switch status {
            case .notReceived:
                body(number, nil)
            case .received(let delta):
                ticks += Int64(delta)
                body(number, ticks)
            }
            number &+= 1
        }
    }
}
