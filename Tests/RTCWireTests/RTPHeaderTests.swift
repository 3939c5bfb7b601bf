import RTCCore
import RTCWire
import Testing

@Suite("RTP headers, RFC 3550 §5.1")
struct RTPHeaderTests {
    @Test("the fixed header is read field by field")
    func fixed() throws {
        let bytes: [UInt8] = [0x80, 0xE0, 0x12, 0x34, 0xDE, 0xAD, 0xBE, 0xEF, 0x01, 0x02, 0x03, 0x04, 0xFF]
        let header = try rtpHeader(bytes)
        #expect(header.marker)
        #expect(header.payloadType == 96)
        #expect(header.sequenceNumber == 0x1234)
        #expect(header.timestamp == 0xDEAD_BEEF)
        #expect(header.ssrc == 0x0102_0304)
        #expect(header.headerSize == 12)
        #expect(header.extensionProfile == nil)
        #expect(header.extensionRange.isEmpty)
        let range = header.payloadRange(in: bytes.span.bytes)
        #expect(range == 12..<13)
    }

    @Test("contributing sources and the extension block come before the payload")
    func contributors() throws {
        var bytes: [UInt8] = [0x92, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]
        bytes += [0, 0, 0, 4, 0, 0, 0, 5]
        bytes += [0xBE, 0xDE, 0, 1, 0x10, 0xAA, 0, 0]
        bytes += [7, 7]
        let header = try rtpHeader(bytes)
        #expect(header.extensionProfile == 0xBEDE)
        #expect(header.extensionRange == 24..<28)
        #expect(header.headerSize == 28)
    }

    @Test(
        "what is not RTP is refused with its reason",
        arguments: [
            ([0x80, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0], RTPHeader.ParsingError.tooShort),
            ([0x40, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3], .wrongVersion),
            ([0x81, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3], .contributorsPastEnd),
            ([0x90, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xBE, 0xDE], .extensionPastEnd),
            ([0x90, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xBE, 0xDE, 0, 1, 0, 0, 0], .extensionPastEnd),
        ] as [([UInt8], RTPHeader.ParsingError)])
    func refused(bytes: [UInt8], error: RTPHeader.ParsingError) {
        #expect(throws: error) { try rtpHeader(bytes) }
    }

    @Test(
        "padding is told by the last byte, and absurd padding is refused",
        arguments: [
            ([1, 2, 3, 3], 1), ([9, 9, 0, 4], 0), ([1, 2, 3, 5], nil), ([1, 2, 3, 0], nil), ([], nil),
        ] as [([UInt8], Int?)])
    func padding(payload: [UInt8], size: Int?) throws {
        let bytes = [0xA0, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3] + payload
        let header = try rtpHeader(bytes)
        let range = header.payloadRange(in: bytes.span.bytes)
        #expect(range?.count == size)
        let padding = RTPHeader.paddingSize(of: bytes.span.bytes, header: header)
        #expect(padding == size.map { payload.count - $0 })
    }

    @Test("what is written is read again", arguments: UInt64(0)..<200)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let map = randomMap(&random)
        let values = randomValues(&random, map: map)
        let header = RTPHeader(
            payloadType: .random(in: 0...127, using: &random), sequenceNumber: .random(in: 0 ... .max, using: &random),
            timestamp: .random(in: 0 ... .max, using: &random), ssrc: .random(in: 0 ... .max, using: &random),
            marker: .random(using: &random))
        let bytes = written { RTPHeaderWriter.write(header, extensions: values, map: map, into: $0) }
        #expect(bytes.count <= RTPHeaderWriter.maximumSize)
        #expect(bytes.count.isMultiple(of: 4))
        let parsed = try rtpHeader(bytes)
        #expect(parsed.headerSize == bytes.count)
        #expect(parsed.sequenceNumber == header.sequenceNumber)
        #expect(parsed.timestamp == header.timestamp)
        #expect(parsed.ssrc == header.ssrc)
        #expect(parsed.marker == header.marker)
        #expect(parsed.payloadType == header.payloadType)
        #expect(try extensionValues(bytes, map) == values)
    }

    @Test("a header that does not fit is not written")
    func noRoom() {
        var map = RTPExtensionMap()
        map[.mid] = 1
        var values = RTPExtensionValues()
        values.mid = InlineText("video")
        let header = RTPHeader(payloadType: 96, sequenceNumber: 1, timestamp: 2, ssrc: 3)
        for capacity in 0..<24 {
            #expect(written(capacity: capacity) { RTPHeaderWriter.write(header, extensions: values, map: map, into: $0) }.isEmpty)
        }
        #expect(written(capacity: 24) { RTPHeaderWriter.write(header, extensions: values, map: map, into: $0) }.count == 24)
    }

    @Test("ten thousand broken packets neither trap nor lead outside", arguments: UInt64(1)...4)
    func mutations(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var map = RTPExtensionMap()
        for (index, element) in RTPExtension.allCases.enumerated() where index < 14 { map[element] = UInt8(index + 1) }
        let corpus = (0..<40).map { _ in
            let other = randomMap(&random)
            let values = randomValues(&random, map: other)
            let header = RTPHeader(payloadType: 96, sequenceNumber: 7, timestamp: 8, ssrc: 9)
            return written { RTPHeaderWriter.write(header, extensions: values, map: other, into: $0) } + [1, 2, 3, 4]
        }
        var mutator = Mutator(seed: seed, corpus: corpus)
        var parsed = 0
        for _ in 0..<2500 {
            let bytes = mutator.next()
            guard let header = try? rtpHeader(bytes) else { continue }
            parsed += 1
            if header.headerSize > bytes.count { Issue.record("the header ends outside") }
            if let range = header.payloadRange(in: bytes.span.bytes), range.upperBound > bytes.count {
                Issue.record("the payload ends outside")
            }
            _ = RTPExtensionValues.parse(bytes.span.bytes, header: header, map: map)
        }
        #expect(parsed > 500)
    }
}

func randomMap(_ random: inout SplitMix64) -> RTPExtensionMap {
    var map = RTPExtensionMap()
    let highest: UInt8 = Bool.random(using: &random) ? 14 : 255
    for element in RTPExtension.allCases where Int.random(in: 0..<4, using: &random) > 0 {
        map[element] = UInt8.random(in: 1...highest, using: &random)
    }
    return map
}

func randomValues(_ random: inout SplitMix64, map: RTPExtensionMap) -> RTPExtensionValues {
    var values = RTPExtensionValues()
    func text() -> InlineText? {
        InlineText(
            String((0..<Int.random(in: 1...16, using: &random)).map { _ in "abcXYZ019".randomElement(using: &random) ?? "a" }))
    }
    func isPresent(_ element: RTPExtension) -> Bool { map[element] != nil && Bool.random(using: &random) }
    if isPresent(.mid) { values.mid = text() }
    if isPresent(.rtpStreamID) { values.rid = text() }
    if isPresent(.repairedRTPStreamID) { values.rrid = text() }
    if isPresent(.transportSequenceNumber) { values.transportSequenceNumber = .random(in: 0 ... .max, using: &random) }
    if isPresent(.absSendTime) { values.absSendTime = .random(in: 0...0xFF_FFFF, using: &random) }
    if isPresent(.absCaptureTime) {
        values.absCaptureTime = .random(in: 0 ... .max, using: &random)
        if Bool.random(using: &random) { values.captureClockOffset = .random(in: .min ... .max, using: &random) }
    }
    if isPresent(.audioLevel) {
        values.audioLevel = .init(voice: .random(using: &random), level: .random(in: 0...127, using: &random))
    }
    if isPresent(.videoOrientation) { values.videoOrientation = .random(in: 0...15, using: &random) }
    if isPresent(.playoutDelay) {
        values.playoutDelay = .init(
            minimum: .random(in: 0...4095, using: &random), maximum: .random(in: 0...4095, using: &random))
    }
    if isPresent(.transmissionOffset) { values.transmissionOffset = .random(in: -0x80_0000...0x7F_FFFF, using: &random) }
    return values
}
