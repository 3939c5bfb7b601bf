import RTCCore
import RTCWire
import Testing

@Suite("Reading a compound without heap memory")
struct RTCPElementTests {
    @Test("says of ten thousand broken compounds what the full parser says", arguments: UInt64(1)...4)
    func agreement(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let corpus = (0..<60).map { _ in rtcpBytes((0...3).map { _ in randomPacket(&random) }) }
        var mutator = Mutator(seed: seed, corpus: corpus)
        for _ in 0..<2500 {
            let bytes = mutator.next()
            let full = rtcpPackets(bytes)
            var elements: [String] = []
            let malformed = RTCPCompound.visit(bytes.span.bytes) { elements.append("\($0)") }
            #expect(malformed == full.malformed)
            let expected = full.packets.flatMap { Self.elements(of: $0) }.map { "\($0)" }
            if elements != expected { Issue.record("\(elements) differs from \(expected)") }
        }
    }

    private static func elements(of packet: RTCPPacket) -> [RTCPElement] {
        switch packet {
        case .senderReport(let report):
            [
                .senderInfo(
                    ssrc: report.ssrc, ntp: report.ntp, rtp: report.rtp, packetCount: report.packetCount,
                    octetCount: report.octetCount)
            ] + report.reports.map { .reportBlock($0) }
        case .receiverReport(_, let reports): reports.map { .reportBlock($0) }
        case .transportFeedback(let feedback): [.transportFeedback(statusCount: feedback.statuses.count)]
        case .sourceDescription: [.sourceDescription]
        default: [.packet(packet)]
        }
    }
}
