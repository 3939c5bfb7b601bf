/// The head of a frame (RFC 6455 §5.2).
struct WebSocketFrame: Equatable {
    /// What a frame is; all others are reserved (RFC 6455 §11.8).
    enum Opcode: UInt8 {
        case continuation = 0x0
        case text = 0x1
        case binary = 0x2
        case close = 0x8
        case ping = 0x9
        case pong = 0xA

        var isControl: Bool { rawValue & 0x8 != 0 }
    }

    /// What a server's bytes are.
    enum Reading: Equatable {
        /// The head, or the payload behind it, is not all there yet.
        case incomplete
        case whole(WebSocketFrame)
        /// No server may send this.
        case malformed(String)
    }

    /// The longest payload of a control frame, in bytes (RFC 6455 §5.5).
    static let longestControl = 125

    let isFinal: Bool
    let opcode: Opcode
    /// The bytes before the payload, and the payload's.
    let headSize: Int
    let payloadSize: Int

    var size: Int { headSize + payloadSize }

    /// Reads the first frame of what came from a server.
    ///
    /// - Parameter limit: The longest payload that is taken, in bytes.
    static func read(_ bytes: UnsafeRawBufferPointer, limit: Int) -> Reading {
        guard bytes.count >= 2 else { return .incomplete }
        let first = bytes[0]
        guard first & 0x70 == 0 else { return .malformed("reserved bits, of an extension that was not agreed on") }
        guard let opcode = Opcode(rawValue: first & 0x0F) else {
            return .malformed("a frame of the unknown kind \(first & 0x0F)")
        }
        guard bytes[1] & 0x80 == 0 else { return .malformed("a masked frame, as only clients may") }
        let short = Int(bytes[1] & 0x7F)
        let extended = short == 126 ? 2 : short == 127 ? 8 : 0
        guard bytes.count >= 2 + extended else { return .incomplete }
        let size = extended == 0 ? UInt64(short) : bytes[2..<2 + extended].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        if opcode.isControl, first & 0x80 == 0 || size > longestControl {
            return .malformed("a control frame in parts, or of more than \(longestControl) bytes")
        }
        guard size <= limit else { return .malformed("a message of more than \(limit) bytes") }
        let frame = WebSocketFrame(isFinal: first & 0x80 != 0, opcode: opcode, headSize: 2 + extended, payloadSize: Int(size))
        return bytes.count >= frame.size ? .whole(frame) : .incomplete
    }

    /// Appends a whole masked message or control frame, as a client sends it (RFC 6455 §5.3).
    static func append(_ opcode: Opcode, _ payload: UnsafeRawBufferPointer, mask: UInt32, to bytes: inout [UInt8]) {
        bytes.append(0x80 | opcode.rawValue)
        switch payload.count {
        case ...125:
            bytes.append(0x80 | UInt8(payload.count))
        case ...0xFFFF:
            bytes.append(0x80 | 126)
            withUnsafeBytes(of: UInt16(payload.count).bigEndian) { bytes.append(contentsOf: $0) }
        default:
            bytes.append(0x80 | 127)
            withUnsafeBytes(of: UInt64(payload.count).bigEndian) { bytes.append(contentsOf: $0) }
        }
        withUnsafeBytes(of: mask.bigEndian) { bytes.append(contentsOf: $0) }
        let start = bytes.count
        bytes.append(contentsOf: payload)
        bytes.withUnsafeMutableBytes { all in
            let wide = UInt64(mask.bigEndian) << 32 | UInt64(mask.bigEndian)
            var place = start
            while place + 8 <= all.count {
                let masked = all.loadUnaligned(fromByteOffset: place, as: UInt64.self) ^ wide
                all.storeBytes(of: masked, toByteOffset: place, as: UInt64.self)
                place += 8
            }
            while place < all.count {
                all[place] ^= UInt8(truncatingIfNeeded: mask >> UInt32(24 - 8 * ((place - start) & 3)))
                place += 1
            }
        }
    }
}
