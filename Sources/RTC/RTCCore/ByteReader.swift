/// Reads network-order fields from borrowed bytes; every read past the end is `nil`, never a trap.
public struct ByteReader: ~Escapable {
    public let bytes: RawSpan
    /// Bytes read so far.
    @inlinable
    public var offset: Int { position }
    @usableFromInline var position: Int

    @inlinable
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) {
        self.bytes = bytes
        self.position = 0
    }

    @inlinable
    public var remaining: Int { bytes.byteCount - offset }

    @inlinable
    public mutating func readUInt8() -> UInt8? {
        guard remaining >= 1 else { return nil }
        defer { position += 1 }
        return bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    @inlinable
    public mutating func readUInt16() -> UInt16? {
        guard remaining >= 2 else { return nil }
        defer { position += 2 }
        return UInt16(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    @inlinable
    public mutating func readUInt24() -> UInt32? {
        guard remaining >= 3, let high = readUInt8(), let low = readUInt16() else { return nil }
        return UInt32(high) << 16 | UInt32(low)
    }

    @inlinable
    public mutating func readUInt32() -> UInt32? {
        guard remaining >= 4 else { return nil }
        defer { position += 4 }
        return UInt32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @inlinable
    public mutating func readUInt64() -> UInt64? {
        guard remaining >= 8 else { return nil }
        defer { position += 8 }
        return UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    @inlinable
    @_lifetime(copy self)
    public mutating func readBytes(_ count: Int) -> RawSpan? {
        guard count >= 0, remaining >= count else { return nil }
        let part = bytes.extracting(offset..<(offset + count))
        position += count
        return part
    }

    /// Moves on without reading; `false`, and no move, where fewer bytes remain.
    @inlinable
    public mutating func skip(_ count: Int) -> Bool {
        guard count >= 0, remaining >= count else { return false }
        position += count
        return true
    }
}

extension RawSpan {
    /// A big-endian field at an offset the caller has checked to lie inside.
    @inlinable
    public func bigEndian<Field: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Field.Type) -> Field {
        Field(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: type))
    }

    /// A copy of these bytes, for the control path.
    @inlinable
    public var array: [UInt8] {
        withUnsafeBytes { Array($0) }
    }
}
