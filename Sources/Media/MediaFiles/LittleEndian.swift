extension [UInt8] {
    /// A little-endian field at an offset that the caller has checked to lie inside.
    func littleEndian<Field: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Field.Type) -> Field {
        withUnsafeBytes { Field(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: type)) }
    }

    mutating func append<Field: FixedWidthInteger>(littleEndian value: Field) {
        for byte in 0..<(Field.bitWidth / 8) {
            append(UInt8(truncatingIfNeeded: value >> Field(byte * 8)))
        }
    }
}
