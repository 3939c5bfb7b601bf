internal import RTCCore

/// The RTP payload format for AV1, version 1.0, §4.4.
///
///      0 1 2 3 4 5 6 7
///     ├─┼─┼─┴─┼─┼─┴─┴─┤
///     │Z│Y│ W │N│  0  │   then W elements, each but the last with its size; all with one where W is 0
extension VideoPayload {
    static func av1(_ payload: UnsafeRawBufferPointer) -> VideoPayload? {
        guard payload.count > 1 else { return nil }
        let header = payload[0]
        let continues = header & 0x80 != 0
        let count = Int(header >> 4 & 3)
        var packet = VideoPayload(
            fingerprint: .empty, start: continues ? .no : .untold, isKey: header & 0x08 != 0)
        // What begins a coded video sequence continues nothing (§4.4).
        guard !(continues && packet.isKey) else { return nil }
        if packet.isKey { packet.start = .yes }
        var offset = 1
        var index = 0
        while offset < payload.count {
            var size = payload.count - offset
            if count == 0 || index + 1 < count {
                guard let (value, end) = AV1OpenBitstreamUnit.readLEB128(payload.bytes, at: offset),
                    value <= payload.count - end
                else { return nil }
                (size, offset) = (value, end)
            }
            guard count == 0 || index < count else { return nil }
            let element = UnsafeRawBufferPointer(rebasing: payload[offset..<(offset + size)])
            packet.append(element, isWhole: index > 0 || !continues, isFirst: index == 0)
            offset += size
            index += 1
        }
        return packet.fingerprint.size > 0 ? packet : nil
    }

    /// - Parameter isWhole: Whether an OBU begins here.
    private mutating func append(_ element: UnsafeRawBufferPointer, isWhole: Bool, isFirst: Bool) {
        fingerprint.append(FrameFingerprint(element))
        guard isWhole, let unit = AV1OpenBitstreamUnit(element.bytes) else { return }
        switch unit.type {
        case AV1OpenBitstreamUnit.sequenceHeader:
            if isFirst { start = .yes }
            guard let header = Self.sequenceHeader(element, unit) else { return }
            width = header.width
            height = header.height
        case AV1OpenBitstreamUnit.frame, AV1OpenBitstreamUnit.frameHeader:
            if isFirst, unit.spatialID == 0 { start = .yes }
        default: break
        }
    }

    private static func sequenceHeader(
        _ element: UnsafeRawBufferPointer, _ unit: AV1OpenBitstreamUnit
    ) -> AV1SequenceHeader? {
        var start = unit.headerSize
        if unit.hasSize {
            guard let (_, end) = AV1OpenBitstreamUnit.readLEB128(element.bytes, at: start) else {
                return nil
            }
            start = end
        }
        guard start < element.count else { return nil }
        return AV1SequenceHeader(UnsafeRawBufferPointer(rebasing: element[start...]).bytes)
    }
}
