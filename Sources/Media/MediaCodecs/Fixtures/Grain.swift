internal import RTCCore

/// The grain of a camera's sensor in one picture.
///
/// Without it an encoder would need next to nothing for a drawn picture, and rates would be unlike any call's.
struct Grain {
    private var random: SplitMix64
    private var bits: UInt64 = 0

    init(seed: UInt64, picture: Int) {
        random = SplitMix64(seed: SplitMix64.derive(seed, "grain \(picture)"))
    }

    /// −15 to 15, for the pixels of a row in order.
    mutating func next(x: Int) -> Int {
        if x & 7 == 0 { bits = random.next() }
        // The sum of two nibbles has a triangular spread, not unlike a sensor's.
        let noise = Int(bits & 15) + Int(bits >> 4 & 15) - 15
        bits >>= 8
        return noise
    }
}
