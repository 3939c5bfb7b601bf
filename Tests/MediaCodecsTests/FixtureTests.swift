import Foundation
import MediaCodecs
import MediaFiles
import MediaTracks
import RTCCore
import Testing

/// The files that are kept beside the code.
private let folder =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/") + "/fixtures"

private func fixture(_ name: String) throws -> Fixture {
    try #require(Fixture(path: name))
}

@Suite("The fixtures that are kept")
struct KeptFixtureTests {
    static let kept = Fixture.all.filter(\.isKept)

    @Test(
        "every frame decodes, is unlike the others and carries its number; flashes and chirps meet; the bitrate is as promised",
        arguments: kept)
    func check(fixture: Fixture) throws {
        let file = try MediaFileBytes.read(path: "\(folder)/\(fixture.fileName)")
        #expect(FixtureCheck.faults(in: file, of: fixture) == [])
    }

    @Test("each loads without a warning, as a loop of ten seconds", arguments: kept)
    func loads(fixture: Fixture) throws {
        let track = try MediaTrack.load(path: "\(folder)/\(fixture.fileName)")
        #expect(track.warnings.isEmpty)
        #expect(track.frameCount == fixture.frameCount)
        #expect(track.loopDuration == 10_000_000_000)
        #expect((track.width, track.height) == (fixture.size?.width ?? 0, fixture.size?.height ?? 0))
        #expect(track.channels == fixture.channels)
        guard fixture.kind.isVideo else {
            #expect(track.hasMeasuredLevels)
            return
        }
        #expect(track.keyFrames == Array(stride(from: 0, to: fixture.frameCount, by: fixture.framesPerSecond)))
    }

    @Test("speech is loud and quiet by turns; music and tone are loud throughout; silence is quiet but for the chirps")
    func levels() throws {
        func levels(_ name: String) throws -> [UInt8] {
            let track = try MediaTrack.load(path: "\(folder)/\(name)")
            #expect((0..<500).allSatisfy { !track.frame($0).isSilence })
            return (0..<500).map { track.frame($0).audioLevel }
        }
        let speech = try levels("speech.ogg")
        #expect(speech.count { $0 < 30 } > 200)
        #expect(speech.count { $0 > 50 } > 80)
        #expect(try levels("music.ogg").allSatisfy { $0 < 40 })
        #expect(try levels("tone.ogg").allSatisfy { (8...22).contains($0) })
        let silence = try levels("silence.ogg")
        #expect(silence.count { $0 > 60 } > 460)
        #expect((10...40).contains(silence.count { $0 < 40 }))
    }

    @Test("a shared screen turns its page with one huge frame every five seconds, far from key frames and flashes")
    func hugeFrames() throws {
        let track = try MediaTrack.load(path: "\(folder)/screen-360p.ivf")
        let sizes = (0..<track.frameCount).map { track.frame($0).size }
        let mean = sizes.reduce(0, +) / sizes.count
        // W3C webrtc-stats: huge is what has two and a half times the mean.
        let huge = sizes.indices.filter { !$0.isMultiple(of: 10) && !(5...6).contains($0 % 10) && sizes[$0] * 2 > mean * 5 }
        #expect(huge == [27, 77])
    }

    @Test("all together they are less than three megabytes")
    func size() throws {
        let sizes = try Self.kept.map { try MediaFileBytes.read(path: "\(folder)/\($0.fileName)").count }
        #expect(sizes.reduce(0, +) < 3_000_000)
    }
}

@Suite("What the check of a fixture finds")
struct FixtureCheckTests {
    private func faults(_ fixture: Fixture, _ spoil: (inout EncodedVideo) throws -> Void) throws -> [String] {
        let path = "\(folder)/\(fixture.fileName)"
        var video = try IVFReader.read(MediaFileBytes.read(path: path), name: path)
        try spoil(&video)
        return FixtureCheck.faults(in: IVFWriter.write(video), of: fixture)
    }

    /// The same video with other payloads.
    private func rebuilt(_ video: EncodedVideo, _ payload: (Int) -> ArraySlice<UInt8>) -> EncodedVideo {
        var other = EncodedVideo(codec: video.codec, width: video.width, height: video.height, timebase: video.timebase)
        for index in video.frames.indices {
            other.append(payload(index), at: video.frames[index].presentationTime, isKey: video.frames[index].isKey)
        }
        return other
    }

    @Test("a frame in another's place: equal frames, and a number that is wrong")
    func swapped() throws {
        let found = try faults(try fixture("high-motion-180p.ivf")) { video in
            let original = video
            video = rebuilt(original) { original.payload($0 == 30 ? 0 : $0) }
        }
        #expect(found.contains("two of its frames are equal"))
        #expect(found.contains("frame 30 carries the number 0"))
    }

    @Test("a rate, a size and a length that are not the fixture's")
    func otherFixture() throws {
        let file = try MediaFileBytes.read(path: "\(folder)/screen-360p.ivf")
        let found = FixtureCheck.faults(in: file, of: try fixture("high-motion-180p.ivf"))
        #expect(found.contains { $0.hasPrefix("its bitrate is") })
        #expect(found.contains("it has 100 frames, not 300"))
        #expect(found.contains("it has 640x360 pixels, not 320x180"))
    }

    @Test("sound whose chirps come 20 ms late, or not at all")
    func lateChirps() throws {
        let speech = try fixture("speech.ogg")
        let audio = try OggOpusReader.read(MediaFileBytes.read(path: "\(folder)/speech.ogg"), name: "speech.ogg")
        func turned(by count: Int) -> [String] {
            var late = EncodedAudio(codec: .opus, channels: 1, preSkip: 0)
            for index in audio.packets.indices {
                late.append(audio.payload((index + audio.packets.count - count) % audio.packets.count), duration: 960)
            }
            return FixtureCheck.faults(in: OggOpusWriter.write(late), of: speech)
        }
        #expect(turned(by: 1).count { $0.contains("the chirp of second") } == 10)
        #expect(turned(by: 10).count { $0.contains("the chirp of second") } == 10)
        #expect(turned(by: 0) == ["it carries no levels"])
    }

    @Test("a file that is none")
    func noFile() throws {
        #expect(FixtureCheck.faults(in: [1, 2, 3], of: try fixture("tone.ogg")).count == 1)
    }
}

@Suite("Making fixtures")
struct FixtureMakerTests {
    /// One second, small and slow enough for a build that is not optimised.
    private func maker(_ kind: Fixture.Kind) throws -> FixtureMaker {
        var maker = FixtureMaker(try #require(Fixture.all.first { $0.kind == kind }))
        maker.seconds = 1
        guard kind.isVideo else { return maker }
        maker.width = 160
        maker.height = 90
        maker.framesPerSecond = 10
        maker.bitrate = 100_000
        return maker
    }

    @Test("two runs give the same bytes, and another seed gives others", arguments: Fixture.Kind.allCases)
    func determinism(kind: Fixture.Kind) throws {
        let maker = try maker(kind)
        var other = maker
        other.seed = 2
        let files = try [maker, maker, other].map { try $0.file() }
        #expect(files[0] == files[1])
        #expect(files[0] != files[2])
    }

    @Test("every kind at every size shows its number", arguments: Fixture.all.filter(\.kind.isVideo))
    func numbers(fixture: Fixture) throws {
        var maker = FixtureMaker(fixture)
        maker.seconds = 1
        // Few pictures, each with the bits of one at the fixture's own rate.
        maker.framesPerSecond = 4
        maker.bitrate = fixture.bitrate * 4 / fixture.framesPerSecond
        let video = try maker.video()
        #expect(video.frames.count == 4)
        var decoder = try VPXDecoder()
        var flashes: [Int] = []
        for index in video.frames.indices {
            let image = try #require(try decoder.decode(video.payload(index)))
            #expect(IdStrip.read(image) == UInt32(index))
            if FlashAndChirp.isFlash(image) { flashes.append(index) }
        }
        #expect(flashes == [2])
    }

    @Test("what is made loads as tracks, with the levels that a decoder finds", arguments: Fixture.Kind.allCases)
    func loads(kind: Fixture.Kind) throws {
        let file = try maker(kind).file()
        guard !kind.isVideo else {
            #expect(try MediaTrack.make(IVFReader.read(file, name: "v"), name: "v").loopDuration == 1_000_000_000)
            return
        }
        let audio = try OggOpusReader.read(file, name: "a")
        #expect(try MediaTrack.make(audio, name: "a", levels: audio.levels).loopTicks == 48_000)
        #expect(audio.levels == AudioLevel.measure(audio))
    }

    @Test("the tone has a thousand hertz")
    func tone() throws {
        let audio = try maker(.tone).audio()
        var decoder = try OpusDecoder(channels: 1)
        var samples: [Int16] = []
        for index in audio.packets.indices { samples += try decoder.decode(audio.payload(index)) }
        // Before the chirp: rising edges through zero, counted over 400 ms.
        let part = samples[2400..<(2400 + 19_200)]
        #expect(abs(zip(part, part.dropFirst()).count { $0 < 0 && $1 >= 0 } - 400) <= 1)
    }

    @Test("the chirp rises from 600 to 3400 Hz under its window")
    func chirp() {
        for (index, value) in FlashAndChirp.chirp().enumerated() {
            let time = Double(index) / 48_000
            let exact = (0.5 - 0.5 * cos(2 * .pi * time / 0.04)) * sin(2 * .pi * (600 * time + 35_000 * time * time))
            #expect(abs(value - exact) < 1e-12)
        }
    }
}

@Suite("The number in the picture")
struct IdStripTests {
    @Test(
        "reads what was drawn, at every size",
        arguments: [(160, 90), (320, 180), (640, 360), (1280, 720), (176, 144), (53, 17)])
    func roundTrip(width: Int, height: Int) {
        for id: UInt32 in [0, 1, 299, 0xDEAD_BEEF, .max] {
            var image = I420Image(width: width, height: height, luma: 90)
            IdStrip.draw(id, into: &image)
            #expect(IdStrip.read(image) == id)
        }
    }

    @Test("no strip, no number; a wrong cell, no number")
    func absence() {
        var image = I420Image(width: 640, height: 180, luma: 90)
        #expect(IdStrip.read(image) == nil)
        IdStrip.draw(77, into: &image)
        for index in image.luma.indices where index % 640 >= 250 && index % 640 < 258 { image.luma[index] = 235 }
        #expect(IdStrip.read(image) == nil)
    }

    @Test("one of two strips is enough")
    func twoStrips() {
        var image = I420Image(width: 640, height: 360)
        IdStrip.draw(77, into: &image)
        for index in 0..<(640 * 8) { image.luma[index] = 16 }
        #expect(IdStrip.read(image) == 77)
    }
}
