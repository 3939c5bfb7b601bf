internal import RTCCore

/// Cuts what comes over a stream into the datagrams that were put into it, each behind its length in 16 bits (RFC 4571 §2).
package final class StreamFrames {
    /// The longest that is taken, in bytes: far more than anybody who counts on datagrams sends.
    package static let limit = 8192
    /// Bytes in front of each.
    package static let headerSize = 2

    private let buffer = StreamBuffer(capacity: headerSize + limit)
    /// A length came that is beyond the limit: nothing after it is read.
    package private(set) var isBroken = false

    package init() {}

    /// Takes as much as there is room for.
    ///
    /// - Returns: How many bytes; take frames, and offer the rest again.
    package func put(_ bytes: UnsafeRawBufferPointer) -> Int {
        buffer.put(bytes)
    }

    /// The next datagram that is complete, valid until the next call of ``put(_:)``. Empty ones are passed over.
    package func next() -> UnsafeMutableRawBufferPointer? {
        while !isBroken, buffer.count >= Self.headerSize {
            let size = Int(buffer[0]) << 8 | Int(buffer[1])
            guard size <= Self.limit else {
                isBroken = true
                return nil
            }
            let whole = Self.headerSize + size
            guard buffer.count >= whole else { return nil }
            let datagram = buffer.take(whole, lending: Self.headerSize..<whole)
            if size > 0 { return datagram }
        }
        return nil
    }

    /// Writes the length in front of a datagram.
    package static func write(length: Int, into header: UnsafeMutableRawBufferPointer) {
        header.storeBytes(of: UInt16(truncatingIfNeeded: length).bigEndian, as: UInt16.self)
    }
}
