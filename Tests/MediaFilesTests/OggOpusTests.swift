import MediaFiles
import RTCCore
import Testing

@Suite("Opus in Ogg, RFC 7845")
struct OggOpusTests {
    private func refusal(_ bytes: [UInt8]) -> MediaFileError? {
        do {
            _ = try OggOpusReader.read(bytes, name: "x.ogg")
            return nil
        } catch {
            return error
        }
    }

    /// Where each page begins.
    private func pages(_ bytes: [UInt8]) -> [Int] {
        bytes.indices.filter { bytes[$0...].starts(with: Array("OggS".utf8)) }
    }

    @Test("what is written is read again, tags and levels too")
    func roundTrip() throws {
        var audio = Samples.audio()
        audio.endTrim = 100
        audio.levels = audio.packets.indices.map { UInt8($0 % 128) }
        let back = try OggOpusReader.read(OggOpusWriter.write(audio), name: "x.ogg")
        #expect(back.channels == 1)
        #expect(back.preSkip == 312)
        #expect(back.endTrim == 100)
        #expect(back.comments == audio.comments)
        #expect(back.levels == audio.levels)
        #expect(back.duration == audio.duration)
        #expect(back.packets.map(\.duration) == audio.packets.map(\.duration))
        for index in audio.packets.indices { #expect(Array(back.payload(index)) == Array(audio.payload(index))) }
    }

    @Test("a packet knows where it began in the file")
    func offsets() throws {
        let bytes = OggOpusWriter.write(Samples.audio())
        let audio = try OggOpusReader.read(bytes, name: "x.ogg")
        for index in audio.packets.indices {
            let offset = try #require(audio.packets[index].fileOffset)
            #expect(bytes[offset...].starts(with: audio.payload(index)))
        }
    }

    @Test("tags longer than a page are read")
    func longTags() throws {
        var audio = Samples.audio(packets: 3)
        audio.comments = [String(repeating: "ä", count: 70_000)]
        #expect(try OggOpusReader.read(OggOpusWriter.write(audio), name: "x.ogg").comments == audio.comments)
    }

    @Test("every file that was cut short is refused")
    func truncation() {
        let bytes = OggOpusWriter.write(Samples.audio(packets: 60))
        for count in 0..<bytes.count { #expect(refusal(Array(bytes.prefix(count))) != nil, "\(count) bytes") }
    }

    @Test("every flipped bit is found")
    func checksum() {
        let bytes = OggOpusWriter.write(Samples.audio(packets: 8))
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 1 << UInt8(place & 7)
            #expect(refusal(damaged) != nil, "byte \(place)")
        }
    }

    @Test("a damaged page is named by its place")
    func damagedPage() {
        var bytes = OggOpusWriter.write(Samples.audio())
        let page = pages(bytes)[3]
        bytes[page + 300] ^= 1
        let error = refusal(bytes)
        #expect(error?.offset == page)
        #expect(error?.what == "the page's checksum does not fit its bytes")
    }

    @Test("a missing page, a second stream and a second file behind the first are refused")
    func order() {
        let bytes = OggOpusWriter.write(Samples.audio())
        let pages = pages(bytes)
        var gap = bytes
        gap.removeSubrange(pages[3]..<pages[4])
        #expect(refusal(gap)?.description.contains("page 3 is missing") == true)
        #expect(refusal(bytes + bytes)?.description.contains("another stream follows") == true)
        let other = OggOpusWriter.write(Samples.audio(), serial: 2)
        let mixed = Array(bytes[..<pages[1]] + other[..<pages[1]] + bytes[pages[1]...])
        #expect(refusal(mixed)?.description.contains("more than one stream") == true)
        #expect(refusal(Array(bytes[pages[1]...]))?.description.contains("not the beginning") == true)
    }

    @Test("a gap in time is refused")
    func granule() {
        let bytes = OggOpusWriter.write(Samples.audio())
        var late = bytes
        late[pages(bytes)[4] + 6 + 2] += 1
        #expect(refusal(Samples.withRightChecksums(late))?.description.contains("granule position") == true)
    }

    @Test("another codec in Ogg and more than two channels are refused")
    func otherCodecs() {
        let bytes = OggOpusWriter.write(Samples.audio())
        var vorbis = bytes
        vorbis.replaceSubrange(28..<36, with: Array("\u{1}vorbis\u{0}".utf8))
        #expect(refusal(Samples.withRightChecksums(vorbis))?.description.contains("Vorbis") == true)
        var surround = bytes
        surround[28 + 9] = 6
        #expect(refusal(Samples.withRightChecksums(surround))?.description.contains("6 channels") == true)
    }

    @Test(
        "the duration of a packet is read from its first byte, RFC 6716 §3.1",
        arguments: [
            ([0x00, 1], 480), ([0x08, 1], 960), ([0x10, 1], 1920), ([0x18, 1], 2880), ([0x60, 1], 480), ([0x68, 1], 960),
            ([0x80, 1], 120), ([0xF8, 1], 960), ([0xF9, 1, 1], 1920), ([0xFB, 0x06], 5760), ([0x1B, 0x02], 5760),
        ] as [([UInt8], UInt32)])
    func durations(packet: [UInt8], duration: UInt32) throws {
        #expect(try #require(OpusPacketHeader(packet[...])).duration == duration)
    }

    @Test(
        "packets of a length that no caller sends are reported, a last one that is shorter is not",
        arguments: [
            ([960, 960, 960], nil), ([480, 480], nil), ([2880, 2880, 960], nil), ([120, 120], "packets last 2.5 ms,"),
            ([5760, 5760], "packets last 120.0 ms,"), ([960, 2880, 960], "packets last 20.0 ms to 60.0 ms by turns"),
            ([960, 120, 960], "packets last 2.5 ms to 20.0 ms,"),
        ] as [([UInt32], String?)])
    func durationWarnings(durations: [UInt32], warning: String?) throws {
        // CELT in one frame, or six of 20 ms.
        let heads: [UInt32: [UInt8]] = [120: [0xE0], 480: [0xF0], 960: [0xF8], 2880: [0xFB, 0x03], 5760: [0xFB, 0x06]]
        var audio = EncodedAudio(codec: .opus, channels: 1, preSkip: 0)
        for duration in durations { audio.append((heads[duration] ?? []) + [UInt8](repeating: 7, count: 12), duration: duration) }
        let warnings = try OggOpusReader.read(OggOpusWriter.write(audio), name: "x.ogg").warnings
        #expect(warnings.count == (warning == nil ? 0 : 1))
        #expect(warnings.first?.contains(warning ?? "x") ?? true, "\(warnings)")
    }

    @Test(
        "packets against the rules of RFC 6716 §3.4 are refused",
        arguments: [
            [], [0xF9, 1], [0xFA, 252], [0xFA, 9, 1], [0xFB], [0xFB, 0x00], [0xFB, 0x07], [0xFB, 0x02, 1], [0xFB, 0x41, 9],
            [0xFB, 0x82, 5, 1], [0xF8] + [UInt8](repeating: 1, count: 1276),
        ] as [[UInt8]])
    func malformed(packet: [UInt8]) {
        #expect(OpusPacketHeader(packet[...]) == nil)
    }

    @Test("no mutation of a file traps or hangs, with its checksums wrong or right")
    func mutations() {
        var corpus = Samples.audio(packets: 24)
        corpus.levels = [UInt8](repeating: 0x2A, count: 24)
        let bytes = OggOpusWriter.write(corpus)
        var random = SplitMix64(seed: 2)
        var accepted = 0
        for round in 0..<10_000 {
            var mutated = Samples.mutate(bytes, using: &random)
            if !round.isMultiple(of: 4) { mutated = Samples.withRightChecksums(mutated) }
            guard let audio = try? OggOpusReader.read(mutated, name: "x.ogg") else { continue }
            accepted += 1
            #expect(!audio.packets.isEmpty && audio.duration > 0)
            #expect(audio.levels.map { $0.count == audio.packets.count } ?? true)
        }
        #expect(accepted > 100)
    }
}
