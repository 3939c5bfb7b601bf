internal import RTCCore
internal import RTCWire

/// Cuts what comes over a stream into messages and ChannelData (RFC 8489 §6.2.2, RFC 8656 §12.5).
package final class TURNFrames {
    /// The longest that is taken, padding included: far more than a datagram holds.
    package static let limit = 16_384

    private let buffer = StreamBuffer(capacity: limit)
    /// Something came that is no TURN: where the next frame begins is lost.
    package private(set) var isBroken = false

    package init() {}

    /// Takes as much as there is room for.
    ///
    /// - Returns: How many bytes; take frames, and offer the rest again.
    package func put(_ bytes: UnsafeRawBufferPointer) -> Int {
        buffer.put(bytes)
    }

    /// The next frame that is complete, valid until the next call of ``put(_:)``.
    package func next() -> UnsafeMutableRawBufferPointer? {
        guard !isBroken, buffer.count >= 4 else { return nil }
        let length = Int(buffer[2]) << 8 | Int(buffer[3])
        let size: Int
        switch buffer[0] {
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
        guard buffer.count >= padded else { return nil }
        return buffer.take(padded, lending: 0..<size)
    }
}
