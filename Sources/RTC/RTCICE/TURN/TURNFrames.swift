internal import RTCCore
internal import RTCWire

/// Cuts what comes over a stream into messages and ChannelData (RFC 8489 §6.2.2, RFC 8656 §12.5).
///
/// A class, so that what it lends stays where it is while its owner changes.
package final class TURNFrames {
    /// The longest that is taken, padding included: far more than a datagram holds.
    package static let limit = 16_384

    private let storage = UnsafeMutableRawBufferPointer.allocate(byteCount: limit, alignment: 8)
    private var start = 0
    private var end = 0
    /// Something came that is no TURN: where the next frame begins is lost.
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

    /// The next frame that is complete, valid until the next call of ``put(_:)``.
    package func next() -> UnsafeMutableRawBufferPointer? {
        guard !isBroken, end - start >= 4 else { return nil }
        let length = Int(storage[start + 2]) << 8 | Int(storage[start + 3])
        let size: Int
        switch storage[start] {
        case 0...3: size = STUNMessage.headerSize + length
        case 64...79: size = 4 + length
        default:
            isBroken = true
            return nil
        }
        let padded = (size + 3) & ~3
        guard padded <= Self.limit else {
            isBroken = true
            return nil
        }
        guard end - start >= padded else { return nil }
        defer { start += padded }
        return UnsafeMutableRawBufferPointer(rebasing: storage[start..<(start + size)])
    }
}
