import RTCCore
import RTCWire
import Testing

@Suite("VP8 payloads, RFC 7741")
struct VP8PayloadTests {
    private func parsed(_ bytes: [UInt8]) throws -> VP8PayloadDescriptor {
        try VP8PayloadDescriptor.parse(bytes.span.bytes)
    }

    private func frameHeader(_ bytes: [UInt8]) throws -> VP8FrameHeader {
        try VP8FrameHeader.parse(bytes.span.bytes)
    }

    private func isKeyFrame(_ bytes: [UInt8]) -> Bool {
        VP8PayloadDescriptor.isKeyFrame(bytes.span.bytes)
    }

    @Test("a key frame in one packet, §4.6.1")
    func keyFrame() throws {
        let descriptor = try parsed([0x90, 0x80, 0x11, 0x00])
        #expect(descriptor.beginsFrame)
        #expect(descriptor.pictureID == 17)
        #expect(descriptor.hasLongPictureID == false)
        #expect(descriptor.size == 3)
        #expect(isKeyFrame([0x00]))
    }

    @Test("an interframe without a picture id, §4.6.2")
    func interframe() throws {
        let descriptor = try parsed([0x10, 0x01])
        #expect(descriptor == VP8PayloadDescriptor(startOfPartition: true))
        #expect(descriptor.size == 1)
        #expect(isKeyFrame([0x01]) == false)
    }

    @Test("a second partition, and a continuation, begin no frame, §4.6.3, §4.6.4")
    func partitions() throws {
        #expect(try parsed([0x91, 0x80, 0x11]).beginsFrame == false)
        #expect(try parsed([0x91, 0x80, 0x11]).partitionIndex == 1)
        #expect(try parsed([0x80, 0x80, 0x11]).beginsFrame == false)
    }

    @Test("a long picture id, §4.6.5")
    func longPictureID() throws {
        let descriptor = try parsed([0x90, 0x80, 0x92, 0x67])
        #expect(descriptor.pictureID == 4711)
        #expect(descriptor.size == 4)
    }

    @Test("all fields, as a sender of temporal layers writes them")
    func allFields() throws {
        let descriptor = VP8PayloadDescriptor(
            startOfPartition: true, nonReference: true, pictureID: 0x1234, tl0PicIdx: 0x56, temporalID: 2, layerSync: true,
            keyIndex: 7)
        let bytes = written { descriptor.write(into: $0) }
        #expect(bytes == [0xB0, 0xF0, 0x92, 0x34, 0x56, 0xA7])
        #expect(bytes.count == descriptor.size)
        #expect(try parsed(bytes) == descriptor)
        #expect(written(capacity: 5) { descriptor.write(into: $0) }.isEmpty)
    }

    @Test("the size of a frame, and a missing start code")
    func frameHeaders() throws {
        let key: [UInt8] = [0x50, 0x42, 0x01, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0xE0, 0x41, 0xFF]
        let header = try VP8FrameHeader.parse(key.span.bytes)
        #expect(header.isKeyFrame)
        #expect(header.showFrame)
        #expect(header.width == 640)
        #expect(header.height == 480)
        #expect(header.firstPartitionSize == 0x14250 >> 5)
        #expect(throws: VP8FrameHeader.ParsingError.noStartCode) {
            try frameHeader([0x50, 0x42, 0x01, 0x9D, 0x01, 0x2B, 0x80, 0x02, 0xE0, 0x01])
        }
        #expect(throws: VP8FrameHeader.ParsingError.truncated) {
            try frameHeader([0x50, 0x42, 0x01])
        }
        let inter = try frameHeader([0x31, 0, 0])
        #expect(inter.isKeyFrame == false)
        #expect(inter.width == 0)
    }

    @Test("every descriptor is written as it was read, whatever its bytes", arguments: UInt64(1)...4)
    func mutations(seed: UInt64) throws {
        var mutator = Mutator(
            seed: seed, corpus: [[0xB0, 0xF0, 0x92, 0x34, 0x56, 0xA7], [0x90, 0x80, 0x11], [0x10], [0x80, 0x00]])
        for _ in 0..<2500 {
            let bytes = mutator.next()
            _ = try? VP8FrameHeader.parse(bytes.span.bytes)
            guard let descriptor = try? parsed(bytes) else { continue }
            if descriptor.size > bytes.count { Issue.record("\(bytes): the descriptor ends outside") }
            let again = written { descriptor.write(into: $0) }
            if again.count != descriptor.size || (try? parsed(again)) != descriptor {
                Issue.record("\(bytes) came back as \(again)")
            }
        }
    }
}

@Suite("Opus packets, RFC 6716 §3")
struct OpusPacketTests {
    private func parsed(_ bytes: [UInt8]) throws -> OpusPacket {
        try OpusPacket.parse(bytes.span.bytes)
    }

    @Test(
        "the configuration tells the frame's duration, table 2",
        arguments: [
            (0, 480), (1, 960), (2, 1920), (3, 2880), (11, 2880), (12, 480), (13, 960), (14, 480), (15, 960), (16, 120),
            (19, 960),
            (28, 120), (31, 960),
        ] as [(UInt8, Int)])
    func durations(configuration: UInt8, samples: Int) throws {
        let packet = try parsed([configuration << 3, 1, 2])
        #expect(packet.configuration == configuration)
        #expect(packet.duration == samples)
        #expect(packet.channels == 1)
    }

    @Test("modes and channels")
    func modes() throws {
        #expect(try parsed([0x00]).mode == .silk)
        #expect(try parsed([12 << 3]).mode == .hybrid)
    }

    @Test("a packet of the SILK layer says whether it repeats the one before it, RFC 6716 §4.2.3")
    func redundancy() throws {
        func repeats(_ bytes: [UInt8]) throws -> Bool { try parsed(bytes).hasRedundancy }
        let (short, long) = (UInt8(9 << 3), UInt8(11 << 3))
        #expect(try repeats([short, 0b0100_0000]))
        #expect(try !repeats([short, 0b1011_1111]))
        // Three frames in 60 ms have three bits of voice before it.
        #expect(try repeats([long, 0b0001_0000]))
        #expect(try !repeats([long, 0b1110_1111]))
        // Of two channels either may have it.
        #expect(try repeats([short | 4, 0b0001_0000]))
        #expect(try !repeats([short | 4, 0b1010_1111]))
        // The first frame counts, wherever it lies.
        #expect(try repeats([short | 1, 0b0100_0000, 0]))
        #expect(try repeats([short | 2, 1, 0b0100_0000, 0]))
        #expect(try repeats([short | 3, 0x82, 1, 0b0100_0000, 0]))
        #expect(try repeats([short | 3, 0x02, 0b0100_0000, 0]))
        #expect(try !repeats([short | 3, 0x02, 0, 0b0100_0000]))
        // Nothing sent, and the CELT layer, repeat nothing.
        #expect(try !repeats([short]))
        #expect(try !repeats([31 << 3, 0xFF]))
        #expect(try repeats([14 << 3, 0b0100_0000]))
        #expect(try parsed([0xFC, 1]).mode == .celt)
        #expect(try parsed([0xFC, 1]).channels == 2)
    }

    @Test(
        "valid packings count their frames",
        arguments: [
            ([0xF9, 1, 2, 3, 4], 2), ([0xFA, 1, 9, 8], 2), ([0xFA, 252, 0] + Array(repeating: 1, count: 252), 2),
            ([0xFB, 0x03, 1, 2, 3], 3), ([0xFB, 0x82, 1, 9, 8], 2), ([0xFB, 0x41, 2, 7, 0, 0], 1),
            ([0xFB, 0x41, 255, 1] + Array(repeating: 0, count: 256), 1), ([0xFB, 0x06], 6),
        ] as [([UInt8], Int)])
    func packings(bytes: [UInt8], frames: Int) throws {
        #expect(try parsed(bytes).frameCount == frames)
    }

    @Test(
        "broken packings name the rule",
        arguments: [
            ([], .empty), ([0xF9, 1], .oddSize), ([0xFA], .truncated), ([0xFA, 252], .truncated), ([0xFA, 3, 1], .truncated),
            ([0xFB], .truncated), ([0xFB, 0x00], .badFrameCount), ([0xFB, 0x07], .badFrameCount),
            ([0xFB, 0x02, 1], .unevenFrames),
            ([0xFB, 0x41, 3, 1], .truncated), ([0xFB, 0x41, 255], .truncated), ([0xFB, 0x82, 3, 1], .truncated),
            ([0xF8] + Array(repeating: 0, count: 1276), .frameTooLong),
        ] as [([UInt8], OpusPacket.ParsingError)])
    func broken(bytes: [UInt8], error: OpusPacket.ParsingError) {
        #expect(throws: error) { try parsed(bytes) }
    }

    @Test("ten thousand broken packets never last longer than 120 ms", arguments: UInt64(1)...4)
    func mutations(seed: UInt64) {
        var mutator = Mutator(
            seed: seed,
            corpus: [[0xFB, 0xC3, 2, 1, 1, 9, 8, 7, 0, 0], [0xFA, 1, 9, 8], [0xF9, 1, 2, 3, 4], [0xFB, 0x82, 252, 0, 1]])
        for _ in 0..<2500 {
            guard let packet = try? parsed(mutator.next()) else { continue }
            if !(120...5760).contains(packet.duration) { Issue.record("\(packet)") }
        }
    }
}
