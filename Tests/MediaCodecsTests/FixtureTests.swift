import MediaCodecs
import MediaFiles
import MediaTracks
import RTCCore
import Testing

/// The files that are kept beside the code.
private let folder =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/") + "/fixtures"

@Suite("The fixtures that are kept")
struct KeptFixtureTests {
    @Test("every picture decodes, carries its number and flashes once a second; every chirp begins with its flash")
    func alignment() throws {
        let path = "\(folder)/\(Fixtures.video)"
        let video = try IVFReader.read(MediaFileBytes.read(path: path), name: path)
        var decoder = try VP8Decoder()
        var flashes: [UInt64] = []
        for index in video.frames.indices {
            let image = try #require(try decoder.decode(video.payload(index)))
            #expect(IdStrip.read(image) == UInt32(index))
            if FlashAndChirp.isFlash(image) { flashes.append(video.frames[index].presentationTime) }
        }
        #expect(flashes == (0..<10).map { UInt64($0) * 1_000_000_000 + FlashAndChirp.offset })

        let audioPath = "\(folder)/\(Fixtures.audio)"
        let audio = try OggOpusReader.read(MediaFileBytes.read(path: audioPath), name: audioPath)
        var samples: [Int16] = []
        var ears = try OpusDecoder(channels: 1)
        for index in audio.packets.indices { samples += try ears.decode(audio.payload(index)) }
        #expect(samples.count == 480_000)
        // Around each flash only, so that an unoptimised build takes no minute.
        for flash in flashes {
            let expected = Int(flash) / 1_000_000 * 48
            let start = expected - 480
            let chirps = FlashAndChirp.chirps(in: Array(samples[start..<(expected + 2400)]))
            #expect(chirps.count == 1)
            let error = (chirps.first ?? 0) + start - expected
            #expect(abs(error) <= 24, "half a millisecond; was \(error) samples")
        }
    }

    @Test("the video is a loop of ten seconds with a key frame each second and about half a megabit")
    func video() throws {
        let track = try MediaTrack.load(path: "\(folder)/\(Fixtures.video)")
        #expect((track.width, track.height, track.frameCount) == (640, 360, 300))
        #expect(track.keyFrames == Array(stride(from: 0, to: 300, by: 30)))
        #expect((track.loopTicks, track.loopDuration) == (900_000, 10_000_000_000))
        #expect((450_000...550_000).contains(track.bitrate))
        #expect(track.warnings.isEmpty)
    }

    @Test("the audio is a loop of ten seconds with a level for each packet, loud and quiet")
    func audio() throws {
        let track = try MediaTrack.load(path: "\(folder)/\(Fixtures.audio)")
        #expect((track.frameCount, track.packetCount, track.channels) == (500, 500, 1))
        #expect((track.loopTicks, track.loopDuration) == (480_000, 10_000_000_000))
        #expect((26_000...36_000).contains(track.bitrate))
        #expect(track.hasMeasuredLevels)
        let levels = (0..<500).map { track.frame($0).audioLevel }
        #expect(levels.filter { $0 < 30 }.count > 200)
        #expect(levels.filter { $0 > 50 }.count > 80)
        #expect((0..<500).allSatisfy { !track.frame($0).isSilence })
    }

    @Test("both together are less than a megabyte")
    func size() throws {
        let sizes = try [Fixtures.video, Fixtures.audio].map { try MediaFileBytes.read(path: "\(folder)/\($0)").count }
        #expect(sizes.reduce(0, +) < 1_000_000)
    }
}

@Suite("Making fixtures")
struct FixtureMakerTests {
    private var maker: FixtureMaker {
        var maker = FixtureMaker()
        maker.width = 160
        maker.height = 90
        maker.framesPerSecond = 10
        maker.seconds = 1
        maker.videoBitrate = 100_000
        return maker
    }

    @Test("two runs give the same bytes, and another seed gives others")
    func determinism() throws {
        var other = maker
        other.seed = 2
        let videos = try [maker, maker, other].map { IVFWriter.write(try $0.video()) }
        #expect(videos[0] == videos[1])
        #expect(videos[0] != videos[2])
        let sounds = try [maker, maker, other].map { OggOpusWriter.write(try $0.audio()) }
        #expect(sounds[0] == sounds[1])
        #expect(sounds[0] != sounds[2])
    }

    @Test("a small picture at a low rate still shows its number")
    func smallPicture() throws {
        let video = try maker.video()
        #expect(video.frames.count == 10)
        var decoder = try VP8Decoder()
        for index in video.frames.indices {
            #expect(IdStrip.read(try #require(try decoder.decode(video.payload(index)))) == UInt32(index))
        }
    }

    @Test("what is made loads as tracks")
    func loads() throws {
        let video = try MediaTrack.make(IVFReader.read(IVFWriter.write(try maker.video()), name: "v"), name: "v")
        #expect(video.loopDuration == 1_000_000_000)
        let audio = try OggOpusReader.read(OggOpusWriter.write(try maker.audio()), name: "a")
        #expect(try MediaTrack.make(audio, name: "a", levels: audio.levels).loopTicks == 48_000)
        #expect(audio.levels == AudioLevel.measure(audio))
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
