import RTCCore

/// The bytes before the VP8 data of each packet (RFC 7741 §4.2).
///
///      0 1 2 3 4 5 6 7
///     ├─┼─┼─┼─┼─┼─┴─┴─┤
///     │X│R│N│S│R│ PID │
///     │I│L│T│K│  RSV  │  if X
///     │M│  PictureID  │  if I, and 8 more bits if M
///     │   TL0PICIDX   │  if L
///     │TID│Y│ KEYIDX  │  if T or K
public struct VP8PayloadDescriptor: Hashable, Sendable {
    /// The most bytes a descriptor takes.
    public static let maximumSize = 6

    /// The S bit: the packet begins a partition.
    public var startOfPartition: Bool
    /// 0…7; a frame begins in partition 0.
    public var partitionIndex: UInt8
    /// The N bit: no other frame refers to this one.
    public var nonReference: Bool
    /// The frame's number, 7 or 15 bits.
    public var pictureID: UInt16?
    /// Whether ``pictureID`` takes two bytes.
    public var hasLongPictureID: Bool
    /// The running index of frames in the base temporal layer.
    public var tl0PicIdx: UInt8?
    /// 0…3.
    public var temporalID: UInt8?
    /// The Y bit: the frame depends on the base layer only. Sent only beside a temporal id or a key index.
    public var layerSync: Bool
    /// 0…31.
    public var keyIndex: UInt8?
    /// Whether the extension byte is there, which it may be without announcing anything.
    var hasBareExtension = false

    public init(
        startOfPartition: Bool, partitionIndex: UInt8 = 0, nonReference: Bool = false, pictureID: UInt16? = nil,
        tl0PicIdx: UInt8? = nil, temporalID: UInt8? = nil, layerSync: Bool = false, keyIndex: UInt8? = nil
    ) {
        self.startOfPartition = startOfPartition
        self.partitionIndex = partitionIndex
        self.nonReference = nonReference
        self.pictureID = pictureID
        self.hasLongPictureID = true
        self.tl0PicIdx = tl0PicIdx
        self.temporalID = temporalID
        self.layerSync = layerSync
        self.keyIndex = keyIndex
    }

    /// Why bytes are not a descriptor.
    public enum ParsingError: String, Error, Hashable, Sendable {
        /// It reaches past the end of the payload.
        case truncated
    }

    /// Whether a frame begins with this packet.
    public var beginsFrame: Bool { startOfPartition && partitionIndex == 0 }

    private var isExtended: Bool {
        hasBareExtension || pictureID != nil || tl0PicIdx != nil || temporalID != nil || keyIndex != nil
    }

    /// Bytes of the descriptor: where the VP8 data begins.
    public var size: Int {
        guard isExtended else { return 1 }
        return 2 + (pictureID == nil ? 0 : hasLongPictureID ? 2 : 1) + (tl0PicIdx == nil ? 0 : 1)
            + (temporalID == nil && keyIndex == nil ? 0 : 1)
    }

    /// Reads the descriptor that begins an RTP payload; allocates nothing.
    public static func parse(_ payload: RawSpan) throws(ParsingError) -> VP8PayloadDescriptor {
        var reader = ByteReader(payload)
        guard let first = reader.readUInt8() else { throw .truncated }
        var descriptor = VP8PayloadDescriptor(
            startOfPartition: first & 0x10 != 0, partitionIndex: first & 0x07, nonReference: first & 0x20 != 0)
        guard first & 0x80 != 0 else { return descriptor }
        guard let flags = reader.readUInt8() else { throw .truncated }
        descriptor.hasBareExtension = flags & 0xF0 == 0
        if flags & 0x80 != 0 {
            guard let high = reader.readUInt8() else { throw .truncated }
            descriptor.hasLongPictureID = high & 0x80 != 0
            descriptor.pictureID = UInt16(high & 0x7F)
            if descriptor.hasLongPictureID {
                guard let low = reader.readUInt8() else { throw .truncated }
                descriptor.pictureID = UInt16(high & 0x7F) << 8 | UInt16(low)
            }
        }
        if flags & 0x40 != 0 {
            guard let index = reader.readUInt8() else { throw .truncated }
            descriptor.tl0PicIdx = index
        }
        if flags & 0x30 != 0 {
            guard let byte = reader.readUInt8() else { throw .truncated }
            if flags & 0x20 != 0 { descriptor.temporalID = byte >> 6 }
            if flags & 0x10 != 0 { descriptor.keyIndex = byte & 0x1F }
            descriptor.layerSync = byte & 0x20 != 0
        }
        return descriptor
    }

    /// Writes the descriptor; allocates nothing.
    ///
    /// - Returns: Its size, or 0 if it does not fit.
    public func write(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var writer = ByteWriter(buffer)
        let first = (nonReference ? 0x20 : 0) | (startOfPartition ? 0x10 : 0) | (partitionIndex & 0x07)
        writer.write((isExtended ? 0x80 : 0) | first)
        guard isExtended else { return writer.overflowed ? 0 : 1 }
        let hasLayerByte = temporalID != nil || keyIndex != nil
        let numbers: UInt8 = (pictureID != nil ? 0x80 : 0) | (tl0PicIdx != nil ? 0x40 : 0)
        writer.write(numbers | (temporalID != nil ? 0x20 : 0) | (keyIndex != nil ? 0x10 : 0))
        if let pictureID {
            if hasLongPictureID { writer.write(0x8000 | pictureID) } else { writer.write(UInt8(pictureID & 0x7F)) }
        }
        if let tl0PicIdx { writer.write(tl0PicIdx) }
        if hasLayerByte {
            let layer = (temporalID ?? 0) << 6 | (layerSync ? 0x20 : 0)
            writer.write(layer | ((keyIndex ?? 0) & 0x1F))
        }
        return writer.overflowed ? 0 : writer.count
    }

    /// Whether VP8 data that begins a frame (see ``beginsFrame``) is of a key frame (RFC 6386 §9.1).
    ///
    /// - Parameter data: The payload behind the descriptor.
    public static func isKeyFrame(_ data: RawSpan) -> Bool {
        data.byteCount > 0 && data.unsafeLoad(fromByteOffset: 0, as: UInt8.self) & 1 == 0
    }
}
