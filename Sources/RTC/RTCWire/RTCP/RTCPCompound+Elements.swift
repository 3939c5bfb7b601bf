import RTCCore

extension RTCPCompound {
    /// Like ``parse(_:_:)``, but hands out what comes many times in a call as values that need no heap memory.
    ///
    /// - Returns: How many packets were malformed; nothing of such a packet is handed out.
    @discardableResult
    public static func visit(_ bytes: RawSpan, _ body: (RTCPElement) -> Void) -> Int {
        var malformed = 0
        var offset = 0
        while offset < bytes.byteCount {
            guard offset + 4 <= bytes.byteCount else { return malformed + 1 }
            let size = 4 * (Int(bytes.bigEndian(at: offset + 2, as: UInt16.self)) + 1)
            guard offset + size <= bytes.byteCount else { return malformed + 1 }
            if !visitPacket(bytes.extracting(offset..<(offset + size)), body) { malformed += 1 }
            offset += size
        }
        return malformed
    }

    private static func visitPacket(_ packet: RawSpan, _ body: (RTCPElement) -> Void) -> Bool {
        let first = packet.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
        let type = packet.unsafeLoad(fromByteOffset: 1, as: UInt8.self)
        guard first >> 6 == 2 else { return false }
        guard let size = RTCPPacket.contentEnd(of: packet) else { return false }
        var reader = ByteReader(packet.extracting(4..<size))
        let count = Int(first & 0x1F)
        switch (type, count) {
        case (RTCPPacket.Kind.senderReport, _):
            guard let ssrc = reader.readUInt32(), let ntp = reader.readUInt64(), let rtp = reader.readUInt32(),
                let packets = reader.readUInt32(), let octets = reader.readUInt32(),
                reader.remaining >= count * RTCPReportBlock.size
            else { return false }
            body(.senderInfo(ssrc: ssrc, ntp: ntp, rtp: rtp, packetCount: packets, octetCount: octets))
            visitReports(&reader, count: count, body)
        case (RTCPPacket.Kind.receiverReport, _):
            guard reader.skip(4), reader.remaining >= count * RTCPReportBlock.size else { return false }
            visitReports(&reader, count: count, body)
        case (RTCPPacket.Kind.sourceDescription, _):
            guard isSourceDescription(&reader, count: count) else { return false }
            body(.sourceDescription)
        case (RTCPPacket.Kind.transportLayerFeedback, Int(RTCPPacket.Format.transportFeedback)):
            guard reader.skip(8), let statuses = RTCPTransportFeedback.statusCount(&reader) else { return false }
            body(.transportFeedback(statusCount: statuses))
        default:
            guard let parsed = RTCPPacket(packet) else { return false }
            body(.packet(parsed))
        }
        return true
    }

    private static func visitReports(_ reader: inout ByteReader, count: Int, _ body: (RTCPElement) -> Void) {
        for _ in 0..<count {
            guard let block = RTCPReportBlock(&reader) else { return }
            body(.reportBlock(block))
        }
    }

    /// Whether these are well-formed chunks (RFC 3550 §6.5).
    private static func isSourceDescription(_ reader: inout ByteReader, count: Int) -> Bool {
        for _ in 0..<count {
            guard reader.skip(4) else { return false }
            while true {
                guard let type = reader.readUInt8() else { return false }
                if type == 0 { break }
                guard let size = reader.readUInt8(), reader.skip(Int(size)) else { return false }
            }
            _ = reader.skip(min(-reader.offset & 3, reader.remaining))
        }
        return true
    }
}
