package import RTCCore
package import RTCWire

/// Finds whole frames among packets that may come late, twice or never, and keeps eight bytes of each payload, not the payload.
///
/// A packet's fingerprint concatenates with its neighbour's, so the frame's fingerprint needs no copy of its bytes.
package struct FrameAssembler {
    private struct Slot {
        var sequence: Int64 = -1
        var timestamp: UInt32 = 0
        var fingerprint = FrameFingerprint.empty
        var arrivedAt = Instant.origin
        var start = VideoPayload.Start.no
        var isLast = false
        var isKey = false
        var isDelivered = false
        var isDiscarded = false
    }

    package enum Insertion {
        case new
        case duplicate
        /// Older than the window.
        case tooLate
    }

    /// Made with the first packet, since many streams never have one.
    private var slots: ContiguousArray<Slot> = []
    private let mask: Int64
    package private(set) var highest: Int64 = -1
    private var lastDamagedTimestamp: UInt32?
    /// Counts packets once they lie ``settlingDistance`` back.
    package private(set) var bursts = BurstGapCounter()
    private var nextToSettle: Int64 = 0
    /// Packets until one that has not come is taken for lost: repairs come sooner.
    private let settlingDistance: Int64

    /// - Parameter capacity: How many packets back a late one is still used; a power of two.
    package init(capacity: Int) {
        precondition(capacity.nonzeroBitCount == 1, "the capacity is a power of two")
        mask = Int64(capacity - 1)
        settlingDistance = Int64(capacity / 2)
    }

    /// Takes one packet in; `emit` is called with the frame it completes and its packets, and with damaged frames that it pushes out of the
    /// window. Two frames are completed at once where the end of one tells the beginning of the next.
    package mutating func insert(
        sequence: Int64, timestamp: UInt32, fingerprint: FrameFingerprint, start: VideoPayload.Start,
        isLast: Bool, isKey: Bool,
        arrivedAt: Instant, isDelivered: Bool = false,
        emit: (ReceivedFrame, ClosedRange<Int64>?) -> Void
    ) -> Insertion {
        if slots.isEmpty { slots = ContiguousArray(repeating: Slot(), count: Int(mask + 1)) }
        if sequence > highest {
            if highest >= 0 {
                settle(through: sequence - settlingDistance)
                advance(to: sequence, emit: emit)
            } else {
                nextToSettle = sequence
            }
            highest = sequence
        } else if sequence <= highest - Int64(slots.count) {
            return .tooLate
        }
        let index = Int(sequence & mask)
        guard slots[index].sequence != sequence else { return .duplicate }
        slots[index] = Slot(
            sequence: sequence, timestamp: timestamp, fingerprint: fingerprint, arrivedAt: arrivedAt,
            start: start,
            isLast: isLast, isKey: isKey, isDelivered: isDelivered)
        if !isDelivered, isLast || holds(sequence + 1, timestamp) {
            completeFrame(around: sequence, arrivedAt: arrivedAt, emit: emit)
        }
        let next = slots[Int((sequence + 1) & mask)]
        if next.sequence == sequence + 1, next.start == .untold, !next.isDelivered,
            next.timestamp != timestamp
        {
            completeFrame(around: sequence + 1, arrivedAt: arrivedAt, emit: emit)
        }
        return .new
    }

    /// Takes in the number of a packet that carries nothing, so that it is part of no frame.
    package mutating func insertPadding(
        sequence: Int64, emit: (ReceivedFrame, ClosedRange<Int64>?) -> Void
    ) -> Insertion {
        let insertion = insert(
            sequence: sequence, timestamp: 0, fingerprint: .empty, start: .no, isLast: false,
            isKey: false,
            arrivedAt: .origin, isDelivered: true, emit: emit)
        return insertion
    }

    package func contains(_ sequence: Int64) -> Bool {
        !slots.isEmpty && slots[Int(sequence & mask)].sequence == sequence
    }

    /// The newest packet came too late to be played.
    package mutating func markDiscarded(_ sequence: Int64) {
        guard contains(sequence) else { return }
        slots[Int(sequence & mask)].isDiscarded = true
    }

    private mutating func settle(through end: Int64) {
        while nextToSettle <= min(end, highest) {
            let slot = slots[Int(nextToSettle & mask)]
            bursts.add(isReceived: slot.sequence == nextToSettle && !slot.isDiscarded)
            nextToSettle += 1
        }
        // Beyond what ever came: a jump of the numbers is one stretch of loss.
        if nextToSettle <= end {
            bursts.addLost(UInt64(end - nextToSettle + 1))
            nextToSettle = end + 1
        }
    }

    /// Gives up on all that is not whole.
    package mutating func flush(emit: (ReceivedFrame, ClosedRange<Int64>?) -> Void) {
        guard highest >= 0 else { return }
        settle(through: highest)
        advance(to: highest + Int64(slots.count), emit: emit)
        highest = -1
    }

    private func holds(_ sequence: Int64, _ timestamp: UInt32) -> Bool {
        let slot = slots[Int(sequence & mask)]
        return sequence >= 0 && slot.sequence == sequence && slot.timestamp == timestamp
    }

    /// Whether a frame begins with a packet that is there: its payload says so, or the packet before it is another frame's.
    private func begins(_ sequence: Int64) -> Bool {
        let slot = slots[Int(sequence & mask)]
        switch slot.start {
        case .yes: return true
        case .no: return false
        case .untold:
            let before = slots[Int((sequence - 1) & mask)]
            return sequence > 0 && before.sequence == sequence - 1 && before.timestamp != slot.timestamp
        }
    }

    private mutating func completeFrame(
        around sequence: Int64, arrivedAt: Instant, emit: (ReceivedFrame, ClosedRange<Int64>?) -> Void
    ) {
        let timestamp = slots[Int(sequence & mask)].timestamp
        var first = sequence
        while holds(first - 1, timestamp), !slots[Int((first - 1) & mask)].isDelivered,
            sequence - first < mask
        { first -= 1 }
        guard begins(first) else { return }
        var last = sequence
        while !slots[Int(last & mask)].isLast {
            guard holds(last + 1, timestamp), last - first < mask else { return }
            last += 1
        }
        var fingerprint = FrameFingerprint.empty
        var firstArrival = arrivedAt
        var isKey = false
        for part in first...last {
            let index = Int(part & mask)
            fingerprint.append(slots[index].fingerprint)
            firstArrival = min(firstArrival, slots[index].arrivedAt)
            isKey = isKey || slots[index].isKey
            slots[index].isDelivered = true
        }
        emit(
            ReceivedFrame(
                outcome: .intact, rtpTimestamp: timestamp, fingerprint: fingerprint, firstPacketAt: firstArrival,
                completedAt: arrivedAt, packetCount: Int(last - first + 1),
                firstSequence: UInt16(truncatingIfNeeded: first), isKey: isKey), first...last)
    }

    private mutating func advance(
        to sequence: Int64, emit: (ReceivedFrame, ClosedRange<Int64>?) -> Void
    ) {
        let steps = min(sequence - highest, Int64(slots.count))
        let oldest = highest - Int64(slots.count) + 1
        for step in 0..<steps {
            let index = Int((oldest + step) & mask)
            let slot = slots[index]
            guard slot.sequence >= 0, slot.sequence == oldest + step else { continue }
            slots[index].sequence = -1
            guard !slot.isDelivered, slot.timestamp != lastDamagedTimestamp else { continue }
            lastDamagedTimestamp = slot.timestamp
            emit(
                ReceivedFrame(
                    outcome: .damaged, rtpTimestamp: slot.timestamp, fingerprint: .empty, firstPacketAt: slot.arrivedAt,
                    completedAt: slot.arrivedAt, packetCount: 1, firstSequence: UInt16(truncatingIfNeeded: slot.sequence),
                    isKey: slot.isKey), nil)
        }
    }
}
