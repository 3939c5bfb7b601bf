import RTCCore

extension SplitMix64 {
    /// One seeded change: bits flipped, cut short, made longer, or joined with the tail of another.
    mutating func mutated(_ bytes: [UInt8], splicing other: [UInt8]) -> [UInt8] {
        var bytes = bytes
        switch next() % 4 {
        case 0:
            for _ in 0...(next() % 4) where !bytes.isEmpty {
                bytes[Int(next() % UInt64(bytes.count))] ^= 1 << UInt8(next() % 8)
            }
        case 1:
            bytes.removeLast(Int(next() % UInt64(bytes.count + 1)))
        case 2:
            for _ in 0...(next() % 40) { bytes.append(UInt8(truncatingIfNeeded: next())) }
        default:
            let cut = Int(next() % UInt64(min(bytes.count, other.count) + 1))
            bytes = Array(bytes[..<cut]) + Array(other[cut...])
        }
        return bytes
    }
}
