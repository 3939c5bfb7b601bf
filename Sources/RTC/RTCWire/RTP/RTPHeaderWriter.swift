import RTCCore

/// Writes RTP headers with their extensions (RFC 3550 §5.1, RFC 8285 §4).
public enum RTPHeaderWriter {
    /// The most bytes that ``write(_:extensions:map:into:)`` ever needs.
    public static let maximumSize = RTPHeader.fixedSize + 4 + 2 * 11 + 3 * InlineText.capacity + 33

    /// Writes the fixed header and those of `extensions` that `map` has an id for; allocates nothing.
    ///
    /// The one-byte form is used where all ids are 14 or lower, else the two-byte form; a block without elements is left out.
    /// `hasPadding`, `headerSize` and the extension fields of `header` are not looked at.
    ///
    /// - Returns: The header's size, or 0 if it does not fit.
    public static func write(
        _ header: RTPHeader, extensions: RTPExtensionValues, map: RTPExtensionMap,
        into buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        var writer = ByteWriter(buffer)
        writer.write(UInt8(0x80))
        writer.write((header.marker ? 0x80 : 0) | (header.payloadType & 0x7F))
        writer.write(header.sequenceNumber)
        writer.write(header.timestamp)
        writer.write(header.ssrc)
        guard !map.isEmpty, extensions.hasElements(in: map) else { return writer.overflowed ? 0 : writer.count }

        let isOneByte = extensions.fitsOneByteForm(in: map)
        writer.write(isOneByte ? RTPExtensionValues.oneByteProfile : RTPExtensionValues.twoByteProfile)
        writer.write(UInt16(0))
        extensions.writeElements(map: map, isOneByte: isOneByte, into: &writer)
        writer.write(zeros: -writer.count & 3)
        guard !writer.overflowed else { return 0 }
        buffer[0] |= 0x10
        writer.patch(UInt16((writer.count - RTPHeader.fixedSize - 4) / 4), at: RTPHeader.fixedSize + 2)
        return writer.count
    }
}

extension RTPExtensionValues {
    /// Visits what is present and negotiated.
    @inline(__always)
    private func forEachID(in map: RTPExtensionMap, _ body: (UInt8) -> Void) {
        func visit(_ element: RTPExtension, _ isPresent: Bool) {
            if isPresent, let id = map[element] { body(id) }
        }
        visit(.transportSequenceNumber, transportSequenceNumber != nil)
        visit(.absSendTime, absSendTime != nil)
        visit(.absCaptureTime, absCaptureTime != nil)
        visit(.audioLevel, audioLevel != nil)
        visit(.videoOrientation, videoOrientation != nil)
        visit(.playoutDelay, playoutDelay != nil)
        visit(.transmissionOffset, transmissionOffset != nil)
        visit(.mid, mid?.isEmpty == false)
        visit(.rtpStreamID, rid?.isEmpty == false)
        visit(.repairedRTPStreamID, rrid?.isEmpty == false)
    }

    fileprivate func hasElements(in map: RTPExtensionMap) -> Bool {
        var isAny = false
        forEachID(in: map) { _ in isAny = true }
        return isAny
    }

    fileprivate func fitsOneByteForm(in map: RTPExtensionMap) -> Bool {
        var highest: UInt8 = 0
        forEachID(in: map) { highest = max(highest, $0) }
        return highest <= 14
    }

    fileprivate func writeElements(map: RTPExtensionMap, isOneByte: Bool, into writer: inout ByteWriter) {
        func open(_ id: UInt8, _ size: Int, _ writer: inout ByteWriter) {
            if isOneByte {
                writer.write(id << 4 | UInt8(size - 1))
            } else {
                writer.write(id)
                writer.write(UInt8(size))
            }
        }
        func write(_ text: InlineText?, _ element: RTPExtension, _ writer: inout ByteWriter) {
            guard let text, !text.isEmpty, let id = map[element] else { return }
            open(id, text.count, &writer)
            text.write(into: &writer)
        }
        if let value = absSendTime, let id = map[.absSendTime] {
            open(id, 3, &writer)
            writer.writeUInt24(value & 0xFF_FFFF)
        }
        if let value = transportSequenceNumber, let id = map[.transportSequenceNumber] {
            open(id, 2, &writer)
            writer.write(value)
        }
        if let value = audioLevel, let id = map[.audioLevel] {
            open(id, 1, &writer)
            writer.write((value.voice ? 0x80 : 0) | min(value.level, 127))
        }
        if let value = absCaptureTime, let id = map[.absCaptureTime] {
            open(id, captureClockOffset == nil ? 8 : 16, &writer)
            writer.write(value)
            if let offset = captureClockOffset { writer.write(offset) }
        }
        if let value = videoOrientation, let id = map[.videoOrientation] {
            open(id, 1, &writer)
            writer.write(value)
        }
        if let value = playoutDelay, let id = map[.playoutDelay] {
            open(id, 3, &writer)
            writer.writeUInt24(UInt32(min(value.minimum, 0xFFF)) << 12 | UInt32(min(value.maximum, 0xFFF)))
        }
        if let value = transmissionOffset, let id = map[.transmissionOffset] {
            open(id, 3, &writer)
            writer.writeUInt24(UInt32(bitPattern: value) & 0xFF_FFFF)
        }
        write(mid, .mid, &writer)
        write(rid, .rtpStreamID, &writer)
        write(rrid, .repairedRTPStreamID, &writer)
    }
}
