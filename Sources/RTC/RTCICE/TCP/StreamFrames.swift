internal import RTCCore

/// Cuts what comes over a stream into the datagrams that were put into it, each behind its length in 16 bits (RFC 4571 §2).
///
/// A class, so that what it lends stays where it is while its owner changes.
package final class StreamFrames {
    /// The longest that is taken, in bytes: far more than anybody who counts on datagrams sends.
    package static let limit = 8192
    /// Bytes in front of each.
    package static let headerSize = 2

    private let storage = UnsafeMutableRawBufferPointer.allocate(byteCount: headerSize + limit, alignment: 8)
    private var start = 0
    private var end = 0
    /// A length came that is beyond the limit: nothing after it is read.
    package private(set) var isBroken = false

    package init() {}

    deinit {
        storage.deallocate()
    }

    /// Takes as much as there is room for.
    ///
    /// - Returns: How many bytes; take frames, and offer the rest again.
    package func put(_ bytes: UnsafeRawBufferPointer) -> Int {
        if start > 0 {
            storage.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[start..<end]))
            end -= start
            start = 0
        }
        let count = min(bytes.count, storage.count - end)
        if count > 0 {
            UnsafeMutableRawBufferPointer(rebasing: storage[end..<(end + count)])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        }
        end += count
        return count
    }

    /// The next datagram that is complete, valid until the next call of ``put(_:)``. Empty ones are passed over.
    package func next() -> UnsafeMutableRawBufferPointer? {
        while !isBroken, end - start >= Self.headerSize {
            let size = Int(storage[start]) << 8 | Int(storage[start + 1])
            guard size <= Self.limit else {
                isBroken = true
                return nil
            }
            let first = start + Self.headerSize
            guard end - first >= size else { return nil }
            start = first + size
            if size > 0 { return UnsafeMutableRawBufferPointer(rebasing: storage[first..<(first + size)]) }
        }
        return nil
    }

    /// Writes the length in front of a datagram.
    package static func write(length: Int, into header: UnsafeMutableRawBufferPointer) {
        header.storeBytes(of: UInt16(truncatingIfNeeded: length).bigEndian, as: UInt16.self)
    }
}
