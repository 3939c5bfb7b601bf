import FuzzSupport
import RTCCore
import RTCWire

/// Compounds of RTCP (RFC 3550 §6, 3611, 4585, 5104, REMB, transport-wide feedback): both readers agree, and what is understood
/// survives being written.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let input = UnsafeRawBufferPointer(start: start, count: size)
    var packets: [RTCPPacket] = []
    let malformed = RTCPCompound.parse(input.bytes) { packets.append($0) }
    var elements = 0
    let visited = RTCPCompound.visit(input.bytes) { element in
        elements += 1
        if case .transportFeedback(let count) = element {
            promise((1...65_535).contains(count), "a feedback has 1 to 65,535 statuses")
        }
    }
    promise(malformed == visited, "both readers refuse the same packets: \(malformed) and \(visited)")
    for packet in packets { check(packet) }
    return 0
}

private func check(_ packet: RTCPPacket) {
    switch packet {
    case .nack(let nack): promise(nack.lost.count <= 17 * nack.entries.count, "an entry names at most 17 packets")
    case .transportFeedback(let feedback): feedback.forEachPacket { _, _ in }
    case .unknown: return
    default: break
    }
    let size = packet.encodedSize
    let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: size + 4, alignment: 8)
    defer { slab.deallocate() }
    var writer = ByteWriter(slab)
    packet.write(into: &writer)
    promise(
        !writer.overflowed && writer.count == size, "a packet has the size that it says: \(writer.count) and \(size) of \(packet)"
    )
    var again: [RTCPPacket] = []
    let malformed = RTCPCompound.parse(writer.written.bytes) { again.append($0) }
    promise(malformed == 0 && again == [packet], "a packet survives being written: \(packet) became \(again)")
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked(seeds())
    return 0
}

private func seeds() -> [[UInt8]] {
    let block = RTCPReportBlock(
        ssrc: 1, fractionLost: 2, cumulativeLost: -3, extendedHighestSequence: 4, jitter: 5, lastSR: 6, delaySinceLastSR: 7)
    let packets: [RTCPPacket] = [
        .senderReport(RTCPSenderReport(ssrc: 1, ntp: 2, rtp: 3, packetCount: 4, octetCount: 5, reports: [block])),
        .receiverReport(ssrc: 1, reports: [block, block]),
        .sourceDescription([RTCPSourceDescriptionChunk(ssrc: 1, cname: "name"), RTCPSourceDescriptionChunk(ssrc: 2, cname: nil)]),
        .bye(ssrcs: [1, 2], reason: "enough"), .bye(ssrcs: []),
        .nack(RTCPNack(senderSSRC: 1, mediaSSRC: 2, lost: [65_535, 0, 3, 40])),
        .pictureLoss(senderSSRC: 1, mediaSSRC: 2),
        .fullIntra(senderSSRC: 1, requests: [RTCPFullIntraRequest(ssrc: 2, sequenceNumber: 3)]),
        .remb(RTCPReceiverEstimate(senderSSRC: 1, bitrate: 1_000_000, ssrcs: [2, 3])),
        .extendedReport(
            RTCPExtendedReport(
                ssrc: 1,
                blocks: [
                    .receiverReferenceTime(ntp: 1 << 40),
                    .lastReceiverReports([.init(ssrc: 1, lastRR: 2, delaySinceLastRR: 3)]),
                    .other(type: 9, typeSpecific: 1, content: [1, 2, 3, 4]),
                ])),
        .application(ssrc: 1, subtype: 2, name: "test", content: [1, 2, 3, 4]),
        .transportFeedback(
            RTCPTransportFeedback(
                senderSSRC: 1, mediaSSRC: 2, baseSequenceNumber: 65_530, referenceTime: 9, feedbackCount: 1,
                statuses: (0..<40).map { $0 % 3 == 0 ? .notReceived : .received(delta: Int16($0 * 20)) })),
    ]
    let seeds = packets.map { encoded([$0]) }
    return seeds + [encoded(packets)]
}

private func encoded(_ packets: [RTCPPacket]) -> [UInt8] {
    let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 8)
    defer { slab.deallocate() }
    var writer = ByteWriter(slab)
    for packet in packets { packet.write(into: &writer) }
    return Array(writer.written)
}
