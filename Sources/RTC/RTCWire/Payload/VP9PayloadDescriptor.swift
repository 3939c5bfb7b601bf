import RTCCore

/// The bytes before the VP9 data of each packet (RFC 9628 §4.2).
///
///      0 1 2 3 4 5 6 7
///     ├─┼─┼─┼─┼─┼─┼─┼─┤
///     │I│P│L│F│B│E│V│Z│
///     │M│  PictureID  │  if I, and 8 more bits if M
///     │ TID │U│ SID │D│  if L
///     │   TL0PICIDX   │  if L and not F
///     │   P_DIFF    │N│  if F and P, up to three
///     │ scalability … │  if V
public struct VP9PayloadDescriptor: Hashable, Sendable {
    /// The P bit: the frame is predicted from earlier ones.
    public var isInterPredicted: Bool
    /// The B and E bits: a frame of one layer begins or ends with this packet.
    public var beginsFrame: Bool
    public var endsFrame: Bool
    /// The F bit: references are named one by one.
    public var isFlexible: Bool
    /// The Z bit.
    public var notReferredToByUpperLayers: Bool
    /// The picture's number, 7 or 15 bits.
    public var pictureID: UInt16?
    /// 0…7.
    public var temporalID: UInt8?
    /// 0…7.
    public var spatialID: UInt8?
    public var tl0PicIdx: UInt8?
    /// In pixels, of the largest layer that a scalability structure names; 0 without one.
    public var width = 0
    public var height = 0
    /// Bytes of the descriptor: where the VP9 data begins.
    public var size: Int

    /// Why bytes are not a descriptor.
    public enum ParsingError: String, Error, Hashable, Sendable {
        /// It reaches past the end of the payload.
        case truncated
        /// More than three references (RFC 9628 §4.2).
        case tooManyReferences
    }

    /// Whether a picture begins with this packet: with a frame of its lowest layer.
    public var beginsPicture: Bool { beginsFrame && (spatialID ?? 0) == 0 }

    /// Reads the descriptor that begins an RTP payload; allocates nothing.
    public static func parse(_ payload: RawSpan) throws(ParsingError) -> VP9PayloadDescriptor {
        var reader = ByteReader(payload)
        guard let flags = reader.readUInt8() else { throw .truncated }
        var descriptor = VP9PayloadDescriptor(
            isInterPredicted: flags & 0x40 != 0, beginsFrame: flags & 0x08 != 0,
            endsFrame: flags & 0x04 != 0,
            isFlexible: flags & 0x10 != 0, notReferredToByUpperLayers: flags & 0x01 != 0, size: 0)
        if flags & 0x80 != 0 {
            guard let high = reader.readUInt8() else { throw .truncated }
            descriptor.pictureID = UInt16(high & 0x7F)
            if high & 0x80 != 0 {
                guard let low = reader.readUInt8() else { throw .truncated }
                descriptor.pictureID = UInt16(high & 0x7F) << 8 | UInt16(low)
            }
        }
        if flags & 0x20 != 0 {
            guard let layers = reader.readUInt8() else { throw .truncated }
            descriptor.temporalID = layers >> 5
            descriptor.spatialID = layers >> 1 & 7
            if !descriptor.isFlexible {
                guard let index = reader.readUInt8() else { throw .truncated }
                descriptor.tl0PicIdx = index
            }
        }
        if descriptor.isFlexible, descriptor.isInterPredicted { try skipReferences(&reader) }
        if flags & 0x02 != 0 { try descriptor.readStructure(&reader) }
        descriptor.size = reader.offset
        return descriptor
    }

    private static func skipReferences(_ reader: inout ByteReader) throws(ParsingError) {
        for _ in 0..<3 {
            guard let reference = reader.readUInt8() else { throw .truncated }
            if reference & 1 == 0 { return }
        }
        throw .tooManyReferences
    }

    /// The scalability structure (RFC 9628 §4.2.1).
    private mutating func readStructure(_ reader: inout ByteReader) throws(ParsingError) {
        guard let head = reader.readUInt8() else { throw .truncated }
        if head & 0x10 != 0 {
            for _ in 0...(head >> 5) {
                guard let width = reader.readUInt16(), let height = reader.readUInt16() else {
                    throw .truncated
                }
                self.width = max(self.width, Int(width))
                self.height = max(self.height, Int(height))
            }
        }
        guard head & 0x08 != 0 else { return }
        guard let pictures = reader.readUInt8() else { throw .truncated }
        for _ in 0..<pictures {
            guard let picture = reader.readUInt8(), reader.skip(Int(picture >> 2 & 3)) else {
                throw .truncated
            }
        }
    }

    /// The structure that goes with a key frame of a stream of one layer, where each picture refers to the one before.
    public static func structure(width: Int, height: Int) -> [UInt8] {
        [
            0x18, UInt8(truncatingIfNeeded: width >> 8), UInt8(truncatingIfNeeded: width),
            UInt8(truncatingIfNeeded: height >> 8), UInt8(truncatingIfNeeded: height), 1, 0x04, 1,
        ]
    }

    /// The first byte as a sender of one layer writes it: with a picture id and TL0PICIDX, in non-flexible mode.
    public static func flags(isKeyFrame: Bool, beginsFrame: Bool, endsFrame: Bool) -> UInt8 {
        let structure: UInt8 = isKeyFrame && beginsFrame ? 0x02 : 0
        return 0xA0 | (isKeyFrame ? 0 : 0x40) | (beginsFrame ? 0x08 : 0) | (endsFrame ? 0x04 : 0)
            | structure
    }
}
