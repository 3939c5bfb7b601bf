import RTCCore

extension RTCPPacket {
    /// Reads one packet.
    ///
    /// - Parameter packet: Exactly one packet, header and padding included, at least four bytes.
    /// - Returns: `nil` for a malformed one.
    init?(_ packet: RawSpan) {
        let first = packet.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
        let type = packet.unsafeLoad(fromByteOffset: 1, as: UInt8.self)
        guard first >> 6 == 2 else { return nil }
        guard let size = Self.contentEnd(of: packet) else { return nil }
        var reader = ByteReader(packet.extracting(4..<size))
        let count = first & 0x1F
        let parsed: RTCPPacket?
        switch type {
        case Kind.senderReport: parsed = Self.senderReport(&reader, count: Int(count))
        case Kind.receiverReport: parsed = Self.receiverReport(&reader, count: Int(count))
        case Kind.sourceDescription: parsed = Self.sourceDescription(&reader, count: Int(count))
        case Kind.bye: parsed = Self.bye(&reader, count: Int(count))
        case Kind.application: parsed = Self.application(&reader, subtype: count)
        case Kind.transportLayerFeedback, Kind.payloadSpecificFeedback:
            parsed = Self.feedback(&reader, type: type, format: count, size: packet.byteCount)
        case Kind.extendedReport: parsed = Self.extendedReport(&reader)
        default: parsed = .unknown(type: type, size: packet.byteCount)
        }
        guard let parsed else { return nil }
        self = parsed
    }

    /// Where the padding begins, or the packet ends; `nil` where the padding cannot be.
    static func contentEnd(of packet: RawSpan) -> Int? {
        let size = packet.byteCount
        guard packet.unsafeLoad(fromByteOffset: 0, as: UInt8.self) & 0x20 != 0 else { return size }
        let padding = Int(packet.unsafeLoad(fromByteOffset: size - 1, as: UInt8.self))
        // A multiple of four by RFC 3550 §6.4.1, but libwebrtc pads transport feedback by 1 to 3 bytes.
        guard padding > 0, padding <= size - 4 else { return nil }
        return size - padding
    }

    private static func reports(_ reader: inout ByteReader, count: Int) -> [RTCPReportBlock]? {
        guard reader.remaining >= count * RTCPReportBlock.size else { return nil }
        var reports: [RTCPReportBlock] = []
        reports.reserveCapacity(count)
        for _ in 0..<count {
            guard let report = RTCPReportBlock(&reader) else { return nil }
            reports.append(report)
        }
        return reports
    }

    private static func senderReport(_ reader: inout ByteReader, count: Int) -> RTCPPacket? {
        guard let ssrc = reader.readUInt32(), let ntp = reader.readUInt64(), let rtp = reader.readUInt32(),
            let packets = reader.readUInt32(), let octets = reader.readUInt32(), let reports = reports(&reader, count: count)
        else { return nil }
        return .senderReport(
            RTCPSenderReport(ssrc: ssrc, ntp: ntp, rtp: rtp, packetCount: packets, octetCount: octets, reports: reports))
    }

    private static func receiverReport(_ reader: inout ByteReader, count: Int) -> RTCPPacket? {
        guard let ssrc = reader.readUInt32(), let reports = reports(&reader, count: count) else { return nil }
        return .receiverReport(ssrc: ssrc, reports: reports)
    }

    /// RFC 3550 §6.5: each chunk's items end with a zero byte, and with padding to the next word.
    private static func sourceDescription(_ reader: inout ByteReader, count: Int) -> RTCPPacket? {
        var chunks: [RTCPSourceDescriptionChunk] = []
        for _ in 0..<count {
            guard let ssrc = reader.readUInt32() else { return nil }
            var chunk = RTCPSourceDescriptionChunk(ssrc: ssrc, cname: nil)
            while true {
                guard let type = reader.readUInt8() else { return nil }
                if type == 0 { break }
                guard let size = reader.readUInt8(), let text = reader.readBytes(Int(size)) else { return nil }
                if type == 1, chunk.cname == nil { chunk.cname = text.validText }
            }
            _ = reader.skip(min(-reader.offset & 3, reader.remaining))
            chunks.append(chunk)
        }
        return .sourceDescription(chunks)
    }

    private static func bye(_ reader: inout ByteReader, count: Int) -> RTCPPacket? {
        var ssrcs: [UInt32] = []
        for _ in 0..<count {
            guard let ssrc = reader.readUInt32() else { return nil }
            ssrcs.append(ssrc)
        }
        guard let size = reader.readUInt8() else { return .bye(ssrcs: ssrcs) }
        guard let text = reader.readBytes(Int(size)) else { return nil }
        return .bye(ssrcs: ssrcs, reason: text.byteCount == 0 ? nil : text.validText)
    }

    private static func application(_ reader: inout ByteReader, subtype: UInt8) -> RTCPPacket? {
        guard let ssrc = reader.readUInt32(), let name = reader.readBytes(4), let text = name.validText,
            text.utf8.allSatisfy({ $0 < 0x80 }), reader.remaining.isMultiple(of: 4),
            let content = reader.readBytes(reader.remaining)
        else { return nil }
        return .application(ssrc: ssrc, subtype: subtype, name: text, content: content.array)
    }

    private static func feedback(_ reader: inout ByteReader, type: UInt8, format: UInt8, size: Int) -> RTCPPacket? {
        guard let sender = reader.readUInt32(), let media = reader.readUInt32() else { return nil }
        switch (type, format) {
        case (Kind.transportLayerFeedback, Format.nack):
            guard reader.remaining >= 4 else { return nil }
            var nack = RTCPNack(senderSSRC: sender, mediaSSRC: media, entries: [])
            nack.entries.reserveCapacity(reader.remaining / 4)
            while let packetID = reader.readUInt16(), let following = reader.readUInt16() {
                nack.entries.append(RTCPNack.Entry(packetID: packetID, followingLost: following))
            }
            return .nack(nack)
        case (Kind.transportLayerFeedback, Format.transportFeedback):
            return RTCPTransportFeedback(&reader, senderSSRC: sender, mediaSSRC: media).map { .transportFeedback($0) }
        case (Kind.payloadSpecificFeedback, Format.pictureLoss):
            return .pictureLoss(senderSSRC: sender, mediaSSRC: media)
        case (Kind.payloadSpecificFeedback, Format.fullIntra):
            var requests: [RTCPFullIntraRequest] = []
            while let ssrc = reader.readUInt32() {
                guard let number = reader.readUInt8(), reader.skip(3) else { return nil }
                requests.append(RTCPFullIntraRequest(ssrc: ssrc, sequenceNumber: number))
            }
            return requests.isEmpty ? nil : .fullIntra(senderSSRC: sender, requests: requests)
        case (Kind.payloadSpecificFeedback, Format.applicationLayer):
            guard reader.readUInt32() == rembIdentifier else { return .unknown(type: type, size: size) }
            return remb(&reader, sender: sender)
        default:
            return .unknown(type: type, size: size)
        }
    }

    private static func remb(_ reader: inout ByteReader, sender: UInt32) -> RTCPPacket? {
        guard let count = reader.readUInt8(), let bits = reader.readUInt24() else { return nil }
        let exponent = UInt64(bits >> 18)
        let mantissa = UInt64(bits & 0x3FFFF)
        guard (mantissa << exponent) >> exponent == mantissa else { return nil }
        var ssrcs: [UInt32] = []
        for _ in 0..<count {
            guard let ssrc = reader.readUInt32() else { return nil }
            ssrcs.append(ssrc)
        }
        return .remb(RTCPReceiverEstimate(senderSSRC: sender, bitrate: mantissa << exponent, ssrcs: ssrcs))
    }

    private static func extendedReport(_ reader: inout ByteReader) -> RTCPPacket? {
        guard let ssrc = reader.readUInt32() else { return nil }
        var report = RTCPExtendedReport(ssrc: ssrc, blocks: [])
        while let type = reader.readUInt8() {
            guard let typeSpecific = reader.readUInt8(), let words = reader.readUInt16(),
                let content = reader.readBytes(4 * Int(words))
            else { return nil }
            switch type {
            case BlockType.receiverReferenceTime:
                guard content.byteCount == 8 else { return nil }
                report.blocks.append(.receiverReferenceTime(ntp: content.bigEndian(at: 0, as: UInt64.self)))
            case BlockType.lastReceiverReports:
                guard content.byteCount.isMultiple(of: 12) else { return nil }
                var entries: [RTCPExtendedReport.LastReceiverReport] = []
                for offset in stride(from: 0, to: content.byteCount, by: 12) {
                    entries.append(
                        RTCPExtendedReport.LastReceiverReport(
                            ssrc: content.bigEndian(at: offset, as: UInt32.self),
                            lastRR: content.bigEndian(at: offset + 4, as: UInt32.self),
                            delaySinceLastRR: content.bigEndian(at: offset + 8, as: UInt32.self)))
                }
                report.blocks.append(.lastReceiverReports(entries))
            default:
                report.blocks.append(.other(type: type, typeSpecific: typeSpecific, content: content.array))
            }
        }
        return .extendedReport(report)
    }
}

extension RawSpan {
    /// These bytes as text; `nil` where they are not UTF-8.
    fileprivate var validText: String? {
        withUnsafeBytes { String(validating: $0, as: UTF8.self) }
    }
}
