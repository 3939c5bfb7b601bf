internal import RTCCore

/// RFC 6184: packets of a single unit, STAP-A and FU-A, as packetization modes 0 and 1 have them.
extension VideoPayload {
    static func h264(_ payload: UnsafeRawBufferPointer) -> VideoPayload? {
        guard !payload.isEmpty, payload[0] & 0x80 == 0 else { return nil }
        let type = H264NALUnit.type(payload[0])
        guard payload.count > 1 || type == H264NALUnit.endOfSequence || type == H264NALUnit.endOfStream else { return nil }
        switch type {
        case 1...23:
            var packet = VideoPayload(fingerprint: .empty, start: .untold, isKey: false)
            packet.append(payload, isFirst: true)
            return packet
        case H264NALUnit.aggregation: return aggregation(payload)
        case H264NALUnit.fragment: return fragment(payload)
        default: return nil
        }
    }

    private static func aggregation(_ payload: UnsafeRawBufferPointer) -> VideoPayload? {
        var packet = VideoPayload(fingerprint: .empty, start: .untold, isKey: false)
        var offset = 1
        while offset < payload.count {
            guard payload.count - offset >= 2 else { return nil }
            let size = Int(payload[offset]) << 8 | Int(payload[offset + 1])
            guard size > 0, size <= payload.count - offset - 2 else { return nil }
            let unit = UnsafeRawBufferPointer(rebasing: payload[(offset + 2)..<(offset + 2 + size)])
            packet.append(unit, isFirst: offset == 1)
            offset += 2 + size
        }
        return packet.fingerprint.size > 0 ? packet : nil
    }

    /// Behind the two bytes that name it, a fragment has no unit header: the first one's is put together again.
    private static func fragment(_ payload: UnsafeRawBufferPointer) -> VideoPayload? {
        guard payload.count > 2 else { return nil }
        let (indicator, header) = (payload[0], payload[1])
        let type = H264NALUnit.type(header)
        let data = UnsafeRawBufferPointer(rebasing: payload[2...])
        guard header & 0x80 != 0 else {
            return VideoPayload(
                fingerprint: FrameFingerprint(data), start: .no,
                isKey: type == H264NALUnit.instantaneousRefresh)
        }
        var unitHeader = indicator & 0xE0 | type
        var packet = VideoPayload(
            fingerprint: withUnsafeBytes(of: &unitHeader) { FrameFingerprint($0) }, start: .untold,
            isKey: type == H264NALUnit.instantaneousRefresh)
        packet.fingerprint.append(FrameFingerprint(data))
        // The top bit of the slice header is its whole first field, where that is zero.
        if type == H264NALUnit.slice, data[0] & 0x80 != 0 { packet.start = .yes }
        return packet
    }

    /// - Parameter isFirst: Whether it is the packet's first unit.
    private mutating func append(_ unit: UnsafeRawBufferPointer, isFirst: Bool) {
        fingerprint.append(FrameFingerprint(unit))
        let type = H264NALUnit.type(unit[0])
        switch type {
        case H264NALUnit.instantaneousRefresh:
            isKey = true
        case H264NALUnit.sequenceParameters:
            if isFirst { start = .yes }
            guard let parameters = H264SequenceParameters(unit.bytes) else { return }
            width = parameters.width
            height = parameters.height
        case H264NALUnit.accessUnitDelimiter:
            if isFirst { start = .yes }
        case H264NALUnit.slice:
            if isFirst, unit.count > 1, unit[1] & 0x80 != 0 { start = .yes }
        default: break
        }
    }
}
