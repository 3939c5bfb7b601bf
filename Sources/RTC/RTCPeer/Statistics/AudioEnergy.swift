/// How loud the sound was that came in or went out, as its packets say (RFC 6464): the mean over any time follows from two moments of it.
///
/// Levels of silence count as well, so that a pause makes a voice quieter, as the sums of W3C webrtc-stats do for sound that is decoded.
public struct AudioEnergy: Hashable, Sendable {
    /// The sum of the packets' energies, 1 being that of full scale.
    public private(set) var total: Double = 0
    /// The packets that said a level.
    public private(set) var packets: UInt64 = 0

    public init() {}

    /// - Parameter level: −dBov, 0 to 127 (RFC 6464 §3).
    public mutating func add(level: UInt8) {
        total += Self.energies[Int(min(level, 127))]
        packets += 1
    }

    public mutating func add(_ other: AudioEnergy) {
        total += other.total
        packets += other.packets
    }

    /// The level since an earlier moment, 0 to 1 and linear, as `audioLevel` of W3C webrtc-stats; 0 where nothing said one.
    public func level(since earlier: AudioEnergy) -> Double {
        guard packets > earlier.packets else { return 0 }
        return (max(0, total - earlier.total) / Double(packets - earlier.packets)).squareRoot()
    }

    /// 127 is silence, and no sound of 127 dB below full scale.
    private static let energies: [Double] = {
        // A tenth of a bel less each: 10 to the power of -0.1.
        var energies: [Double] = [1]
        for level in 1..<128 { energies.append(level == 127 ? 0 : energies[level - 1] * 0.794_328_234_724_281_5) }
        return energies
    }()
}
