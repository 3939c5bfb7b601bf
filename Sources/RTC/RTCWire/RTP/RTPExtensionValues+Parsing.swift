import RTCCore

extension RTPExtensionValues {
    /// Profile of elements with a four-bit id and length (RFC 8285 §4.2).
    static let oneByteProfile: UInt16 = 0xBEDE
    /// Profile of elements with an eight-bit id and length; its lower four bits are the application's (RFC 8285 §4.3).
    static let twoByteProfile: UInt16 = 0x1000

    /// Reads the extensions that `map` names, in the one-byte or the two-byte form.
    ///
    /// Elements of a wrong size or of unknown id are passed over; reading stops where the rest makes no sense. Allocates nothing.
    ///
    /// - Parameter header: As ``RTPHeader/parse(_:)`` read it from this packet.
    public static func parse(_ packet: RawSpan, header: RTPHeader, map: RTPExtensionMap) -> RTPExtensionValues {
        var values = RTPExtensionValues()
        guard let profile = header.extensionProfile, header.extensionRange.upperBound <= packet.byteCount else { return values }
        let isOneByte = profile == oneByteProfile
        guard isOneByte || profile & 0xFFF0 == twoByteProfile else { return values }
        var offset = header.extensionRange.lowerBound
        let end = header.extensionRange.upperBound
        while offset < end {
            let first = packet.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            offset += 1
            guard first != 0 else { continue }
            let id: UInt8
            let size: Int
            if isOneByte {
                id = first >> 4
                // RFC 8285 §4.2: id 15, and id 0 with a length, end the block.
                guard id != 15, id != 0 else { return values }
                size = Int(first & 0x0F) + 1
            } else {
                guard offset < end else { return values }
                id = first
                size = Int(packet.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
                offset += 1
            }
            guard offset + size <= end else { return values }
            if let element = map.element(withID: id) {
                values.read(element, from: packet, at: offset, size: size)
            }
            offset += size
        }
        return values
    }

    /// Reads one element; its bytes were checked to lie inside the packet.
    private mutating func read(_ element: RTPExtension, from packet: RawSpan, at offset: Int, size: Int) {
        switch (element, size) {
        case (.transportSequenceNumber, 2), (.transportSequenceNumber, 4):
            transportSequenceNumber = packet.bigEndian(at: offset, as: UInt16.self)
        case (.absSendTime, 3):
            absSendTime = packet.bigEndian24(at: offset)
        case (.absCaptureTime, 8):
            absCaptureTime = packet.bigEndian(at: offset, as: UInt64.self)
        case (.absCaptureTime, 16):
            absCaptureTime = packet.bigEndian(at: offset, as: UInt64.self)
            captureClockOffset = packet.bigEndian(at: offset + 8, as: Int64.self)
        case (.audioLevel, 1), (.audioLevel, 2):
            // RFC 6464 §3 lets the two-byte form carry a padding byte.
            let byte = packet.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            audioLevel = AudioLevel(voice: byte & 0x80 != 0, level: byte & 0x7F)
        case (.videoOrientation, 1):
            videoOrientation = packet.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
        case (.playoutDelay, 3):
            let both = packet.bigEndian24(at: offset)
            playoutDelay = PlayoutDelay(minimum: UInt16(both >> 12), maximum: UInt16(both & 0xFFF))
        case (.transmissionOffset, 3):
            transmissionOffset = Int32(bitPattern: packet.bigEndian24(at: offset) << 8) >> 8
        case (.mid, 1...InlineText.capacity):
            mid = InlineText(packet.extracting(offset..<(offset + size)))
        case (.rtpStreamID, 1...InlineText.capacity):
            rid = InlineText(packet.extracting(offset..<(offset + size)))
        case (.repairedRTPStreamID, 1...InlineText.capacity):
            rrid = InlineText(packet.extracting(offset..<(offset + size)))
        default:
            break
        }
    }
}

extension RawSpan {
    /// Three bytes in network order at an offset the caller has checked to lie inside.
    func bigEndian24(at offset: Int) -> UInt32 {
        UInt32(unsafeLoad(fromByteOffset: offset, as: UInt8.self)) << 16 | UInt32(bigEndian(at: offset + 1, as: UInt16.self))
    }
}
