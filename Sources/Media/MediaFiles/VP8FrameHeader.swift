/// The uncompressed start of a VP8 frame (RFC 6386 §9.1).
public struct VP8FrameHeader: Hashable, Sendable {
    public var isKey: Bool
    /// Alternate reference frames are never shown.
    public var isShown: Bool
    /// Size in bytes of the first partition.
    public var firstPartitionSize: Int
    /// Pixels; zero unless the frame is a key frame.
    public var width: Int
    /// Pixels; zero unless the frame is a key frame.
    public var height: Int

    /// `nil` where this cannot be a VP8 frame.
    public init?(_ payload: ArraySlice<UInt8>) {
        guard payload.count >= 3 else { return nil }
        let start = payload.startIndex
        let tag = Int(payload[start]) | Int(payload[start + 1]) << 8 | Int(payload[start + 2]) << 16
        isKey = tag & 1 == 0
        isShown = tag >> 4 & 1 == 1
        firstPartitionSize = tag >> 5
        width = 0
        height = 0
        // Versions above 3 are reserved.
        guard tag >> 1 & 7 <= 3 else { return nil }
        var headerSize = 3
        if isKey {
            headerSize = 10
            guard payload.count >= headerSize, payload[(start + 3)..<(start + 6)].elementsEqual([0x9D, 0x01, 0x2A]) else {
                return nil
            }
            width = (Int(payload[start + 6]) | Int(payload[start + 7]) << 8) & 0x3FFF
            height = (Int(payload[start + 8]) | Int(payload[start + 9]) << 8) & 0x3FFF
            guard width > 0, height > 0 else { return nil }
        }
        guard firstPartitionSize > 0, headerSize + firstPartitionSize <= payload.count else { return nil }
    }
}
