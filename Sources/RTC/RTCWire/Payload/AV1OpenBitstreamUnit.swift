import RTCCore

/// The header of an open bitstream unit (AV1 bitstream specification §5.3).
public struct AV1OpenBitstreamUnit: Hashable, Sendable {
    public static let sequenceHeader: UInt8 = 1
    public static let temporalDelimiter: UInt8 = 2
    public static let frameHeader: UInt8 = 3
    public static let tileGroup: UInt8 = 4
    public static let frame: UInt8 = 6
    public static let tileList: UInt8 = 8
    public static let padding: UInt8 = 15

    public var type: UInt8
    public var hasSize: Bool
    /// 0…7; 0 without an extension.
    public var temporalID: UInt8
    /// 0…3; 0 without an extension.
    public var spatialID: UInt8
    /// Bytes: one or two.
    public var headerSize: Int

    /// `nil` where the header is cut short or the forbidden bit is set.
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= 1 else { return nil }
        let first = bytes.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
        guard first & 0x80 == 0 else { return nil }
        type = first >> 3 & 15
        hasSize = first & 0x02 != 0
        temporalID = 0
        spatialID = 0
        headerSize = 1
        guard first & 0x04 != 0 else { return }
        guard bytes.byteCount >= 2 else { return nil }
        let layers = bytes.unsafeLoad(fromByteOffset: 1, as: UInt8.self)
        temporalID = layers >> 5
        spatialID = layers >> 3 & 3
        headerSize = 2
    }

    /// An LEB128 number at an offset, and where it ends (§4.10.5); `nil` where it is cut short or above 32 bits.
    public static func readLEB128(_ bytes: RawSpan, at offset: Int) -> (value: Int, end: Int)? {
        var value = 0
        for index in 0..<8 {
            guard offset + index < bytes.byteCount else { return nil }
            let byte = bytes.unsafeLoad(fromByteOffset: offset + index, as: UInt8.self)
            value |= Int(byte & 0x7F) << (7 * index)
            if byte & 0x80 == 0 { return value <= UInt32.max ? (value, offset + index + 1) : nil }
        }
        return nil
    }

    /// An LEB128 number.
    public static func leb128(_ value: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        repeat {
            bytes.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
            rest >>= 7
        } while rest > 0
        return bytes
    }
}
