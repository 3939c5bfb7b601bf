import RTCCore

/// What a sequence header says of an AV1 stream (AV1 bitstream specification §5.5).
public struct AV1SequenceHeader: Hashable, Sendable {
    /// seq_profile, 0…2.
    public var profile: Int
    /// seq_level_idx of the first operating point, 0…31: what `level-idx` states.
    public var levelIndex: Int
    /// seq_tier of the first operating point.
    public var tier: Int
    /// In pixels.
    public var width: Int
    /// In pixels.
    public var height: Int

    /// Reads the unit behind its header; `nil` where it is cut short.
    public init?(_ payload: RawSpan) {
        var bits = BitReader(payload)
        guard let profile = bits.read(3), profile <= 2, bits.skip(1), let isReduced = bits.readFlag()
        else { return nil }
        self.profile = profile
        levelIndex = 0
        tier = 0
        width = 0
        height = 0
        if isReduced {
            guard let level = bits.read(5) else { return nil }
            levelIndex = level
        } else {
            guard readOperatingPoints(&bits) else { return nil }
        }
        guard let widthBits = bits.read(4), let heightBits = bits.read(4),
            let width = bits.read(widthBits + 1),
            let height = bits.read(heightBits + 1)
        else { return nil }
        self.width = width + 1
        self.height = height + 1
    }

    private mutating func readOperatingPoints(_ bits: inout BitReader) -> Bool {
        var delayBits: Int?
        guard let hasTiming = bits.readFlag() else { return false }
        if hasTiming {
            guard bits.skip(64), let isEqual = bits.readFlag(),
                !isEqual || bits.readUnsignedGolomb() != nil,
                let hasModel = bits.readFlag()
            else { return false }
            if hasModel {
                guard let length = bits.read(5), bits.skip(42) else { return false }
                delayBits = length + 1
            }
        }
        guard let hasDisplayDelay = bits.readFlag(), let last = bits.read(5) else { return false }
        for index in 0...last {
            guard bits.skip(12), let level = bits.read(5) else { return false }
            var tier = 0
            if level > 7 {
                guard let bit = bits.readBit() else { return false }
                tier = bit
            }
            if index == 0 { (levelIndex, self.tier) = (level, tier) }
            if let delayBits {
                guard let hasParameters = bits.readFlag(), !hasParameters || bits.skip(2 * delayBits + 1)
                else { return false }
            }
            if hasDisplayDelay {
                guard let isPresent = bits.readFlag(), !isPresent || bits.skip(4) else { return false }
            }
        }
        return true
    }
}
