/// What the first bytes of an Opus packet say (RFC 6716 §3).
public struct OpusPacketHeader: Hashable, Sendable {
    /// Samples at 48 kHz in each frame.
    public var frameDuration: UInt32
    public var frameCount: Int
    public var isStereo: Bool

    /// Samples at 48 kHz in the packet, 5,760 (120 ms) at most.
    public var duration: UInt32 { frameDuration * UInt32(frameCount) }

    /// `nil` where the packet breaks one of the rules R1 to R7 of RFC 6716 §3.4.
    public init?(_ packet: ArraySlice<UInt8>) {
        guard let toc = packet.first else { return nil }
        let configuration = Int(toc >> 3)
        isStereo = toc & 4 != 0
        switch configuration {
        case 0..<12: frameDuration = [480, 960, 1920, 2880][configuration & 3]
        case 12..<16: frameDuration = [480, 960][configuration & 1]
        default: frameDuration = [120, 240, 480, 960][configuration & 3]
        }
        var rest = packet.dropFirst()
        switch toc & 3 {
        case 0:
            frameCount = 1
            guard rest.count <= Self.longestFrame else { return nil }
        case 1:
            frameCount = 2
            guard rest.count.isMultiple(of: 2), rest.count / 2 <= Self.longestFrame else { return nil }
        case 2:
            frameCount = 2
            guard let first = Self.frameSize(&rest), first <= rest.count, rest.count - first <= Self.longestFrame else {
                return nil
            }
        default:
            guard let counts = rest.popFirst() else { return nil }
            frameCount = Int(counts & 0x3F)
            guard frameCount > 0, UInt32(frameCount) * frameDuration <= 5760 else { return nil }
            guard Self.hasValidFrames(&rest, counts: counts) else { return nil }
        }
    }

    private static let longestFrame = 1275

    private static func hasValidFrames(_ rest: inout ArraySlice<UInt8>, counts: UInt8) -> Bool {
        let frameCount = Int(counts & 0x3F)
        if counts & 0x40 != 0 {
            var padding = 0
            var next: UInt8
            repeat {
                guard let size = rest.popFirst() else { return false }
                next = size
                padding += size == 255 ? 254 : Int(size)
            } while next == 255
            guard padding <= rest.count else { return false }
            rest = rest.dropLast(padding)
        }
        if counts & 0x80 == 0 {
            return rest.count.isMultiple(of: frameCount) && rest.count / frameCount <= longestFrame
        }
        var total = 0
        for _ in 1..<max(frameCount, 1) {
            guard let size = frameSize(&rest) else { return false }
            total += size
        }
        return total <= rest.count && rest.count - total <= longestFrame
    }

    /// The size of a frame in one or two bytes (RFC 6716 §3.1).
    private static func frameSize(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard let first = rest.popFirst() else { return nil }
        guard first >= 252 else { return Int(first) }
        guard let second = rest.popFirst() else { return nil }
        return Int(second) * 4 + Int(first)
    }
}
