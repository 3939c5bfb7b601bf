import RTCCore
import RTCWire
import Testing

@Suite("Transport-wide feedback, draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1")
struct TransportFeedbackTests {
    private func packet(base: UInt16 = 1, count: UInt16, _ rest: [UInt8]) -> [UInt8] {
        var body: [UInt8] = [
            0, 0, 0, 1, 0, 0, 0, 2, UInt8(base >> 8), UInt8(base & 0xFF), UInt8(count >> 8), UInt8(count & 0xFF),
        ]
        body += [0, 0, 5, 9] + rest
        body += Array(repeating: 0, count: -body.count & 3)
        return [0x8F, 205, 0, UInt8(body.count / 4)] + body
    }

    private func parsedFeedback(_ bytes: [UInt8]) -> RTCPTransportFeedback? {
        guard case .transportFeedback(let feedback) = rtcpPackets(bytes).packets.first else { return nil }
        return feedback
    }

    @Test("a run of 221 packets that were not received")
    func runLength() throws {
        let feedback = try #require(parsedFeedback(packet(count: 221, [0x00, 0xDD])))
        #expect(feedback.statuses == Array(repeating: .notReceived, count: 221))
        #expect(feedback.referenceTime == 5)
        #expect(feedback.feedbackCount == 9)
        #expect(feedback.baseSequenceNumber == 1)
    }

    @Test("a vector of fourteen one-bit symbols")
    func oneBitVector() throws {
        let feedback = try #require(parsedFeedback(packet(count: 14, [0x9F, 0x1C, 1, 2, 3, 4, 5, 6, 7, 8])))
        let expected: [Int16?] = [nil, 1, 2, 3, 4, 5, nil, nil, nil, 6, 7, 8, nil, nil]
        #expect(feedback.statuses == expected.map { $0.map { .received(delta: $0) } ?? .notReceived })
    }

    @Test("a vector of seven two-bit symbols, the last beyond the count")
    func twoBitVector() throws {
        // Not received, small, large, small, not received, not received.
        let feedback = try #require(parsedFeedback(packet(count: 6, [0xC6, 0x40, 1, 0xFF, 0xFE, 3])))
        #expect(
            feedback.statuses == [
                .notReceived, .received(delta: 1), .received(delta: -2), .received(delta: 3), .notReceived, .notReceived,
            ])
    }

    @Test(
        "reserved symbols, missing chunks, empty runs and missing deltas are malformed",
        arguments: [
            (24, [0x60, 0x18]), (7, [0xCD, 0x50]), (20, [0x00, 0x05]), (3, [0x00, 0x00, 0x00, 0x00]), (3, [0x20, 0x03]),
            (2, [0x40, 0x02]), (0, [0x00, 0x01]),
        ] as [(UInt16, [UInt8])])
    func malformed(count: UInt16, rest: [UInt8]) {
        #expect(rtcpPackets(packet(count: count, rest)).malformed == 1)
    }

    @Test("padding that breaks words, as libwebrtc writes it")
    func oddPadding() throws {
        let bytes: [UInt8] = [
            0xAF, 0xCD, 0, 5, 0xFA, 0x17, 0xFA, 0x17, 0x43, 0x03, 0x2F, 0xA0, 0, 0x99, 0, 1, 0x3D, 0xE8, 0x02, 0x17, 0x20, 0x01,
            0x94, 1,
        ]
        let feedback = try #require(parsedFeedback(bytes))
        #expect(feedback.baseSequenceNumber == 153)
        #expect(feedback.referenceTime == 0x3DE802)
        #expect(feedback.statuses == [.received(delta: 0x94)])
        #expect(rtcpBytes([.transportFeedback(feedback)]) == bytes)
    }

    @Test("the encoder takes the chunk that says most")
    func chunks() {
        func chunkBytes(_ statuses: [RTCPTransportFeedback.PacketStatus]) -> [UInt8] {
            let feedback = RTCPTransportFeedback(
                senderSSRC: 1, mediaSSRC: 2, baseSequenceNumber: 3, referenceTime: 4, feedbackCount: 5, statuses: statuses)
            return Array(rtcpBytes([.transportFeedback(feedback)])[20...])
        }
        let small = RTCPTransportFeedback.PacketStatus.received(delta: 4)
        let large = RTCPTransportFeedback.PacketStatus.received(delta: -4)
        #expect(chunkBytes(Array(repeating: .notReceived, count: 8192))[..<4] == [0x1F, 0xFF, 0x00, 0x01])
        #expect(chunkBytes([.notReceived, small] + Array(repeating: .notReceived, count: 12))[..<2] == [0x90, 0x00])
        #expect(chunkBytes([small, large])[..<2] == [0xD8, 0x00])
        #expect(chunkBytes(Array(repeating: small, count: 10) + [large])[..<4] == [0x20, 0x0A, 0x40, 0x01])
    }

    @Test("arrivals become deltas of 250 µs from a reference of 64 ms")
    func arrivals() throws {
        let start = Instant.milliseconds(640 + 10)
        let feedback = try #require(
            RTCPTransportFeedback(
                senderSSRC: 1, mediaSSRC: 2, feedbackCount: 3,
                arrivals: [
                    .init(sequenceNumber: 65_534, at: nil), .init(sequenceNumber: 65_535, at: start),
                    .init(sequenceNumber: 2, at: start + .milliseconds(100)),
                    .init(sequenceNumber: 3, at: start + .milliseconds(99)),
                ]))
        #expect(feedback.baseSequenceNumber == 65_534)
        #expect(feedback.referenceTime == 10)
        #expect(
            feedback.statuses == [
                .notReceived, .received(delta: 40), .notReceived, .notReceived, .received(delta: 400), .received(delta: -4),
            ])
        var seen: [UInt16: Int64] = [:]
        feedback.forEachPacket { number, ticks in seen[number] = ticks }
        #expect(seen == [65_535: 2600, 2: 3000, 3: 2996])
    }

    @Test("rounding never accumulates", arguments: UInt64(1)...20)
    func noDrift(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var time = Instant(nanoseconds: .random(in: 0...10_000_000_000, using: &random))
        var arrivals: [RTCPTransportFeedback.Arrival] = []
        for number in 0..<UInt16(400) {
            time += .nanoseconds(Int64.random(in: 0...3_000_000, using: &random))
            arrivals.append(.init(sequenceNumber: number, at: time))
        }
        let feedback = try #require(
            RTCPTransportFeedback(senderSSRC: 1, mediaSSRC: 2, feedbackCount: 3, arrivals: arrivals))
        #expect(feedback.statuses.count == 400)
        let parsed = try #require(parsedFeedback(rtcpBytes([.transportFeedback(feedback)])))
        parsed.forEachPacket { number, ticks in
            let error = arrivals[Int(number)].at.map { Int64($0.nanoseconds) - (ticks ?? 0) * 250_000 }
            if let error, (0..<250_000).contains(error) { return }
            Issue.record("packet \(number) is off by \(String(describing: error)) ns")
        }
    }

    @Test("what does not fit is left to the next feedback")
    func leftOver() throws {
        let start = Instant.seconds(100)
        let arrivals: [RTCPTransportFeedback.Arrival] = [
            .init(sequenceNumber: 7, at: start), .init(sequenceNumber: 8, at: start + .seconds(9)),
        ]
        let first = try #require(RTCPTransportFeedback(senderSSRC: 1, mediaSSRC: 2, feedbackCount: 0, arrivals: arrivals))
        #expect(first.statuses.count == 1)
        let many = (0..<1000).map {
            RTCPTransportFeedback.Arrival(sequenceNumber: $0, at: start - .milliseconds(100 * ($0 % 2 == 0 ? 1 : 0)))
        }
        let full = try #require(RTCPTransportFeedback(senderSSRC: 1, mediaSSRC: 2, feedbackCount: 0, arrivals: many))
        #expect(full.statuses.count == 450)
        #expect(RTCPPacket.transportFeedback(full).encodedSize <= 1100)
        #expect(
            RTCPTransportFeedback(
                senderSSRC: 1, mediaSSRC: 2, feedbackCount: 0, arrivals: [.init(sequenceNumber: 1, at: nil)]) == nil)
    }
}
