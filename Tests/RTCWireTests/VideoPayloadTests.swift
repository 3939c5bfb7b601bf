import RTCCore
import RTCWire
import Testing

/// The facts of one payload.
func videoPayload(_ bytes: [UInt8], _ format: PayloadFormat) -> VideoPayload? {
    bytes.withUnsafeBytes { VideoPayload.parse($0, format: format) }
}

private func fingerprint(_ bytes: [UInt8]) -> FrameFingerprint {
    bytes.withUnsafeBytes { FrameFingerprint($0) }
}

@Suite("VP9 payloads, RFC 9628")
struct VP9PayloadTests {
    /// A key frame of 320x180, profile 0.
    static let key: [UInt8] = [0x82, 0x49, 0x83, 0x42, 0x00, 0x13, 0xF0, 0x0B, 0x36, 0xAA]
    static let first: [UInt8] =
        [VP9PayloadDescriptor.flags(isKeyFrame: true, beginsFrame: true, endsFrame: false), 0x92, 0x67, 0, 7]
        + VP9PayloadDescriptor.structure(width: 320, height: 180)

    private func parsed(_ bytes: [UInt8]) throws -> VP9PayloadDescriptor {
        try VP9PayloadDescriptor.parse(bytes.span.bytes)
    }

    private func frameHeader(_ bytes: [UInt8]) throws -> VP9FrameHeader {
        try VP9FrameHeader.parse(bytes.span.bytes)
    }

    @Test("the first packet of a key frame in non-flexible mode, with its structure")
    func keyFrame() throws {
        let descriptor = try parsed(Self.first)
        #expect(descriptor.beginsPicture)
        #expect(descriptor.isInterPredicted == false)
        #expect(descriptor.pictureID == 4711)
        #expect(descriptor.tl0PicIdx == 7)
        #expect((descriptor.width, descriptor.height) == (320, 180))
        #expect(descriptor.size == Self.first.count)
    }

    @Test("a flexible descriptor names up to three references, and no more")
    func flexible() throws {
        let descriptor = try parsed([0xF8, 0x11, 0x24, 0x03, 0x05, 0x06])
        #expect(descriptor.isFlexible)
        #expect(descriptor.pictureID == 17)
        #expect((descriptor.temporalID, descriptor.spatialID) == (1, 2))
        #expect(descriptor.tl0PicIdx == nil)
        #expect(descriptor.beginsPicture == false)
        #expect(descriptor.size == 6)
        #expect(throws: VP9PayloadDescriptor.ParsingError.tooManyReferences) { try parsed([0x58, 0x03, 0x05, 0x07]) }
        #expect(throws: VP9PayloadDescriptor.ParsingError.truncated) { try parsed([0x58, 0x03]) }
    }

    @Test("a structure of three layers tells the size of the largest")
    func layers() throws {
        let descriptor = try parsed([0x0A, 0x58, 0, 80, 0, 45, 0, 160, 0, 90, 1, 64, 0, 180, 1, 0x04, 1, 0xEE])
        #expect((descriptor.width, descriptor.height) == (320, 180))
        #expect(descriptor.size == 17)
    }

    @Test("the header of a key frame tells its size, that of another its kind")
    func frameHeaders() throws {
        let key = try frameHeader(Self.key)
        #expect(key.isKeyFrame && key.isShown)
        #expect((key.profile, key.width, key.height) == (0, 320, 180))
        #expect(try frameHeader([0x86]).isKeyFrame == false)
        #expect(try frameHeader([0x84]).isShown == false)
        #expect(try frameHeader([0x88]).showsExisting)
        #expect(throws: VP9FrameHeader.ParsingError.noFrameMarker) { try frameHeader([0x49, 0x83]) }
        #expect(throws: VP9FrameHeader.ParsingError.noSyncCode) { try frameHeader([0x82, 0x49, 0x83, 0x43, 0, 0]) }
        #expect(throws: VP9FrameHeader.ParsingError.truncated) { try frameHeader([0x82, 0x49, 0x83, 0x42, 0]) }
    }

    @Test("frames of one index are a superframe")
    func superframe() {
        func isSuperframe(_ bytes: [UInt8]) -> Bool { VP9FrameHeader.isSuperframe(bytes.span.bytes) }
        #expect(isSuperframe([1, 2, 3, 0xC1, 2, 1, 0xC1]))
        #expect(!isSuperframe([1, 2, 3, 0xC2, 2, 1, 0xC1]))
        #expect(!isSuperframe([0xC1]))
    }

    @Test("packets of a frame add up to its fingerprint, and the first says what it is")
    func payload() throws {
        let first = try #require(videoPayload(Self.first + Self.key, .vp9))
        let middle = VP9PayloadDescriptor.flags(isKeyFrame: true, beginsFrame: false, endsFrame: true)
        let last = try #require(videoPayload([middle, 0x92, 0x67, 0, 7, 1, 2, 3], .vp9))
        #expect((first.start, first.isKey, first.width) == (.yes, true, 320))
        #expect((last.start, last.isKey) == (.no, false))
        var whole = first.fingerprint
        whole.append(last.fingerprint)
        #expect(whole == fingerprint(Self.key + [1, 2, 3]))
        let inter = VP9PayloadDescriptor.flags(isKeyFrame: false, beginsFrame: true, endsFrame: true)
        #expect(videoPayload([inter, 0x92, 0x68, 0, 8, 0x86], .vp9)?.isKey == false)
    }
}

@Suite("H.264 payloads, RFC 6184")
struct H264PayloadTests {
    /// 320x180 at 30/s, constrained baseline, level 1.3, as x264 writes it.
    static let parameters: [UInt8] = [
        0x67, 0x42, 0xC0, 0x0D, 0xD9, 0x01, 0x41, 0x9F, 0x9F, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x03,
        0xC8, 0xF1, 0x42, 0xA4, 0x80,
    ]
    static let picture: [UInt8] = [0x68, 0xCB, 0x83, 0xCB, 0x20]
    static let refresh: [UInt8] = [0x65, 0x88, 0x84, 0x0A, 1, 2, 3, 4]
    static let slice: [UInt8] = [0x41, 0x9A, 0x21, 9, 8, 7]

    static func aggregate(_ units: [[UInt8]]) -> [UInt8] {
        units.reduce(into: [0x78]) { $0 += [UInt8($1.count >> 8), UInt8($1.count & 0xFF)] + $1 }
    }

    private func read(_ unit: [UInt8]) -> H264SequenceParameters? { H264SequenceParameters(unit.span.bytes) }

    @Test("a parameter set tells the profile, the size and the rate")
    func sequenceParameters() throws {
        let parameters = try #require(read(Self.parameters))
        #expect(parameters.profileLevelID == 0x42C00D)
        #expect((parameters.width, parameters.height) == (320, 180))
        #expect(parameters.rate.map { Double($0) / Double($1) } == 30)
        for count in 0..<9 { #expect(read(Array(Self.parameters[..<count])) == nil) }
    }

    @Test("the header of a slice tells where it begins and what it may refer to")
    func sliceHeader() throws {
        func header(_ unit: [UInt8]) -> (firstMacroblock: Int, type: Int)? { H264NALUnit.sliceHeader(unit.span.bytes) }
        let key = try #require(header(Self.refresh))
        #expect((key.firstMacroblock, key.type) == (0, 2))
        let slice = try #require(header(Self.slice))
        #expect((slice.firstMacroblock, slice.type) == (0, 0))
        #expect(header([0x41]) == nil)
    }

    @Test("a key frame begins with its parameter sets, whether they share a packet or not")
    func keyFrame() throws {
        let sets = try #require(videoPayload(Self.aggregate([Self.parameters, Self.picture]), .h264))
        #expect((sets.start, sets.isKey, sets.width, sets.height) == (.yes, false, 320, 180))
        #expect(sets.fingerprint == fingerprint(Self.parameters + Self.picture))
        #expect(videoPayload(Self.parameters, .h264)?.start == .yes)
        #expect(videoPayload(Self.picture, .h264)?.start == .untold)
        let refresh = try #require(videoPayload(Self.refresh, .h264))
        #expect((refresh.start, refresh.isKey) == (.untold, true))
    }

    @Test("fragments add up to the unit that they were cut from")
    func fragments() throws {
        let first = try #require(videoPayload([0x7C, 0x85] + Self.refresh[1..<4], .h264))
        let middle = try #require(videoPayload([0x7C, 0x05] + Self.refresh[4..<6], .h264))
        let last = try #require(videoPayload([0x7C, 0x45] + Self.refresh[6...], .h264))
        #expect([first.start, middle.start, last.start] == [.untold, .no, .no])
        var whole = first.fingerprint
        whole.append(middle.fingerprint)
        whole.append(last.fingerprint)
        #expect(whole == fingerprint(Self.refresh))
        #expect(first.isKey)
    }

    @Test("a picture's first slice begins a frame, its second does not")
    func slices() {
        #expect(videoPayload(Self.slice, .h264)?.start == .yes)
        #expect(videoPayload([0x41, 0x1A, 0x21, 9], .h264)?.start == .untold)
        #expect(videoPayload([0x5C, 0x81, 0x9A, 0x21], .h264)?.start == .yes)
        #expect(videoPayload([0x5C, 0x81, 0x1A, 0x21], .h264)?.start == .untold)
    }

    @Test("a unit that is nothing but its header ends a sequence or a stream, §7.3.2.5 of H.264")
    func ends() {
        #expect(videoPayload([0x0A], .h264)?.start == .untold)
        #expect(videoPayload([0x0B], .h264)?.start == .untold)
        #expect(videoPayload([0x68], .h264) == nil)
    }

    @Test("interleaved packets, sizes past the end and empty units are refused")
    func refused() {
        for bytes: [UInt8] in [
            [], [0x67], [0x79, 0, 0, 1], [0x7D, 0x85, 1, 2], [0x78, 0, 9, 1], [0x78, 0, 0], [0x78, 0], [0x7C, 0x85], [0xE7, 1],
        ] {
            #expect(videoPayload(bytes, .h264) == nil, "\(bytes)")
        }
    }

    @Test("different bytes name one profile, and level 1b is below 1.1, table 5")
    func profiles() throws {
        func profile(_ text: String) -> H264ProfileLevel.Profile? { H264ProfileLevel(text)?.profile }
        for text in ["42e01f", "42C01E", "4d801f", "58c01f"] { #expect(profile(text) == .constrainedBaseline, "\(text)") }
        #expect(profile("42001f") == .baseline)
        #expect(profile("4d001f") == .main)
        #expect(profile("64001f") == .high)
        #expect(profile("640c1f") == .constrainedHigh)
        #expect(profile("7a001f") == .other(0x7A00))
        #expect(H264ProfileLevel("42e01f")?.level == 31)
        #expect(H264ProfileLevel("42f00b")?.level == 9)
        #expect(H264ProfileLevel("42e00b")?.level == 11)
        for text in ["", "42e01", "42e01fff", "42e01g"] { #expect(H264ProfileLevel(text) == nil) }
    }
}

@Suite("AV1 payloads, version 1.0")
struct AV1PayloadTests {
    /// Profile 0, level index 0, 320x180, as libaom writes it.
    static let sequence: [UInt8] = [0x08, 0x00, 0x00, 0x00, 0x04, 0x3C, 0xFE, 0xCC, 0xDA, 0xF9, 0x00, 0x40]
    static let frame: [UInt8] = [0x30, 0x10, 1, 2, 3, 4, 5]

    @Test("LEB128 is read to its end, and no further than 32 bits")
    func leb128() {
        func read(_ bytes: [UInt8]) -> (value: Int, end: Int)? { AV1OpenBitstreamUnit.readLEB128(bytes.span.bytes, at: 0) }
        for value in [0, 1, 127, 128, 300, 16_383, 16_384, 70_000, Int(UInt32.max)] {
            let bytes = AV1OpenBitstreamUnit.leb128(value)
            #expect(read(bytes)?.value == value)
            #expect(read(bytes)?.end == bytes.count)
        }
        #expect(read([0x80, 0x80]) == nil)
        #expect(read(AV1OpenBitstreamUnit.leb128(Int(UInt32.max) + 1)) == nil)
    }

    @Test("a sequence header tells profile, level and size")
    func sequenceHeader() throws {
        func read(_ unit: ArraySlice<UInt8>) -> AV1SequenceHeader? { AV1SequenceHeader(unit.span.bytes) }
        let header = try #require(read(Self.sequence[1...]))
        #expect((header.profile, header.levelIndex, header.tier) == (0, 0, 0))
        #expect((header.width, header.height) == (320, 180))
        for count in 0..<7 { #expect(read(Self.sequence[1..<(1 + count)]) == nil) }
    }

    @Test("a key frame in two packets: N begins it, Z and Y join its parts")
    func keyFrame() throws {
        let first = try #require(videoPayload([0x68, UInt8(Self.sequence.count)] + Self.sequence + Self.frame[..<3], .av1))
        let last = try #require(videoPayload([0x90] + Self.frame[3...], .av1))
        #expect((first.start, first.isKey, first.width, first.height) == (.yes, true, 320, 180))
        #expect((last.start, last.isKey) == (.no, false))
        var whole = first.fingerprint
        whole.append(last.fingerprint)
        #expect(whole == fingerprint(Self.sequence + Self.frame))
    }

    @Test("a frame begins a packet of its own; a tile group says nothing")
    func starts() {
        #expect(videoPayload([0x10] + Self.frame, .av1)?.start == .yes)
        #expect(videoPayload([0x10, 0x20, 1, 2], .av1)?.start == .untold)
        // A frame of the second spatial layer.
        #expect(videoPayload([0x10, 0x34, 0x08, 1, 2], .av1)?.start == .untold)
    }

    @Test("with W at zero each element has its size")
    func sizes() throws {
        let packet = try #require(videoPayload([0x00, 2, 0x28, 9, 3, 0x30, 1, 2], .av1))
        #expect(packet.fingerprint == fingerprint([0x28, 9, 0x30, 1, 2]))
    }

    @Test("sizes past the end, more elements than W, and a key frame that continues are refused")
    func refused() {
        for bytes: [UInt8] in [[], [0x10], [0x00, 9, 1], [0x20, 0x80], [0x98, 1, 2], [0x00, 0]] {
            #expect(videoPayload(bytes, .av1) == nil, "\(bytes)")
        }
    }
}

@Suite("Video payloads of every codec")
struct VideoPayloadMutationTests {
    @Test(
        "ten thousand broken packets of each codec are read within their bounds", arguments: PayloadFormat.allCases, UInt64(1)...4
    )
    func mutations(format: PayloadFormat, seed: UInt64) {
        let corpus: [[UInt8]] =
            switch format {
            case .opus, .vp8: [[0x90, 0x80, 0x11, 0x50, 0x42, 0x01, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0xE0, 0x41, 0xFF]]
            case .vp9: [VP9PayloadTests.first + VP9PayloadTests.key, [0xF8, 0x11, 0x24, 0x03, 0x05, 0x06, 0x86]]
            case .h264:
                [
                    H264PayloadTests.aggregate([H264PayloadTests.parameters, H264PayloadTests.picture, H264PayloadTests.refresh]),
                    H264PayloadTests.parameters, H264PayloadTests.slice, [0x7C, 0x85, 0x88, 0x84],
                ]
            case .av1:
                [
                    [0x68, UInt8(AV1PayloadTests.sequence.count)] + AV1PayloadTests.sequence + AV1PayloadTests.frame,
                    [0x00, 2, 0x28, 9, 3, 0x30, 1, 2], AV1PayloadTests.sequence,
                ]
            }
        var mutator = Mutator(seed: seed, corpus: corpus)
        for _ in 0..<2500 {
            let bytes = mutator.next()
            if let packet = videoPayload(bytes, format), packet.fingerprint.size > bytes.count {
                Issue.record("\(bytes): \(packet)")
            }
            _ = H264SequenceParameters(bytes.span.bytes)
            _ = H264NALUnit.sliceHeader(bytes.span.bytes)
            _ = AV1SequenceHeader(bytes.span.bytes)
            _ = try? VP9FrameHeader.parse(bytes.span.bytes)
            _ = VP9FrameHeader.isSuperframe(bytes.span.bytes)
            if let descriptor = try? VP9PayloadDescriptor.parse(bytes.span.bytes), descriptor.size > bytes.count {
                Issue.record("\(bytes): the descriptor ends outside")
            }
        }
    }
}
