public import RTCCore

extension RTCPPacket {
    /// Appends this packet to a compound; `unknown` writes nothing.
    ///
    /// Reports that one packet cannot hold (31) go on in receiver reports behind it (RFC 3550 §6.1). Where it does not fit,
    /// the writer says ``RTCCore/ByteWriter/overflowed``, and its content is of no use; ask ``encodedSize`` before if it matters.
    public func write(into writer: inout ByteWriter) {
        switch self {
        case .senderReport(let report):
            writeReports(report.reports, sender: report.ssrc, info: report, into: &writer)
        case .receiverReport(let ssrc, let reports):
            writeReports(reports, sender: ssrc, info: nil, into: &writer)
        case .sourceDescription(let chunks):
            precondition(chunks.count <= 31, "a source description names at most 31 sources")
            Self.writePacket(Kind.sourceDescription, UInt8(chunks.count), into: &writer) { writer in
                for chunk in chunks {
                    let start = writer.count
                    writer.write(chunk.ssrc)
                    if let cname = chunk.cname {
                        writer.write(UInt8(1))
                        Self.write(text: cname, into: &writer)
                    }
                    writer.write(zeros: 4 - ((writer.count - start) & 3))
                }
            }
        case .bye(let ssrcs, let reason):
            precondition(ssrcs.count <= 31, "a goodbye names at most 31 sources")
            Self.writePacket(Kind.bye, UInt8(ssrcs.count), into: &writer) { writer in
                for ssrc in ssrcs { writer.write(ssrc) }
                guard let reason else { return }
                let start = writer.count
                Self.write(text: reason, into: &writer)
                writer.write(zeros: (start - writer.count) & 3)
            }
        case .application(let ssrc, let subtype, let name, let content):
            precondition(name.utf8.count == 4, "the name of an APP packet has four characters")
            precondition(content.count.isMultiple(of: 4), "the content of an APP packet is a number of words")
            Self.writePacket(Kind.application, subtype & 0x1F, into: &writer) { writer in
                writer.write(ssrc)
                for byte in name.utf8 { writer.write(byte) }
                writer.write(bytes: content)
            }
        case .extendedReport(let report):
            Self.writePacket(Kind.extendedReport, 0, into: &writer) { writer in
                writer.write(report.ssrc)
                for block in report.blocks { Self.write(block, into: &writer) }
            }
        case .nack, .pictureLoss, .fullIntra, .transportFeedback, .remb:
            writeFeedback(into: &writer)
        case .unknown:
            break
        }
    }

    private func writeFeedback(into writer: inout ByteWriter) {
        switch self {
        case .nack(let nack):
            Self.writePacket(Kind.transportLayerFeedback, Format.nack, into: &writer) { writer in
                writer.write(nack.senderSSRC)
                writer.write(nack.mediaSSRC)
                for entry in nack.entries {
                    writer.write(entry.packetID)
                    writer.write(entry.followingLost)
                }
            }
        case .pictureLoss(let sender, let media):
            Self.writePacket(Kind.payloadSpecificFeedback, Format.pictureLoss, into: &writer) { writer in
                writer.write(sender)
                writer.write(media)
            }
        case .fullIntra(let sender, let requests):
            Self.writePacket(Kind.payloadSpecificFeedback, Format.fullIntra, into: &writer) { writer in
                writer.write(sender)
                // RFC 5104 §4.3.1.2: the media source is in the entries, this field is zero.
                writer.write(UInt32(0))
                for request in requests {
                    writer.write(request.ssrc)
                    writer.write(request.sequenceNumber)
                    writer.write(zeros: 3)
                }
            }
        case .transportFeedback(let feedback):
            Self.writePacket(Kind.transportLayerFeedback, Format.transportFeedback, into: &writer) { feedback.write(into: &$0) }
        case .remb(let estimate):
            precondition(estimate.ssrcs.count <= 255, "an estimate speaks of at most 255 sources")
            Self.writePacket(Kind.payloadSpecificFeedback, Format.applicationLayer, into: &writer) { writer in
                writer.write(estimate.senderSSRC)
                writer.write(UInt32(0))
                writer.write(Self.rembIdentifier)
                writer.write(UInt8(estimate.ssrcs.count))
                let exponent = max(0, 46 - estimate.bitrate.leadingZeroBitCount)
                writer.writeUInt24(UInt32(exponent) << 18 | UInt32(estimate.bitrate >> UInt64(exponent)))
                for ssrc in estimate.ssrcs { writer.write(ssrc) }
            }
        default:
            break
        }
    }

    private func writeReports(
        _ reports: [RTCPReportBlock], sender: UInt32, info: RTCPSenderReport?, into writer: inout ByteWriter
    ) {
        var rest = reports[...]
        var info = info
        repeat {
            let batch = rest.prefix(RTCPReportBlock.maximumPerPacket)
            rest = rest.dropFirst(batch.count)
            let kind = info == nil ? Kind.receiverReport : Kind.senderReport
            Self.writePacket(kind, UInt8(batch.count), into: &writer) { writer in
                writer.write(sender)
                if let info {
                    writer.write(info.ntp)
                    writer.write(info.rtp)
                    writer.write(info.packetCount)
                    writer.write(info.octetCount)
                }
                for report in batch { report.write(into: &writer) }
            }
            info = nil
        } while !rest.isEmpty
    }

    private static func write(_ block: RTCPExtendedReport.Block, into writer: inout ByteWriter) {
        switch block {
        case .receiverReferenceTime(let ntp):
            writer.write(BlockType.receiverReferenceTime)
            writer.write(UInt8(0))
            writer.write(UInt16(2))
            writer.write(ntp)
        case .lastReceiverReports(let entries):
            writer.write(BlockType.lastReceiverReports)
            writer.write(UInt8(0))
            writer.write(UInt16(3 * entries.count))
            for entry in entries {
                writer.write(entry.ssrc)
                writer.write(entry.lastRR)
                writer.write(entry.delaySinceLastRR)
            }
        case .other(let type, let typeSpecific, let content):
            precondition(content.count.isMultiple(of: 4), "the content of an XR block is a number of words")
            writer.write(type)
            writer.write(typeSpecific)
            writer.write(UInt16(content.count / 4))
            writer.write(bytes: content)
        }
    }

    /// A length byte, then at most 255 bytes, cut between characters.
    private static func write(text: String, into writer: inout ByteWriter) {
        let size = cutSize(of: text)
        writer.write(UInt8(size))
        for byte in text.utf8.prefix(size) { writer.write(byte) }
    }

    private static func cutSize(of text: String) -> Int {
        guard text.utf8.count > 255 else { return text.utf8.count }
        var size = 0
        for scalar in text.unicodeScalars {
            let width = UTF8.width(scalar)
            guard size + width <= 255 else { break }
            size += width
        }
        return size
    }

    private static func writePacket(
        _ kind: UInt8, _ count: UInt8, into writer: inout ByteWriter, _ body: (inout ByteWriter) -> Void
    ) {
        let start = writer.count
        writer.write(0x80 | count)
        writer.write(kind)
        writer.write(UInt16(0))
        body(&writer)
        let padding = (start - writer.count) & 3
        if padding > 0 {
            // Only transport feedback comes here with broken words; its padding is announced (draft-holmer §3.1).
            writer.write(zeros: padding - 1)
            writer.write(UInt8(padding))
            if !writer.overflowed { writer.patch(UInt16(0xA0 | count) << 8 | UInt16(kind), at: start) }
        }
        guard !writer.overflowed else { return }
        writer.patch(UInt16((writer.count - start) / 4 - 1), at: start + 2)
    }

    /// Bytes that ``write(into:)`` appends.
    public var encodedSize: Int {
        switch self {
        case .senderReport(let report): 24 + Self.size(of: report.reports)
        case .receiverReport(_, let reports): 4 + Self.size(of: reports)
        case .sourceDescription(let chunks):
            chunks.reduce(4) { size, chunk in
                let item = chunk.cname.map { 2 + Self.cutSize(of: $0) } ?? 0
                return size + 4 + ((item + 4) & ~3)
            }
        case .bye(let ssrcs, let reason):
            4 + 4 * ssrcs.count + (reason.map { (1 + Self.cutSize(of: $0) + 3) & ~3 } ?? 0)
        case .nack(let nack): 12 + 4 * nack.entries.count
        case .pictureLoss: 12
        case .fullIntra(_, let requests): 12 + 8 * requests.count
        case .transportFeedback(let feedback): 4 + feedback.encodedSize
        case .remb(let estimate): 20 + 4 * estimate.ssrcs.count
        case .extendedReport(let report):
            report.blocks.reduce(8) { size, block in
                switch block {
                case .receiverReferenceTime: size + 12
                case .lastReceiverReports(let entries): size + 4 + 12 * entries.count
                case .other(_, _, let content): size + 4 + content.count
                }
            }
        case .application(_, _, _, let content): 12 + content.count
        case .unknown: 0
        }
    }

    /// The blocks, the header of the first packet, and header and sender of those that continue it.
    private static func size(of reports: [RTCPReportBlock]) -> Int {
        let packets = max(1, (reports.count + RTCPReportBlock.maximumPerPacket - 1) / RTCPReportBlock.maximumPerPacket)
        return 4 + (packets - 1) * 8 + reports.count * RTCPReportBlock.size
    }
}
