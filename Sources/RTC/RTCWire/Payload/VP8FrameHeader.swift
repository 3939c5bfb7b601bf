import RTCCore

/// The uncompressed bytes at the start of a VP8 frame (RFC 6386 §9.1).
public struct VP8FrameHeader: Hashable, Sendable {
    public var isKeyFrame: Bool
    /// 0…3: which reconstruction and loop filters the stream uses.
    public var version: UInt8
    public var showFrame: Bool
    /// Bytes of the first partition, 19 bits.
    public var firstPartitionSize: Int
    /// In pixels; 0 where it is not a key frame.
    public var width: Int
    /// In pixels; 0 where it is not a key frame.
    public var height: Int

    /// Why bytes do not begin a VP8 frame.
    public enum ParsingError: String, Error, Hashable, Sendable {
        case truncated
        /// A key frame without 9D 01 2A.
        case noStartCode
    }

    /// Reads the header from a frame, or from the packet that begins it behind its descriptor.
    public static func parse(_ frame: RawSpan) throws(ParsingError) -> VP8FrameHeader {
        guard frame.byteCount >= 3 else { throw .truncated }
        func byte(_ offset: Int) -> Int { Int(frame.unsafeLoad(fromByteOffset: offset, as: UInt8.self)) }
        let tag = byte(0) | byte(1) << 8 | byte(2) << 16
        var header = VP8FrameHeader(
            isKeyFrame: tag & 1 == 0, version: UInt8(tag >> 1 & 7), showFrame: tag >> 4 & 1 == 1,
            firstPartitionSize: tag >> 5, width: 0, height: 0)
        if header.isKeyFrame {
            guard frame.byteCount >= 10 else { throw .truncated }
            guard byte(3) == 0x9D, byte(4) == 0x01, byte(5) == 0x2A else { throw .noStartCode }
            // The two upper bits of each are a scaling hint.
            header.width = (byte(6) | byte(7) << 8) & 0x3FFF
            header.height = (byte(8) | byte(9) << 8) & 0x3FFF
        }
        return header
    }
}
