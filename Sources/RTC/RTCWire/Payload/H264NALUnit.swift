import RTCCore

/// The kinds of network abstraction layer units that matter here (ITU-T H.264 table 7-1), by the low five bits of their first byte.
public enum H264NALUnit {
    public static let slice: UInt8 = 1
    public static let instantaneousRefresh: UInt8 = 5
    public static let supplementalInformation: UInt8 = 6
    public static let sequenceParameters: UInt8 = 7
    public static let pictureParameters: UInt8 = 8
    public static let accessUnitDelimiter: UInt8 = 9
    /// Nothing follows their header (H.264 §7.3.2.5, §7.3.2.6).
    public static let endOfSequence: UInt8 = 10
    public static let endOfStream: UInt8 = 11
    /// Several units in one packet (RFC 6184 §5.7.1).
    public static let aggregation: UInt8 = 24
    /// A part of a unit (RFC 6184 §5.8).
    public static let fragment: UInt8 = 28

    /// The type of a unit, by its first byte.
    public static func type(_ header: UInt8) -> UInt8 { header & 0x1F }

    /// Whether a unit holds a part of the picture itself.
    public static func isSlice(_ type: UInt8) -> Bool { (1...5).contains(type) }

    /// What a slice's header begins with; `nil` where it is cut short.
    ///
    /// - Parameter unit: With its first byte.
    public static func sliceHeader(_ unit: RawSpan) -> (firstMacroblock: Int, type: Int)? {
        guard unit.byteCount > 1 else { return nil }
        var bits = BitReader(unit.extracting(1..<unit.byteCount), emulationPrevention: true)
        guard let first = bits.readUnsignedGolomb(), let type = bits.readUnsignedGolomb(), type <= 9
        else { return nil }
        return (first, type % 5)
    }

    /// The slice type of pictures that wait for a later one to be decoded first (ITU-T H.264 table 7-6).
    public static let bidirectional = 1
}
