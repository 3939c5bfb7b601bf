/// `profile-level-id` of an H.264 stream: profile_idc, constraint flags and level_idc (RFC 6184 §8.1).
public struct H264ProfileLevel: Hashable, Sendable {
    /// Which decoders a stream is for; different bytes may name the same one (RFC 6184 table 5).
    public enum Profile: Hashable, Sendable {
        case constrainedBaseline, baseline, main, extended, constrainedHigh, high
        /// Another one, by profile_idc and constraint flags.
        case other(UInt16)
    }

    public var profile: Profile
    /// Ten times the level, 9 for level 1b.
    public var level: Int

    /// What holds where nothing is said: baseline, level 1.
    public static let unstated = H264ProfileLevel(bits: 0x42_00_0A)

    public init(bits: UInt32) {
        let profile = UInt8(truncatingIfNeeded: bits >> 16)
        let flags = UInt8(truncatingIfNeeded: bits >> 8)
        level = Int(bits & 0xFF)
        switch (profile, flags) {
        case (0x42, _) where flags & 0x4F == 0x40, (0x4D, _) where flags & 0x8F == 0x80,
            (0x58, _) where flags & 0xCF == 0xC0:
            self.profile = .constrainedBaseline
        case (0x42, _) where flags & 0x4F == 0, (0x58, _) where flags & 0xCF == 0x80:
            self.profile = .baseline
        case (0x4D, _) where flags & 0xAF == 0: self.profile = .main
        case (0x58, _) where flags & 0xCF == 0: self.profile = .extended
        case (0x64, 0x0C): self.profile = .constrainedHigh
        case (0x64, 0x00): self.profile = .high
        default: self.profile = .other(UInt16(profile) << 8 | UInt16(flags))
        }
        // ITU-T H.264 §A.3.1: level 1b is level 1.1 with constraint_set3_flag.
        let hasSet3 = flags & 0x10 != 0 && (profile == 0x42 || profile == 0x4D || profile == 0x58)
        if level == 11, hasSet3 { level = 9 }
    }

    /// Six hexadecimal digits; `nil` for anything else.
    public init?(_ text: String) {
        guard text.utf8.count == 6, let bits = UInt32(text, radix: 16) else { return nil }
        self.init(bits: bits)
    }
}
