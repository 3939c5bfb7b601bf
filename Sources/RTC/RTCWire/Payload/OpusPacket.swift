/// What the first bytes of an Opus packet tell: how many frames, how long, and whether its packing is valid (RFC 6716 §3).
public struct OpusPacket: Hashable, Sendable {
    /// 0…31: mode, bandwidth and frame size (RFC 6716 table 2).
    public var configuration: UInt8
    /// 1 or 2.
    public var channels: Int
    /// 1…48; a packet never lasts longer than 120 ms.
    public var frameCount: Int
    /// Samples of one frame at 48 kHz: 120, 240, 480, 960, 1,920 or 2,880.
    public var frameDuration: Int
    /// Whether its first frame repeats the frame before it at a lower rate: in-band FEC, which only the SILK layer has (RFC 6716 §4.2.4).
    public var hasRedundancy = false

    /// Samples of the whole packet at 48 kHz, which is its duration on the RTP clock (RFC 7587 §4.1).
    public var duration: Int { frameCount * frameDuration }

    public var mode: Mode {
        switch configuration {
        case ..<12: .silk
        case ..<16: .hybrid
        default: .celt
        }
    }

    /// The layer or layers of the codec in use.
    public enum Mode: String, Hashable, Sendable {
        case silk
        case hybrid
        case celt
    }

    /// Which of the requirements of RFC 6716 §3.4 a packet breaks.
    public enum ParsingError: String, Error, Hashable, Sendable {
        /// R1: a packet has at least one byte.
        case empty
        /// R2: a frame has at most 1,275 bytes.
        case frameTooLong
        /// R3: two frames of equal size need an even number of bytes.
        case oddSize
        /// R4, R6, R7: a length, the padding or a frame reaches past the end.
        case truncated
        /// R5: the frame count is zero, or the packet lasts longer than 120 ms.
        case badFrameCount
        /// R6: frames of equal size do not fill the packet.
        case unevenFrames
    }

    /// Reads and validates a packet; allocates nothing.
    public static func parse(_ packet: RawSpan) throws(ParsingError) -> OpusPacket {
        guard packet.byteCount >= 1 else { throw .empty }
        let toc = packet.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
        var opus = OpusPacket(
            configuration: toc >> 3, channels: toc & 0x04 == 0 ? 1 : 2, frameCount: 1,
            frameDuration: frameDuration(configuration: toc >> 3))
        var body = 1..<packet.byteCount
        var first = body
        switch toc & 0x03 {
        case 0:
            break
        case 1:
            guard body.count.isMultiple(of: 2) else { throw .oddSize }
            opus.frameCount = 2
            body = 1..<(1 + body.count / 2)
            first = body
        case 2:
            opus.frameCount = 2
            let size = try takeFrameLength(packet, &body)
            guard size <= body.count else { throw .truncated }
            first = body.lowerBound..<(body.lowerBound + size)
            body = (body.lowerBound + size)..<body.upperBound
        default:
            opus.frameCount = try checkManyFrames(packet, &body, first: &first, frameDuration: opus.frameDuration)
        }
        guard body.count <= longestFrame else { throw .frameTooLong }
        if opus.mode != .celt, !first.isEmpty {
            opus.hasRedundancy = opus.repeats(firstByte: packet.unsafeLoad(fromByteOffset: first.lowerBound, as: UInt8.self))
        }
        return opus
    }

    /// Each channel has a bit for the voice of each of its SILK frames, and then one that says whether redundancy follows; the first bits
    /// of the range coder are those of the byte (RFC 6716 §4.2.3).
    private func repeats(firstByte: UInt8) -> Bool {
        let frames = max(1, frameDuration / 960)
        let middle = firstByte >> UInt8(7 - frames) & 1
        let side = channels == 2 ? firstByte >> UInt8(6 - 2 * frames) & 1 : 0
        return middle | side == 1
    }

    private static let longestFrame = 1275
    private static let longestPacket = 5760

    /// Code 3: any number of frames (RFC 6716 §3.2.5). Leaves the last frame, or the size of each, in `body`.
    private static func checkManyFrames(
        _ packet: RawSpan, _ body: inout Range<Int>, first: inout Range<Int>, frameDuration: Int
    ) throws(ParsingError) -> Int {
        guard !body.isEmpty else { throw .truncated }
        let byte = packet.unsafeLoad(fromByteOffset: body.lowerBound, as: UInt8.self)
        body = (body.lowerBound + 1)..<body.upperBound
        let count = Int(byte & 0x3F)
        guard count > 0, count * frameDuration <= longestPacket else { throw .badFrameCount }
        if byte & 0x40 != 0 { try dropPadding(packet, &body) }
        if byte & 0x80 != 0 {
            var total = 0
            var size: Int?
            for _ in 1..<count {
                let next = try takeFrameLength(packet, &body)
                size = size ?? next
                total += next
            }
            guard total <= body.count else { throw .truncated }
            first = body.lowerBound..<(body.lowerBound + (size ?? body.count))
            body = (body.lowerBound + total)..<body.upperBound
        } else {
            guard body.count.isMultiple(of: count) else { throw .unevenFrames }
            body = body.lowerBound..<(body.lowerBound + body.count / count)
            first = body
        }
        return count
    }

    private static func dropPadding(_ packet: RawSpan, _ body: inout Range<Int>) throws(ParsingError) {
        var padding = 0
        while true {
            guard !body.isEmpty else { throw .truncated }
            let byte = Int(packet.unsafeLoad(fromByteOffset: body.lowerBound, as: UInt8.self))
            body = (body.lowerBound + 1)..<body.upperBound
            padding += byte == 255 ? 254 : byte
            if byte != 255 { break }
        }
        guard padding <= body.count else { throw .truncated }
        body = body.lowerBound..<(body.upperBound - padding)
    }

    /// One or two bytes of length (RFC 6716 §3.2.1).
    private static func takeFrameLength(_ packet: RawSpan, _ body: inout Range<Int>) throws(ParsingError) -> Int {
        guard !body.isEmpty else { throw .truncated }
        let first = Int(packet.unsafeLoad(fromByteOffset: body.lowerBound, as: UInt8.self))
        body = (body.lowerBound + 1)..<body.upperBound
        guard first >= 252 else { return first }
        guard !body.isEmpty else { throw .truncated }
        let second = Int(packet.unsafeLoad(fromByteOffset: body.lowerBound, as: UInt8.self))
        body = (body.lowerBound + 1)..<body.upperBound
        return second * 4 + first
    }

    private static func frameDuration(configuration: UInt8) -> Int {
        let step = Int(configuration & 3)
        return switch configuration {
        case ..<12: step == 3 ? 2880 : 480 << step
        case ..<16: 480 << Int(configuration & 1)
        default: 120 << step
        }
    }
}
