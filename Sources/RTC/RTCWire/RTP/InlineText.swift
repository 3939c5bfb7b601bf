public import RTCCore

/// Up to sixteen bytes of text without storage on the heap: a MID or a stream id as RTP carries it (RFC 8852 §3).
public struct InlineText: Hashable, Sendable {
    /// The longest text that fits, in bytes.
    public static let capacity = 16

    /// The bytes in network order, zero where there are none.
    @usableFromInline var high: UInt64
    @usableFromInline var low: UInt64
    @usableFromInline var size: UInt8

    /// The empty text.
    @inlinable
    public init() {
        high = 0
        low = 0
        size = 0
    }

    /// - Returns: `nil` for more than sixteen bytes.
    @inlinable
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount <= Self.capacity else { return nil }
        self.init()
        for offset in 0..<bytes.byteCount {
            append(bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
        }
    }

    /// - Returns: `nil` for more than sixteen bytes of UTF-8.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.capacity else { return nil }
        self.init()
        for byte in text.utf8 { append(byte) }
    }

    /// Bytes of the text.
    @inlinable
    public var count: Int { Int(size) }

    @inlinable
    public var isEmpty: Bool { size == 0 }

    @inlinable
    subscript(_ offset: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: (offset < 8 ? high : low) >> UInt64(56 - 8 * (offset & 7)))
    }

    @inlinable
    mutating func append(_ byte: UInt8) {
        let shifted = UInt64(byte) << UInt64(56 - 8 * (Int(size) & 7))
        if size < 8 { high |= shifted } else { low |= shifted }
        size += 1
    }

    /// Copies the text into a slab.
    public func write(into writer: inout ByteWriter) {
        for offset in 0..<count { writer.write(self[offset]) }
    }

    /// The text as a string, bytes that are not UTF-8 replaced; allocates if it is longer than fifteen bytes.
    public var string: String {
        String(decoding: (0..<count).map { self[$0] }, as: UTF8.self)
    }

    /// Whether the bytes are exactly the string's UTF-8.
    public static func == (left: InlineText, right: String) -> Bool {
        var offset = 0
        for byte in right.utf8 {
            guard offset < left.count, left[offset] == byte else { return false }
            offset += 1
        }
        return offset == left.count
    }
}

extension InlineText: CustomStringConvertible {
    public var description: String { string }
}
