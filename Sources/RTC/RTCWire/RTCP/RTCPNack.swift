/// A generic NACK: packets that a receiver misses (RFC 4585 §6.2.1).
public struct RTCPNack: Hashable, Sendable {
    public var senderSSRC: UInt32
    public var mediaSSRC: UInt32
    /// At least one, in the order of the wire.
    public var entries: [Entry]

    /// One lost packet and up to sixteen of those that follow it.
    public struct Entry: Hashable, Sendable {
        /// PID: a lost packet's sequence number.
        public var packetID: UInt16
        /// BLP: bit *i* set means that `packetID + i + 1` is lost too.
        public var followingLost: UInt16

        @inlinable
        public init(packetID: UInt16, followingLost: UInt16 = 0) {
            self.packetID = packetID
            self.followingLost = followingLost
        }
    }

    public init(senderSSRC: UInt32, mediaSSRC: UInt32, entries: [Entry]) {
        self.senderSSRC = senderSSRC
        self.mediaSSRC = mediaSSRC
        self.entries = entries
    }

    /// - Parameter lost: Sequence numbers, oldest first; they may wrap.
    public init(senderSSRC: UInt32, mediaSSRC: UInt32, lost: [UInt16]) {
        self.init(senderSSRC: senderSSRC, mediaSSRC: mediaSSRC, entries: [])
        for number in lost {
            if let last = entries.last {
                let distance = number &- last.packetID
                if distance == 0 { continue }
                if distance <= 16 {
                    entries[entries.count - 1].followingLost |= 1 << (distance - 1)
                    continue
                }
            }
            entries.append(Entry(packetID: number))
        }
    }

    /// Visits every lost sequence number; allocates nothing.
    @inlinable
    public func forEachLost(_ body: (UInt16) -> Void) {
        for entry in entries {
            body(entry.packetID)
            for bit in 0..<UInt16(16) where entry.followingLost >> bit & 1 == 1 {
                body(entry.packetID &+ bit &+ 1)
            }
        }
    }

    /// Every lost sequence number.
    public var lost: [UInt16] {
        var numbers: [UInt16] = []
        forEachLost { numbers.append($0) }
        return numbers
    }
}
