/// The check value at the end of a STUN message: CRC-32 of ITU V.42, XORed with "STUN" (RFC 8489 §14.7).
public enum STUNFingerprint {
    static let mask: UInt32 = 0x5354_554E

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    /// The fingerprint of everything that stands before the attribute, the header's length already counting it.
    public static func of(_ message: UnsafeRawBufferPointer) -> UInt32 {
        let crc = table.withUnsafeBufferPointer { table in
            message.reduce(~UInt32(0)) { crc, byte in table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ (crc >> 8) }
        }
        return ~crc ^ mask
    }
}
