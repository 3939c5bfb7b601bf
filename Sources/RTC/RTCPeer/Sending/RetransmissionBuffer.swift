package import RTCCore

/// Remembers what was sent, by sequence number, so that a NACK can be answered (RFC 4585 §6.2.1).
///
/// It keeps references into shared media and the header's running fields, never copies of payloads.
package struct RetransmissionBuffer {
    package struct Entry {
        var packet: OutgoingPacket
        var extendedSequence: UInt64
        var marker: Bool
        var timestamp: UInt32
        var pictureID: UInt16
        var transportSequence: UInt16
        var captureTimeNTP: UInt64
        var audioLevel: UInt8
        var carriesMid: Bool
        var absSendTime: UInt32
        var lastSent: Instant
        var resends = 0
    }

    private var ring: ContiguousArray<Entry?>
    private let capacity: Int
    private let keptFor: Duration
    /// How often one packet is sent again: who asks more often wants to be flooded. Receivers that give up do so after ten requests.
    private static let mostResends = 16

    /// Begins with 256 packets, and grows where what it would forget is younger than `keptFor`.
    ///
    /// - Parameters:
    ///   - capacity: The most packets that it keeps; a power of two.
    ///   - keptFor: How long a packet may still be asked for: ten requests, a round trip apart.
    package init(capacity: Int, keptFor: Duration = .seconds(2)) {
        precondition(capacity.nonzeroBitCount == 1, "the capacity is a power of two")
        self.capacity = capacity
        self.keptFor = keptFor
        ring = ContiguousArray(repeating: nil, count: min(capacity, 256))
    }

    package mutating func store(_ entry: Entry) {
        if ring.count < capacity, let old = ring[place(of: entry.extendedSequence)],
            old.extendedSequence != entry.extendedSequence, entry.lastSent - old.lastSent < keptFor
        {
            grow()
        }
        ring[place(of: entry.extendedSequence)] = entry
    }

    private func place(of extendedSequence: UInt64) -> Int {
        Int(extendedSequence & UInt64(ring.count - 1))
    }

    private mutating func grow() {
        let entries = ring
        ring = ContiguousArray(repeating: nil, count: entries.count * 2)
        for case .some(let entry) in entries { ring[place(of: entry.extendedSequence)] = entry }
    }

    /// The packet with this number, marked as sent again; `nil` if it has left the buffer, was sent within `minimumGap`, or
    /// was sent too often.
    package mutating func take(_ extendedSequence: UInt64, now: Instant, minimumGap: Duration) -> Entry? {
        let index = place(of: extendedSequence)
        guard let entry = ring[index], entry.extendedSequence == extendedSequence,
            now - entry.lastSent >= minimumGap, entry.resends < Self.mostResends
        else { return nil }
        ring[index]?.lastSent = now
        ring[index]?.resends += 1
        return entry
    }
}
