import RTCCore

/// The start of a VP9 frame's uncompressed header (VP9 bitstream specification §6.2).
public struct VP9FrameHeader: Hashable, Sendable {
    /// 0…3.
    public var profile: Int
    /// The frame repeats an earlier one and holds no picture of its own.
    public var showsExisting: Bool
    public var isKeyFrame: Bool
    public var isShown: Bool
    /// In pixels; 0 where it is not a key frame.
    public var width: Int
    /// In pixels; 0 where it is not a key frame.
    public var height: Int

    /// Why bytes do not begin a VP9 frame.
    public enum ParsingError: String, Error, Hashable, Sendable {
        case truncated
        /// The first two bits are not 10.
        case noFrameMarker
        /// A key frame without 49 83 42.
        case noSyncCode
        /// A bit that must be zero is one.
        case reserved
    }

    /// Reads the header from a frame, or from the packet that begins it behind its descriptor.
    public static func parse(_ frame: RawSpan) throws(ParsingError) -> VP9FrameHeader {
        var bits = BitReader(frame)
        guard let marker = bits.read(2), let low = bits.readBit(), let high = bits.readBit() else {
            throw .truncated
        }
        guard marker == 2 else { throw .noFrameMarker }
        var header = VP9FrameHeader(
            profile: high << 1 | low, showsExisting: false, isKeyFrame: false, isShown: true, width: 0,
            height: 0)
        if header.profile == 3 {
            guard let reserved = bits.readBit() else { throw .truncated }
            guard reserved == 0 else { throw .reserved }
        }
        guard let showsExisting = bits.readFlag() else { throw .truncated }
        header.showsExisting = showsExisting
        guard !showsExisting else { return header }
        guard let isInter = bits.readFlag(), let isShown = bits.readFlag(), bits.skip(1) else {
            throw .truncated
        }
        header.isKeyFrame = !isInter
        header.isShown = isShown
        guard header.isKeyFrame else { return header }
        guard let sync = bits.read(24) else { throw .truncated }
        guard sync == 0x498342 else { throw .noSyncCode }
        try skipColor(&bits, profile: header.profile)
        guard let width = bits.read(16), let height = bits.read(16) else { throw .truncated }
        header.width = width + 1
        header.height = height + 1
        return header
    }

    private static func skipColor(_ bits: inout BitReader, profile: Int) throws(ParsingError) {
        if profile >= 2, !bits.skip(1) { throw .truncated }
        guard let space = bits.read(3) else { throw .truncated }
        let sRGB = 7
        let hasSubsampling = profile & 1 == 1
        // A range, and subsampling with a reserved bit; of sRGB the reserved bit alone.
        let rest = space == sRGB ? (hasSubsampling ? 1 : 0) : hasSubsampling ? 4 : 1
        guard bits.skip(rest) else { throw .truncated }
    }

    /// Whether a frame is a superframe: several frames with an index behind them (VP9 bitstream specification annex B).
    public static func isSuperframe(_ frame: RawSpan) -> Bool {
        guard frame.byteCount > 0 else { return false }
        let last = frame.unsafeLoad(fromByteOffset: frame.byteCount - 1, as: UInt8.self)
        guard last & 0xE0 == 0xC0 else { return false }
        let size = 2 + (Int(last >> 3 & 3) + 1) * (Int(last & 7) + 1)
        guard frame.byteCount >= size else { return false }
        return frame.unsafeLoad(fromByteOffset: frame.byteCount - size, as: UInt8.self) == last
    }
}
