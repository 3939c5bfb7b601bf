internal import RTCCore

/// From fingerprint to frame: open addressing over memory that is never freed.
struct FingerprintTable {
    private struct Slot {
        var fingerprint: FrameFingerprint
        /// −1 where the slot is free.
        var frame: Int32
    }

    private let slots: UnsafeMutablePointer<Slot>
    private let mask: Int

    /// - Parameter capacity: The most fingerprints that it will hold; at least half of the slots stay free.
    init(capacity: Int) {
        var count = 16
        while count < capacity * 2 { count *= 2 }
        slots = .allocate(capacity: count)
        slots.initialize(repeating: Slot(fingerprint: .empty, frame: -1), count: count)
        mask = count - 1
    }

    private func home(of fingerprint: FrameFingerprint) -> Int {
        // A CRC is spread evenly already.
        Int(fingerprint.crc ^ (fingerprint.size &* 0x9E37_79B1)) & mask
    }

    /// The frame that has the fingerprint already, or `nil` once the new one is in.
    func insert(_ fingerprint: FrameFingerprint, frame: Int) -> Int? {
        var place = home(of: fingerprint)
        while slots[place].frame >= 0 {
            if slots[place].fingerprint == fingerprint { return Int(slots[place].frame) }
            place = (place + 1) & mask
        }
        slots[place] = Slot(fingerprint: fingerprint, frame: Int32(frame))
        return nil
    }

    func frame(of fingerprint: FrameFingerprint) -> Int? {
        var place = home(of: fingerprint)
        while slots[place].frame >= 0 {
            if slots[place].fingerprint == fingerprint { return Int(slots[place].frame) }
            place = (place + 1) & mask
        }
        return nil
    }

    /// Frees what is never freed once a track is made; for a track that is refused.
    func discard() {
        slots.deallocate()
    }
}
