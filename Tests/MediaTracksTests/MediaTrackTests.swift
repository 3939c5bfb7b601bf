import MediaFiles
import MediaTracks
import RTCCore
import Testing

@Suite("Media tracks")
struct MediaTrackTests {
    private func video(sizes: [Int] = [3000, 1160, 1161, 1, 2320, 5000]) -> EncodedVideo {
        let timebase = Timebase(scale: 1, rate: 30)
        var video = EncodedVideo(codec: .vp8, width: 64, height: 48, timebase: timebase)
        var random = SplitMix64(seed: 8)
        for (index, size) in sizes.enumerated() {
            let payload = (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            video.append(payload, at: timebase.nanoseconds(UInt64(index)) ?? 0, isKey: index.isMultiple(of: 3))
        }
        return video
    }

    private func audio(sizes: [Int]) -> EncodedAudio {
        var audio = EncodedAudio(codec: .opus, channels: 1, preSkip: 0)
        var random = SplitMix64(seed: 9)
        for size in sizes { audio.append((0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }, duration: 960) }
        return audio
    }

    @Test("frames are split into packets of nearly equal size that make up the frame again")
    func packets() throws {
        let video = video()
        let track = try MediaTrack.make(video, name: "x", payloadLimit: 1160)
        #expect((0..<6).map { track.frame($0).packetCount } == [3, 1, 2, 1, 2, 5])
        for index in 0..<track.frameCount {
            let frame = track.frame(index)
            let packets = (frame.firstPacket..<(frame.firstPacket + frame.packetCount)).map { track.packet($0) }
            #expect(packets.flatMap { Array($0.payload) } == Array(video.payload(index)))
            let sizes = packets.map(\.count)
            #expect((sizes.max() ?? 0) <= 1160 && (sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
            #expect(packets.map(\.isFirstOfFrame) == packets.indices.map { $0 == 0 })
            #expect(packets.map(\.isLastOfFrame) == packets.indices.map { $0 == packets.count - 1 })
        }
        #expect(track.packetCount == 14)
        #expect(track.payloadSize == 3000 + 1160 + 1161 + 1 + 2320 + 5000)
    }

    @Test("the limit of a packet is the caller's")
    func payloadLimit() throws {
        let track = try MediaTrack.make(video(), name: "x", payloadLimit: 100)
        #expect((0..<track.packetCount).allSatisfy { track.packet($0).count <= 100 })
    }

    @Test("RTP time and due time go on over the seam")
    func times() throws {
        let track = try MediaTrack.make(video(), name: "x")
        #expect((0..<6).map { track.frame($0).rtpOffset } == [0, 3000, 6000, 9000, 12_000, 15_000])
        #expect(track.frame(1).dueOffset == 33_333_333)
        #expect(track.loopTicks == 18_000)
        #expect(track.loopDuration == 200_000_000)
        #expect(track.keyFrames == [0, 3])
        #expect(track.clockRate == 90_000)
        #expect(track.codec == "VP8")
    }

    @Test("a receiver that adds up the packets finds the frame")
    func lookup() throws {
        let track = try MediaTrack.make(video(), name: "x")
        for index in 0..<track.frameCount {
            let frame = track.frame(index)
            var sum = FrameFingerprint.empty
            for packet in 0..<frame.packetCount {
                sum.append(PacketFingerprint(track.packet(frame.firstPacket + packet).payload))
            }
            #expect(sum == frame.fingerprint)
            #expect(track.index(of: sum) == index)
            #expect(track.index(of: FrameFingerprint(crc: sum.crc ^ 1, size: sum.size)) == nil)
        }
    }

    @Test("the table holds thousands of frames")
    func largeTable() throws {
        let track = try MediaTrack.make(audio(sizes: (0..<5000).map { 20 + $0 % 50 }), name: "x")
        #expect((0..<5000).allSatisfy { track.index(of: track.frame($0).fingerprint) == $0 })
        #expect(track.index(of: FrameFingerprint(crc: 1, size: 1)) == nil)
    }

    @Test("a file with two equal frames is refused, and both are named")
    func equalFrames() {
        var twins = video()
        twins.append(Array(twins.payload(2)), at: 200_000_000, isKey: false)
        let error = #expect(throws: MediaFileError.self) { try MediaTrack.make(twins, name: "x.ivf") }
        #expect(error?.description.contains("frames 2 and 6 have equal bytes") == true)
    }

    @Test("silence may repeat, and is not looked up")
    func silence() throws {
        var audio = audio(sizes: [40, 50])
        for _ in 0..<5 { audio.append([0xF8, 0xFF, 0xFE], duration: 960) }
        let track = try MediaTrack.make(audio, name: "x", levels: [20, 30, 1, 2, 3, 4, 5])
        #expect((0..<7).map { track.frame($0).isSilence } == [false, false, true, true, true, true, true])
        #expect((0..<7).map { track.frame($0).audioLevel } == [20, 30, 127, 127, 127, 127, 127])
        #expect(track.index(of: track.frame(3).fingerprint) == nil)
        #expect(track.hasMeasuredLevels)
        #expect(track.warnings.first?.contains("5 of 7 packets are silence") == true)
    }

    @Test("packets of one or two bytes need not be sent, and talk begins behind them but not in their midst, also over the seam")
    func discontinuity() throws {
        var audio = EncodedAudio(codec: .opus, channels: 1, preSkip: 0)
        var random = SplitMix64(seed: 9)
        // Talk, silence with a sign of life in it, and talk; at the seam silence.
        for size in [40, 1, 2, 20, 1, 41, 42, 1] {
            audio.append([9 << 3] + (1..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }, duration: 960)
        }
        let track = try MediaTrack.make(audio, name: "x")
        let frames = (0..<8).map { track.frame($0) }
        #expect(frames.map(\.isDiscontinued) == [false, true, true, false, true, false, false, true])
        // The first packet stands between two silences, as a sign of life does.
        #expect(frames.map(\.beginsTalkSpurt) == [false, false, false, false, false, true, false, false])
        #expect(track.isDiscontinuous)
        #expect(try !MediaTrack.make(self.audio(sizes: [40, 3]), name: "x").isDiscontinuous)
    }

    @Test("a loop so short that a late frame could be the next loop's is reported")
    func shortLoop() throws {
        #expect(
            try MediaTrack.make(audio(sizes: (0..<99).map { 20 + $0 }), name: "x").warnings.first?.contains("lasts 1.98 s")
                == true)
        #expect(try MediaTrack.make(audio(sizes: (0..<100).map { 20 + $0 }), name: "x").warnings.isEmpty)
        #expect(try MediaTrack.make(video(), name: "x").warnings.first?.contains("lasts 0.2 s") == true)
    }

    @Test("audio without levels has the nominal one and says so")
    func nominalLevels() throws {
        let track = try MediaTrack.make(audio(sizes: [40, 50]), name: "x")
        #expect(!track.hasMeasuredLevels)
        #expect(track.frame(0).audioLevel == MediaTrack.nominalLevel)
        #expect((0..<2).map { track.frame($0).rtpOffset } == [0, 960])
        #expect(track.frame(1).dueOffset == 20_000_000)
        #expect((track.loopTicks, track.loopDuration) == (1920, 40_000_000))
    }

    @Test("an audio packet that no datagram holds is refused")
    func largePacket() {
        let error = #expect(throws: MediaFileError.self) { try MediaTrack.make(audio(sizes: [40, 1161]), name: "x") }
        #expect(error?.description.contains("packet 1 has 1161 bytes") == true)
    }

    @Test("a file is known by its bytes, and a strange one is refused with both ways out")
    func strangeFile() {
        let path = "/proc/self/exe"
        let error = #expect(throws: MediaFileError.self) { try MediaTrack.load(path: path) }
        #expect(
            error?.description
                == "/proc/self/exe: the file is a program; give an IVF file with VP8, VP9 or AV1 or an H.264 stream or an Ogg file with Opus"
        )
    }

    @Test("packets outlive the track they came from")
    func immortality() throws {
        func packet() throws -> SharedPacket { try MediaTrack.make(video(), name: "x").packet(0) }
        let payload = Array(try packet().payload)
        #expect(payload == Array(video().payload(0).prefix(1000)))
    }
}
