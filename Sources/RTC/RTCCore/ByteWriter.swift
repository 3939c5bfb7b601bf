/// Writes network-order fields into a slab that somebody else owns.
///
/// Writing past the end is counted in ``overflowed`` and changes nothing, so that a caller checks once, at the end.
public struct ByteWriter: ~Copyable {
    public let buffer: UnsafeMutableRawBufferPointer
    @usableFromInline var end = 0
    @usableFromInline var isCutOff = false

    /// Bytes written so far.
    @inlinable
    public var count: Int { end }

    /// Whether something did not fit.
    @inlinable
    public var overflowed: Bool { isCutOff }

    /// - Parameter buffer: Must stay valid while the writer lives.
    @inlinable
    public init(_ buffer: UnsafeMutableRawBufferPointer) {
        self.buffer = buffer
    }

    @inlinable
    mutating func reserve(_ size: Int) -> Int? {
        guard end + size <= buffer.count else {
            isCutOff = true
            return nil
        }
        defer { end += size }
        return end
    }

    @inlinable
    public mutating func write<Field: FixedWidthInteger & BitwiseCopyable>(_ value: Field) {
        guard let offset = reserve(MemoryLayout<Field>.size) else { return }
        buffer.storeBytes(of: value.bigEndian, toByteOffset: offset, as: Field.self)
    }

    @inlinable
    public mutating func writeUInt24(_ value: UInt32) {
        write(UInt8(truncatingIfNeeded: value >> 16))
        write(UInt16(truncatingIfNeeded: value))
    }

    @inlinable
    public mutating func write(bytes: RawSpan) {
        guard bytes.byteCount > 0, let offset = reserve(bytes.byteCount) else { return }
        bytes.withUnsafeBytes { source in
            UnsafeMutableRawBufferPointer(rebasing: buffer[offset...]).copyMemory(from: source)
        }
    }

    @inlinable
    public mutating func write(bytes: [UInt8]) {
        guard !bytes.isEmpty, let offset = reserve(bytes.count) else { return }
        UnsafeMutableRawBufferPointer(rebasing: buffer[offset...]).copyBytes(from: bytes)
    }

    @inlinable
    public mutating func write(zeros size: Int) {
        for _ in 0..<size { write(UInt8(0)) }
    }

    /// Overwrites two bytes that were written before, such as a length that is known only now.
    @inlinable
    public func patch(_ value: UInt16, at offset: Int) {
        precondition(offset >= 0 && offset + 2 <= count, "a patch must lie inside what was written")
        buffer.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }

    /// What was written so far.
    public var written: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: buffer[..<count])
    }
}
