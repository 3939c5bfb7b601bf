import RTCCore

/// What a sequence parameter set says of a stream (ITU-T H.264 §7.3.2.1.1, §E.1.1).
public struct H264SequenceParameters: Hashable, Sendable {
    /// profile_idc, the constraint flags and level_idc: the three bytes of `profile-level-id` (RFC 6184 §8.1).
    public var profileLevelID: UInt32
    /// In pixels, after cropping.
    public var width: Int
    /// In pixels, after cropping.
    public var height: Int
    /// Pictures per second, as `rate / scale`; `nil` where the set has no timing.
    public var rate: (UInt32, scale: UInt32)? {
        timeScale == 0 || unitsInTick == 0 ? nil : (timeScale, 2 * unitsInTick)
    }
    private var timeScale: UInt32 = 0
    private var unitsInTick: UInt32 = 0

    /// Reads a unit of type 7, with its first byte; `nil` where it is cut short or beyond the standard's bounds.
    public init?(_ unit: RawSpan) {
        guard unit.byteCount >= 4 else { return nil }
        var bits = BitReader(unit.extracting(1..<unit.byteCount), emulationPrevention: true)
        guard let id = bits.read(24), bits.readUnsignedGolomb() != nil else { return nil }
        profileLevelID = UInt32(id)
        width = 0
        height = 0
        var chroma = 1
        if Self.highProfiles.contains(id >> 16) {
            guard let format = Self.readHighProfile(&bits) else { return nil }
            chroma = format
        }
        guard Self.skipOrder(&bits), bits.readUnsignedGolomb() != nil, bits.skip(1),
            let columns = bits.readUnsignedGolomb(), let rows = bits.readUnsignedGolomb(),
            columns < 1 << 12, rows < 1 << 12,
            let isProgressive = bits.readFlag(), isProgressive || bits.skip(1), bits.skip(1),
            let isCropped = bits.readFlag()
        else { return nil }
        let fields = isProgressive ? 1 : 2
        width = 16 * (columns + 1)
        height = 16 * (rows + 1) * fields
        if isCropped {
            guard let left = bits.readUnsignedGolomb(), let right = bits.readUnsignedGolomb(),
                let top = bits.readUnsignedGolomb(), let bottom = bits.readUnsignedGolomb()
            else { return nil }
            width -= (left + right) * (chroma == 1 || chroma == 2 ? 2 : 1)
            height -= (top + bottom) * (chroma == 1 ? 2 : 1) * fields
            guard width > 0, height > 0 else { return nil }
        }
        readTiming(&bits)
    }

    private static let highProfiles: Set<Int> = [
        100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135,
    ]

    /// - Returns: chroma_format_idc; 0 also where the colour planes are coded apart.
    private static func readHighProfile(_ bits: inout BitReader) -> Int? {
        guard let chroma = bits.readUnsignedGolomb(), chroma <= 3 else { return nil }
        var isSeparate = false
        if chroma == 3 {
            guard let flag = bits.readFlag() else { return nil }
            isSeparate = flag
        }
        guard bits.readUnsignedGolomb() != nil, bits.readUnsignedGolomb() != nil, bits.skip(1),
            let hasMatrix = bits.readFlag()
        else { return nil }
        for list in 0..<(hasMatrix ? (chroma == 3 ? 12 : 8) : 0) {
            guard let isPresent = bits.readFlag(),
                !isPresent || skipScaling(&bits, size: list < 6 ? 16 : 64)
            else { return nil }
        }
        return isSeparate ? 0 : chroma
    }

    private static func skipScaling(_ bits: inout BitReader, size: Int) -> Bool {
        var last = 8
        var next = 8
        for _ in 0..<size {
            if next != 0 {
                guard let delta = bits.readSignedGolomb() else { return false }
                next = (last + delta) & 0xFF
            }
            if next != 0 { last = next }
        }
        return true
    }

    /// Frame numbers and picture order.
    private static func skipOrder(_ bits: inout BitReader) -> Bool {
        guard bits.readUnsignedGolomb() != nil, let order = bits.readUnsignedGolomb() else {
            return false
        }
        switch order {
        case 0: return bits.readUnsignedGolomb() != nil
        case 1:
            guard bits.skip(1), bits.readSignedGolomb() != nil, bits.readSignedGolomb() != nil,
                let cycle = bits.readUnsignedGolomb(), cycle <= 255
            else { return false }
            for _ in 0..<cycle where bits.readSignedGolomb() == nil { return false }
            return true
        default: return order == 2
        }
    }

    /// The timing of the usability information, which nobody must have.
    private mutating func readTiming(_ bits: inout BitReader) {
        guard bits.readFlag() == true, let hasAspect = bits.readFlag() else { return }
        if hasAspect {
            guard let aspect = bits.read(8), aspect != 255 || bits.skip(32) else { return }
        }
        guard let hasOverscan = bits.readFlag(), !hasOverscan || bits.skip(1),
            let hasSignal = bits.readFlag()
        else { return }
        if hasSignal {
            guard bits.skip(4), let hasColor = bits.readFlag(), !hasColor || bits.skip(24) else { return }
        }
        guard let hasLocation = bits.readFlag() else { return }
        if hasLocation {
            guard bits.readUnsignedGolomb() != nil, bits.readUnsignedGolomb() != nil else { return }
        }
        guard bits.readFlag() == true, let units = bits.read(32), let scale = bits.read(32),
            units < 1 << 31
        else { return }
        unitsInTick = UInt32(units)
        timeScale = UInt32(scale)
    }
}
