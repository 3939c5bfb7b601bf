/// Which of the newest 1,024 packets of a stream have been received (RFC 3711 §3.3.2), and the highest index among them.
struct ReplayWindow {
    static let size: UInt64 = 1024
    private static let words = 16

    /// `nil` until the first packet.
    private(set) var highest: UInt64?
    private var seen = InlineArray<16, UInt64>(repeating: 0)

    /// Whether an index was received before, or is too old to tell.
    func contains(_ index: UInt64) -> Bool {
        guard let highest, index <= highest else { return false }
        guard highest - index < Self.size else { return true }
        return seen[Self.word(index)] & Self.bit(index) != 0
    }

    /// Remembers an index that ``contains(_:)`` denied, once its packet proved genuine.
    mutating func insert(_ index: UInt64) {
        if let highest, index > highest {
            forget(from: highest + 1, through: index)
        }
        seen[Self.word(index)] |= Self.bit(index)
        highest = max(highest ?? index, index)
    }

    /// Empties the places that indices now past the window held.
    private mutating func forget(from first: UInt64, through last: UInt64) {
        guard last - first < Self.size else {
            seen = InlineArray(repeating: 0)
            return
        }
        var index = first
        while index <= last {
            seen[Self.word(index)] &= ~Self.bit(index)
            index += 1
        }
    }

    private static func word(_ index: UInt64) -> Int { Int(truncatingIfNeeded: index >> 6) & (words - 1) }

    private static func bit(_ index: UInt64) -> UInt64 { 1 << (index & 63) }
}

extension ReplayWindow {
    /// The 48-bit index that a sequence number most likely stands for (RFC 3711 §3.3.1).
    func estimatedIndex(of sequenceNumber: UInt16) -> UInt64 {
        guard let highest else { return UInt64(sequenceNumber) }
        let newest = UInt16(truncatingIfNeeded: highest)
        let rollover = highest >> 16
        let half: UInt16 = 0x8000
        if newest < half {
            // Before the first rollover there is nothing to go back to.
            let isBehind = sequenceNumber > newest && sequenceNumber - newest > half && rollover > 0
            return (isBehind ? rollover - 1 : rollover) << 16 | UInt64(sequenceNumber)
        }
        let isAhead = newest - half > sequenceNumber
        return ((isAhead ? rollover + 1 : rollover) & 0xFFFF_FFFF) << 16 | UInt64(sequenceNumber)
    }
}
