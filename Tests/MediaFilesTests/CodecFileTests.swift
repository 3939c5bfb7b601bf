import MediaFiles
import RTCCore
import RTCWire
import Testing

@Suite("Files of VP9, AV1 and H.264")
struct CodecFileTests {
    static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")

    private func file(_ name: String) throws -> [UInt8] {
        try MediaFileBytes.read(path: "\(Self.root)/fixtures/\(name)")
    }

    private func refusal(_ body: () throws -> EncodedVideo) -> String? {
        do {
            _ = try body()
            return nil
        } catch { return "\(error)" }
    }

    @Test("four seconds with a key frame each second, whatever the codec")
    func fixtures() throws {
        let videos = [
            try IVFReader.read(file("pattern-vp9.ivf"), name: "x"), try IVFReader.read(file("pattern-av1.ivf"), name: "x"),
            try AnnexBReader.read(file("pattern.h264"), name: "x"),
        ]
        #expect(videos.map(\.codec) == [.vp9, .av1, .h264])
        #expect(
            videos.map(\.formatParameters) == [
                "profile-id=0", "profile=0;level-idx=0;tier=0",
                "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42c00d",
            ])
        for video in videos {
            #expect((video.width, video.height) == (320, 180))
            #expect(video.frames.indices.filter { video.frames[$0].isKey } == [0, 30, 60, 90])
            #expect(video.frames.count == 120)
            #expect(video.duration == 4_000_000_000)
            #expect(video.warnings.isEmpty)
        }
    }

    @Test("H.264: a key frame has its parameter sets in front, and what no decoder needs is left out")
    func parameterSets() throws {
        let video = try AnnexBReader.read(file("pattern.h264"), name: "x")
        func types(_ frame: Int) -> [UInt8] { video.frames[frame].parts.map { H264NALUnit.type(video.bytes[$0.lowerBound]) } }
        #expect(types(0) == [7, 8, 5])
        #expect(types(1) == [1])
        #expect(types(30) == [7, 8, 5])
    }

    @Test("AV1: temporal delimiters and sizes are left out")
    func openBitstreamUnits() throws {
        let video = try IVFReader.read(file("pattern-av1.ivf"), name: "x")
        func headers(_ frame: Int) -> [UInt8] { video.frames[frame].parts.map { video.bytes[$0.lowerBound] } }
        #expect(headers(0) == [1 << 3, 6 << 3])
        #expect(headers(1) == [6 << 3])
    }

    @Test("B pictures, a stream cut in the middle, and one that is no H.264 are refused with a way out")
    func refused() throws {
        let sets: [UInt8] = [
            0, 0, 0, 1, 0x67, 0x42, 0xC0, 0x0D, 0xD9, 0x01, 0x41, 0x9F, 0x9F, 0x01, 0x10, 0, 0, 3, 0, 0x10, 0, 0, 3, 3, 0xC8,
            0xF1,
            0x42, 0xA4, 0x80, 0, 0, 0, 1, 0x68, 0xCB, 0x8C, 0xB2,
        ]
        let key: [UInt8] = [0, 0, 1, 0x65, 0x88, 0x84, 0x0A, 1]
        func text(_ bytes: [UInt8]) -> String? { refusal { try AnnexBReader.read(bytes, name: "x.h264") } }
        #expect(text(sets + key + [0, 0, 1, 0x01, 0x9E, 0x21, 1])?.contains("ffmpeg: -bf 0") == true)
        #expect(text(sets + [0, 0, 1, 0x41, 0x9A, 0x21, 9])?.contains("first picture is not a key frame") == true)
        #expect(text(key)?.contains("before its parameter sets") == true)
        #expect(text([0, 0, 1, 0xB3, 0x14, 0, 0xF0])?.contains("this is no H.264") == true)
        #expect(text(sets)?.contains("holds no pictures") == true)
        #expect(text(sets + [0, 0, 1, 0x68, 0, 0, 1] + key)?.contains("picture parameter set is empty") == true)
        #expect(text(Array("DKIF".utf8))?.contains("IVF video") == true)
    }

    @Test("VP9: a superframe, which hides frames, is refused")
    func superframe() throws {
        var bytes = try file("pattern-vp9.ivf")
        let size = Int(bytes[32]) | Int(bytes[33]) << 8
        for (place, byte) in [(0, UInt8(0xC1)), (1, 2), (2, 1), (3, 0xC1)] { bytes[44 + size - 4 + place] = byte }
        #expect(refusal { try IVFReader.read(bytes, name: "x.ivf") }?.contains("-lag-in-frames 0") == true)
    }

    @Test(
        "ten thousand broken files of each codec are read or refused, and nothing else",
        arguments: ["vp9.ivf", "av1.ivf", "h264"])
    func mutations(name: String) throws {
        let whole = try file(name == "h264" ? "pattern.h264" : "pattern-\(name)")
        // As little as holds two frames: a mutation then meets what is parsed.
        var short = Array(whole.prefix(name == "h264" ? 12_000 : 32))
        var offset = 32
        while name != "h264", short.count < 2000 || offset == 32 {
            let size = Int(whole[offset]) | Int(whole[offset + 1]) << 8 | Int(whole[offset + 2]) << 16
            short += whole[offset..<(offset + 12 + size)]
            offset += 12 + size
        }
        var random = SplitMix64(seed: 11)
        var refused = 0
        for _ in 0..<10_000 {
            let bytes = Samples.mutate(short, using: &random)
            do {
                let video = try name == "h264" ? AnnexBReader.read(bytes, name: "x") : IVFReader.read(bytes, name: "x")
                if video.frames.isEmpty { Issue.record("a file without frames was read") }
            } catch { refused += 1 }
        }
        #expect(refused > 100)
    }
}
