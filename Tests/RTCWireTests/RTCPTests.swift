import RTCCore
import RTCWire
import Testing

@Suite("RTCP, RFC 3550 §6, RFC 4585, RFC 5104, RFC 3611")
struct RTCPTests {
    @Test("a sender report with a block, byte by byte")
    func senderReport() throws {
        let bytes: [UInt8] = [
            0x81, 200, 0, 12, 0x90, 0x2F, 0x9E, 0x2E, 0xDA, 0x8B, 0xD1, 0xFC, 0xDD, 0xDD, 0xA0, 0x5A,
            0xAA, 0xF4, 0xED, 0xD5, 0, 0, 0, 1, 0, 0, 0, 2,
            0xBC, 0x5E, 0x9A, 0x40, 0x40, 0xFF, 0xFF, 0xFE, 0, 1, 0x46, 0xE1, 0, 0, 1, 0x11, 9, 0xF3, 0x64, 0x32, 0, 2, 0x4A,
            0x79,
        ]
        let report = RTCPReportBlock(
            ssrc: 0xBC5E_9A40, fractionLost: 0x40, cumulativeLost: -2, extendedHighestSequence: 0x146E1, jitter: 0x111,
            lastSR: 0x9F3_6432, delaySinceLastSR: 0x24A79)
        let sender = RTCPSenderReport(
            ssrc: 0x902F_9E2E, ntp: 0xDA8B_D1FC_DDDD_A05A, rtp: 0xAAF4_EDD5, packetCount: 1, octetCount: 2, reports: [report])
        let (packets, malformed) = rtcpPackets(bytes)
        #expect(packets == [.senderReport(sender)])
        #expect(malformed == 0)
        #expect(sender.compactNTP == 0xD1FC_DDDD)
        #expect(rtcpBytes(packets) == bytes)
    }

    @Test("lost packets stop counting at the ends of 24 bits")
    func lossClamp() {
        func lost(_ count: Int32) -> Int32? {
            let report = RTCPReportBlock(
                ssrc: 1, fractionLost: 0, cumulativeLost: count, extendedHighestSequence: 0, jitter: 0, lastSR: 0,
                delaySinceLastSR: 0)
            guard
                case .receiverReport(_, let reports) = rtcpPackets(rtcpBytes([.receiverReport(ssrc: 2, reports: [report])]))
                    .packets[0]
            else { return nil }
            return reports[0].cumulativeLost
        }
        #expect(lost(.max) == 0x7F_FFFF)
        #expect(lost(.min) == -0x80_0000)
    }

    @Test("more than 31 reports go on in further receiver reports")
    func manyReports() {
        let reports = (0..<70).map {
            RTCPReportBlock(
                ssrc: $0, fractionLost: 0, cumulativeLost: 0, extendedHighestSequence: 0, jitter: 0, lastSR: 0,
                delaySinceLastSR: 0)
        }
        let sender = RTCPPacket.senderReport(
            RTCPSenderReport(ssrc: 9, ntp: 1, rtp: 2, packetCount: 3, octetCount: 4, reports: reports))
        let bytes = rtcpBytes([sender])
        #expect(bytes.count == sender.encodedSize)
        var seen: [Int] = []
        for packet in rtcpPackets(bytes).packets {
            switch packet {
            case .senderReport(let report): seen.append(report.reports.count)
            case .receiverReport(9, let reports): seen.append(reports.count)
            default: Issue.record("unexpected \(packet)")
            }
        }
        #expect(seen == [31, 31, 8])
    }

    @Test("a CNAME ends with a zero and is padded to a word", arguments: [1, 2, 3, 4, 5, 255, 256])
    func cname(size: Int) throws {
        let name = String(repeating: "c", count: size)
        let packet = RTCPPacket.sourceDescription([
            RTCPSourceDescriptionChunk(ssrc: 1, cname: name), RTCPSourceDescriptionChunk(ssrc: 2, cname: nil),
        ])
        let bytes = rtcpBytes([packet])
        #expect(bytes.count == packet.encodedSize)
        #expect(
            rtcpPackets(bytes).packets == [
                .sourceDescription([.init(ssrc: 1, cname: String(name.prefix(255))), .init(ssrc: 2, cname: nil)])
            ])
    }

    @Test("other items of a source description are passed over")
    func otherItems() {
        let bytes: [UInt8] = [0x81, 202, 0, 4, 0, 0, 0, 7, 2, 2, 0x4A, 0x4F, 1, 2, 0x61, 0x62, 0, 0, 0, 0]
        #expect(rtcpPackets(bytes).packets == [.sourceDescription([.init(ssrc: 7, cname: "ab")])])
    }

    @Test("a goodbye with and without a reason")
    func bye() {
        #expect(rtcpBytes([.bye(ssrcs: [1])]) == [0x81, 203, 0, 1, 0, 0, 0, 1])
        let reasoned = RTCPPacket.bye(ssrcs: [1, 2], reason: "end")
        #expect(rtcpBytes([reasoned]) == [0x82, 203, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 3, 0x65, 0x6E, 0x64])
        #expect(rtcpPackets(rtcpBytes([reasoned])).packets == [reasoned])
    }

    @Test("a NACK packs sixteen followers into a mask, across the wrap")
    func nack() {
        let lost: [UInt16] = [65_530, 65_531, 65_535, 10, 11, 27, 28]
        let nack = RTCPNack(senderSSRC: 1, mediaSSRC: 2, lost: lost)
        #expect(
            nack.entries == [
                .init(packetID: 65_530, followingLost: 0b1000_0000_0001_0001), .init(packetID: 11, followingLost: 0x8000),
                .init(packetID: 28),
            ])
        #expect(nack.lost == lost)
        #expect(
            rtcpBytes([.nack(RTCPNack(senderSSRC: 1, mediaSSRC: 2, lost: [5, 6]))]) == [
                0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 5, 0, 1,
            ])
    }

    @Test("PLI and FIR, byte by byte")
    func keyFrameRequests() {
        let pictureLoss = RTCPPacket.pictureLoss(senderSSRC: 1, mediaSSRC: 2)
        #expect(rtcpBytes([pictureLoss]) == [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2])
        let fullIntra = RTCPPacket.fullIntra(senderSSRC: 1, requests: [.init(ssrc: 3, sequenceNumber: 4)])
        let bytes: [UInt8] = [0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3, 4, 0, 0, 0]
        #expect(rtcpBytes([fullIntra]) == bytes)
        #expect(rtcpPackets(bytes).packets == [fullIntra])
    }

    @Test(
        "REMB keeps the eighteen upper bits of a bitrate",
        arguments: [
            (0, 0), (1, 1), (262_143, 262_143), (262_145, 262_144), (8_927_168, 8_927_168), (.max, UInt64.max << 46),
        ] as [(UInt64, UInt64)])
    func remb(bitrate: UInt64, kept: UInt64) {
        let bytes = rtcpBytes([.remb(RTCPReceiverEstimate(senderSSRC: 1, bitrate: bitrate, ssrcs: [2, 3]))])
        #expect(rtcpPackets(bytes).packets == [.remb(RTCPReceiverEstimate(senderSSRC: 1, bitrate: kept, ssrcs: [2, 3]))])
    }

    @Test("REMB as the draft lays it out")
    func rembBytes() {
        let bytes: [UInt8] = [
            0x8F, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0x52, 0x45, 0x4D, 0x42, 1, 0x1A, 0x20, 0xDF, 0x48, 0x74, 0x03, 0x81,
        ]
        let estimate = RTCPReceiverEstimate(senderSSRC: 1, bitrate: 0x220DF << 6, ssrcs: [0x4874_0381])
        #expect(rtcpPackets(bytes).packets == [.remb(estimate)])
        #expect(rtcpBytes([.remb(estimate)]) == bytes)
    }

    @Test("reference times and their answers, byte by byte")
    func extendedReport() {
        let report = RTCPPacket.extendedReport(
            RTCPExtendedReport(
                ssrc: 1,
                blocks: [
                    .receiverReferenceTime(ntp: 0x0102_0304_0506_0708),
                    .lastReceiverReports([.init(ssrc: 2, lastRR: 3, delaySinceLastRR: 4)]),
                    .other(type: 42, typeSpecific: 7, content: [1, 2, 3, 4]),
                ]))
        let bytes: [UInt8] = [
            0x80, 207, 0, 10, 0, 0, 0, 1, 4, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8, 5, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 42,
            7, 0, 1,
            1, 2, 3, 4,
        ]
        #expect(rtcpBytes([report]) == bytes)
        #expect(rtcpPackets(bytes).packets == [report])
    }

    @Test("a malformed packet does not lose those behind it")
    func resilience() {
        let good = RTCPPacket.pictureLoss(senderSSRC: 1, mediaSSRC: 2)
        let shortReport: [UInt8] = [0x81, 200, 0, 1, 0, 0, 0, 1]
        let wrongVersion: [UInt8] = [0x41, 201, 0, 0]
        let result = rtcpPackets(rtcpBytes([good]) + shortReport + wrongVersion + rtcpBytes([good]) + [0x80, 201, 0, 9, 1])
        #expect(result.packets == [good, good])
        #expect(result.malformed == 3)
    }

    @Test("unknown packets say their size")
    func unknown() {
        #expect(rtcpPackets([0x80, 199, 0, 1, 1, 2, 3, 4]).packets == [.unknown(type: 199, size: 8)])
        #expect(rtcpPackets([0x9E, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]).packets == [.unknown(type: 205, size: 12)])
        #expect(rtcpBytes([.unknown(type: 199, size: 8)]).isEmpty)
    }

    @Test("padding is left off, and absurd padding is malformed")
    func padding() {
        #expect(rtcpPackets([0xA0, 201, 0, 2, 0, 0, 0, 5, 0, 0, 0, 4]).packets == [.receiverReport(ssrc: 5, reports: [])])
        #expect(rtcpPackets([0xA0, 201, 0, 2, 0, 0, 0, 5, 0, 0, 0, 13]).malformed == 1)
        #expect(rtcpPackets([0xA0, 201, 0, 2, 0, 0, 0, 5, 0, 0, 0, 0]).malformed == 1)
    }

    @Test("what is written is read again, and is as long as announced", arguments: UInt64(0)..<300)
    func roundTrip(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let packets = (0..<Int.random(in: 1...6, using: &random)).map { _ in randomPacket(&random) }
        let bytes = rtcpBytes(packets)
        #expect(bytes.count == packets.reduce(0) { $0 + $1.encodedSize })
        let result = rtcpPackets(bytes)
        #expect(result.malformed == 0)
        #expect(result.packets == packets)
    }

    @Test("of ten thousand broken compounds, what is understood survives another trip", arguments: UInt64(1)...4)
    func mutations(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let corpus = (0..<60).map { _ in rtcpBytes((0...3).map { _ in randomPacket(&random) }) }
        var mutator = Mutator(seed: seed, corpus: corpus)
        var understood = 0
        for _ in 0..<2500 {
            let packets = rtcpPackets(mutator.next()).packets.filter {
                if case .unknown = $0 { return false }
                return true
            }
            understood += packets.count
            let again = rtcpPackets(rtcpBytes(packets))
            if again.packets != packets || again.malformed != 0 { Issue.record("\(packets) came back as \(again)") }
        }
        #expect(understood > 2000)
    }
}

func randomPacket(_ random: inout SplitMix64) -> RTCPPacket {
    func word() -> UInt32 { .random(in: 0 ... .max, using: &random) }
    func count(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &random) }
    func reports() -> [RTCPReportBlock] {
        (0..<count(0...31)).map { _ in
            RTCPReportBlock(
                ssrc: word(), fractionLost: UInt8(count(0...255)), cumulativeLost: Int32(count(-0x80_0000...0x7F_FFFF)),
                extendedHighestSequence: word(), jitter: word(), lastSR: word(), delaySinceLastSR: word())
        }
    }
    switch count(0...10) {
    case 0:
        return .senderReport(
            RTCPSenderReport(
                ssrc: word(), ntp: .random(in: 0 ... .max, using: &random), rtp: word(), packetCount: word(), octetCount: word(),
                reports: reports()))
    case 1: return .receiverReport(ssrc: word(), reports: reports())
    case 2:
        return .sourceDescription(
            (0..<count(0...31)).map { _ in
                RTCPSourceDescriptionChunk(
                    ssrc: word(), cname: count(0...3) == 0 ? nil : String(repeating: "n", count: count(0...40)))
            })
    case 3:
        let reason = count(0...1) == 0 ? nil : String(repeating: "r", count: count(1...40))
        return .bye(ssrcs: (0..<count(0...31)).map { _ in word() }, reason: reason)
    case 4:
        let start = UInt16(count(0...65_535))
        var offset: UInt16 = 0
        let lost = (0..<count(1...60)).map { _ in
            offset += UInt16(count(1...40))
            return start &+ offset
        }
        return .nack(RTCPNack(senderSSRC: word(), mediaSSRC: word(), lost: lost))
    case 5: return .pictureLoss(senderSSRC: word(), mediaSSRC: word())
    case 6:
        return .fullIntra(
            senderSSRC: word(),
            requests: (0..<count(1...9)).map { _ in RTCPFullIntraRequest(ssrc: word(), sequenceNumber: UInt8(count(0...255))) })
    case 7: return .transportFeedback(randomFeedback(&random))
    case 8:
        return .remb(
            RTCPReceiverEstimate(
                senderSSRC: word(), bitrate: UInt64(count(0...0x3FFFF)) << UInt64(count(0...46)),
                ssrcs: (0..<count(0...255)).map { _ in word() }))
    case 9:
        return .extendedReport(
            RTCPExtendedReport(
                ssrc: word(),
                blocks: (0..<count(0...5)).map { _ in
                    switch count(0...2) {
                    case 0: .receiverReferenceTime(ntp: .random(in: 0 ... .max, using: &random))
                    case 1:
                        .lastReceiverReports(
                            (0..<count(0...4)).map { _ in .init(ssrc: word(), lastRR: word(), delaySinceLastRR: word()) })
                    default:
                        .other(
                            type: UInt8(count(6...255)), typeSpecific: UInt8(count(0...255)),
                            content: Array(repeating: 7, count: 4 * count(0...9)))
                    }
                }))
    default:
        return .application(
            ssrc: word(), subtype: UInt8(count(0...31)), name: "starling".prefix(4).description,
            content: Array(repeating: 1, count: 4 * count(0...9)))
    }
}

func randomFeedback(_ random: inout SplitMix64) -> RTCPTransportFeedback {
    var statuses: [RTCPTransportFeedback.PacketStatus] = []
    for _ in 0..<Int.random(in: 1...8, using: &random) {
        let kind = Int.random(in: 0...3, using: &random)
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            switch kind == 3 ? Int.random(in: 0...2, using: &random) : kind {
            case 0: statuses.append(.notReceived)
            case 1: statuses.append(.received(delta: .random(in: 0...255, using: &random)))
            default: statuses.append(.received(delta: .random(in: .min ... .max, using: &random)))
            }
        }
    }
    return RTCPTransportFeedback(
        senderSSRC: .random(in: 0 ... .max, using: &random), mediaSSRC: .random(in: 0 ... .max, using: &random),
        baseSequenceNumber: .random(in: 0 ... .max, using: &random), referenceTime: .random(in: 0...0xFF_FFFF, using: &random),
        feedbackCount: .random(in: 0 ... .max, using: &random), statuses: statuses)
}
