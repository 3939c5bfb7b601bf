package import RTCCore

/// Remembers what was sent, by sequence number, so that a NACK can be answered (RFC 4585 §6.2.1).
///
/// It keeps references into shared media and the header's running fields, never copies of payloads.
package struct RetransmissionBuffer {
    package struct Entry {
        var packet: OutgoingPacket
        var extendedSequence: UInt64
        var timestamp: UInt32
        var pictureID: UInt16
        var transportSequence: UInt16
        var captureTimeNTP: UInt64
        var audioLevel: UInt8
        var carriesMid: Bool
        var lastSent: Instant
    }

    private var ring: ContiguousArray<Entry?>
    private let mask: UInt64

    /// - Parameter capacity: A power of two.
    package init(capacity: Int) {
        precondition(capacity.nonzeroBitCount == 1, "the capacity is a power of two")
        ring = ContiguousArray(repeating: nil, count: capacity)
        mask = UInt64(capacity - 1)
    }

    package mutating func store(_ entry: Entry) {
        ring[Int(entry.extendedSequence & mask)] = entry
    }

    /// The packet with this number, marked as sent again; `nil` if it has left the buffer or was sent within `minimumGap`.
    package mutating func take(_ extendedSequence: UInt64, now: Instant, minimumGap: Duration) -> Entry? {
        let index = Int(extendedSequence & mask)
        guard let entry = ring[index], entry.extendedSequence == extendedSequence,
            now - entry.lastSent >= minimumGap
        else { return nil }
        ring[index]?.lastSent = now
        return entry
    }
}
