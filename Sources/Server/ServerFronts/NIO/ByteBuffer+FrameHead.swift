package import NIOCore
package import NIOWebSocket

extension ByteBuffer {
    /// Bytes of the head of an unmasked frame, at most (RFC 6455 §5.2).
    package static let longestFrameHead = 10

    /// Writes the head of a whole message, unmasked as a server sends it (RFC 6455 §5.2).
    ///
    /// - Parameter bytes: Of the payload, which is to follow.
    package mutating func writeFrameHead(_ opcode: WebSocketOpcode, payload bytes: Int) {
        writeInteger(0x80 | UInt8(webSocketOpcode: opcode))
        switch bytes {
        case ...125: writeInteger(UInt8(bytes))
        case ...0xFFFF: writeMultipleIntegers(126 as UInt8, UInt16(bytes))
        default: writeMultipleIntegers(127 as UInt8, UInt64(bytes))
        }
    }
}
