import RTCCore
import RTCWire
import Testing

@Suite("RTP header extensions, RFC 8285")
struct RTPExtensionTests {
    /// A packet without payload around an extension block.
    private func packet(profile: UInt16, _ elements: [UInt8]) -> [UInt8] {
        let padded = elements + Array(repeating: 0, count: -elements.count & 3)
        return [0x90, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, UInt8(profile >> 8), UInt8(profile & 0xFF), 0, UInt8(padded.count / 4)]
            + padded
    }

    private let map: RTPExtensionMap = {
        var map = RTPExtensionMap()
        map[.audioLevel] = 1
        map[.transportSequenceNumber] = 2
        map[.absSendTime] = 3
        map[.mid] = 4
        return map
    }()

    @Test("the one-byte form of §4.2, with padding between its elements")
    func oneByte() throws {
        let bytes = packet(profile: 0xBEDE, [0x10, 0xBF, 0x21, 0x12, 0x34, 0, 0, 0x32, 1, 2, 3])
        let values = try extensionValues(bytes, map)
        #expect(values.audioLevel == .init(voice: true, level: 63))
        #expect(values.transportSequenceNumber == 0x1234)
        #expect(values.absSendTime == 0x010203)
    }

    @Test("the two-byte form of §4.3, with elements of no bytes", arguments: [UInt16(0x1000), 0x100F])
    func twoByte(profile: UInt16) throws {
        let bytes = packet(profile: profile, [9, 0, 1, 1, 0x05, 0, 4, 5, 0x76, 0x69, 0x64, 0x65, 0x6F])
        let values = try extensionValues(bytes, map)
        #expect(values.audioLevel == .init(voice: false, level: 5))
        let mid = try #require(values.mid)
        #expect(mid == "video")
        #expect(mid.string == "video")
    }

    @Test("id 15, and id 0 with a length, end a one-byte block", arguments: [UInt8(0xF0), 0x01])
    func terminators(byte: UInt8) throws {
        let bytes = packet(profile: 0xBEDE, [0x10, 0x05, byte, 0, 0x21, 0x12, 0x34])
        let values = try extensionValues(bytes, map)
        #expect(values.audioLevel?.level == 5)
        #expect(values.transportSequenceNumber == nil)
    }

    @Test("an element that reaches past the block ends it")
    func pastEnd() throws {
        let values = try extensionValues(packet(profile: 0xBEDE, [0x10, 0x05, 0x3F, 1]), map)
        #expect(values.audioLevel?.level == 5)
        #expect(values.absSendTime == nil)
    }

    @Test("unknown ids, unknown profiles and wrong sizes are passed over")
    func passedOver() throws {
        let values = try extensionValues(packet(profile: 0xBEDE, [0x71, 0, 0, 0x20, 0xFF, 0x10, 0x05]), map)
        #expect(values.transportSequenceNumber == nil)
        #expect(values.audioLevel?.level == 5)
        #expect(try extensionValues(packet(profile: 0x1234, [0x10, 0x05]), map) == RTPExtensionValues())
    }

    @Test("a block takes the one-byte form as long as every id allows it")
    func form() throws {
        var map = RTPExtensionMap()
        map[.transportSequenceNumber] = 14
        map[.mid] = 16
        let header = RTPHeader(payloadType: 96, sequenceNumber: 1, timestamp: 2, ssrc: 3)
        var values = RTPExtensionValues()
        values.transportSequenceNumber = 0xABCD
        var bytes = written { RTPHeaderWriter.write(header, extensions: values, map: map, into: $0) }
        #expect(bytes[12...] == [0xBE, 0xDE, 0, 1, 0xE1, 0xAB, 0xCD, 0])
        values.mid = InlineText("0")
        bytes = written { RTPHeaderWriter.write(header, extensions: values, map: map, into: $0) }
        #expect(bytes[12...] == [0x10, 0, 0, 2, 14, 2, 0xAB, 0xCD, 16, 1, 0x30, 0])
    }

    @Test("values without an id, and empty texts, leave no block")
    func noBlock() {
        var values = RTPExtensionValues()
        values.absSendTime = 1
        values.mid = InlineText()
        var map = RTPExtensionMap()
        map[.mid] = 1
        let header = RTPHeader(payloadType: 96, sequenceNumber: 1, timestamp: 2, ssrc: 3)
        #expect(written { RTPHeaderWriter.write(header, extensions: values, map: map, into: $0) }.count == 12)
    }

    @Test("the map finds ids and extensions, and an id has one owner")
    func mapping() {
        var map = RTPExtensionMap()
        #expect(map.isEmpty)
        map[.mid] = 3
        map[.rtpStreamID] = 200
        #expect(map[.mid] == 3)
        #expect(map.element(withID: 3) == .mid)
        #expect(map.element(withID: 200) == .rtpStreamID)
        #expect(map.element(withID: 4) == nil)
        #expect(map.element(withID: 0) == nil)
        map[.absSendTime] = 3
        #expect(map[.mid] == nil)
        #expect(map.element(withID: 3) == .absSendTime)
        map[.rtpStreamID] = 15
        #expect(map[.rtpStreamID] == nil)
        map[.absSendTime] = nil
        #expect(map == RTPExtensionMap())
    }

    @Test("every extension is found by its URI")
    func uris() {
        for element in RTPExtension.allCases { #expect(RTPExtension(uri: element.uri) == element) }
        #expect(RTPExtension(uri: "urn:example") == nil)
    }

    @Test("inline text holds sixteen bytes and compares as text does")
    func inlineText() throws {
        let sixteen = try #require(InlineText("0123456789abcdef"))
        #expect(sixteen.count == 16)
        #expect(sixteen == "0123456789abcdef")
        #expect((sixteen == "0123456789abcde") == false)
        #expect((sixteen == "0123456789abcdef0") == false)
        #expect(InlineText("0123456789abcdefg") == nil)
        #expect(InlineText("a") != InlineText("a\0"))
        #expect(InlineText("ü")?.string == "ü")
    }

    @Test("abs-send-time keeps six bits of seconds and eighteen of fraction")
    func absSendTime() {
        #expect(RTPExtensionValues.absSendTime(ntp: 1 << 32) == 1 << 18)
        #expect(RTPExtensionValues.absSendTime(ntp: 64 << 32) == 0)
        #expect(RTPExtensionValues.absSendTime(ntp: 1 << 31) == 1 << 17)
    }
}
