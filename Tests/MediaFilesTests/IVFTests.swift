import MediaFiles
import RTCCore
import Testing

@Suite("IVF")
struct IVFTests {
    private func refusal(_ bytes: [UInt8]) -> MediaFileError? {
        do {
            _ = try IVFReader.read(bytes, name: "x.ivf")
            return nil
        } catch {
            return error
        }
    }

    @Test("what is written is read again")
    func roundTrip() throws {
        let video = Samples.video()
        let back = try IVFReader.read(IVFWriter.write(video), name: "x.ivf")
        #expect(back.codec == .vp8)
        #expect((back.width, back.height) == (64, 48))
        #expect(back.frames.count == 20)
        #expect(back.duration == 666_666_667)
        #expect(back.longestKeyFrameInterval == 166_666_667)
        #expect(back.warnings.isEmpty)
        for index in 0..<20 {
            #expect(Array(back.payload(index)) == Array(video.payload(index)))
            #expect(back.frames[index].presentationTime == video.frames[index].presentationTime)
            #expect(back.frames[index].isKey == video.frames[index].isKey)
        }
    }

    @Test("the header's frame count is not trusted, and the first frame need not be at zero")
    func frameCount() throws {
        var bytes = IVFWriter.write(Samples.video(frames: 1))
        bytes[24] = 77
        bytes[32 + 4] = 100
        let video = try IVFReader.read(bytes, name: "x.ivf")
        #expect(video.frames.map(\.presentationTime) == [0])
    }

    @Test("a file that ends anywhere but behind a frame is refused, with the place of the frame that was cut")
    func truncation() {
        let video = Samples.video(frames: 4)
        let bytes = IVFWriter.write(video)
        var ends = [32]
        for frame in video.frames { ends.append((ends.last ?? 0) + 12 + frame.range.count) }
        for count in 1..<bytes.count where !ends.dropFirst().contains(count) {
            let error = refusal(Array(bytes.prefix(count)))
            #expect(error != nil, "\(count) bytes")
            if count > 32 { #expect(error?.offset == ends.last { $0 <= count }, "\(count) bytes") }
        }
        #expect(refusal(Array(bytes.prefix(90)))?.description.hasPrefix("x.ivf: byte 84: 6 bytes of frame 1's header") == true)
    }

    @Test("a hidden frame is refused with the option that avoids it")
    func hidden() {
        var video = Samples.video(frames: 3)
        video.append(Samples.vp8(isKey: false, isShown: false, size: 50, seed: 9), at: 100_000_000, isKey: false)
        let text = refusal(IVFWriter.write(video))?.description ?? ""
        #expect(text.contains("frame 3 is never shown") && text.contains("-auto-alt-ref 0"))
    }

    @Test("time must rise from frame to frame")
    func order() {
        var bytes = IVFWriter.write(Samples.video(frames: 3))
        bytes[32 + 12 + 40 + 4] = 0
        #expect(refusal(bytes)?.description.contains("does not lie behind") == true)
    }

    // The fuzzer wrote a file of four billion units of time a second, in which two frames that followed one another were due in the
    // same nanosecond; the file that was written of them could not be read.
    @Test("two frames in one nanosecond are refused")
    func sameNanosecond() {
        var bytes = IVFWriter.write(Samples.video(frames: 2))
        bytes.replaceSubrange(16..<20, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(refusal(bytes)?.description.contains("less than a nanosecond") == true)
    }

    @Test("the first frame must be a key frame")
    func keyFirst() {
        var video = EncodedVideo(codec: .vp8, width: 64, height: 48, timebase: Timebase(scale: 1, rate: 30))
        video.append(Samples.vp8(isKey: false, size: 50, seed: 9), at: 0, isKey: false)
        #expect(refusal(IVFWriter.write(video))?.description.contains("not a key frame") == true)
    }

    @Test("a size that is not the header's, an empty frame, no frame and another codec are refused")
    func otherRefusals() {
        var video = Samples.video(frames: 3)
        video.width = 66
        #expect(refusal(IVFWriter.write(video))?.description.contains("64x48") == true)
        var empty = Samples.video(frames: 2)
        empty.append([], at: 100_000_000, isKey: false)
        #expect(refusal(IVFWriter.write(empty))?.description.contains("is empty") == true)
        #expect(refusal(IVFWriter.write(Samples.video(frames: 0)))?.description.contains("no frames") == true)
        var vp6 = IVFWriter.write(Samples.video(frames: 2))
        vp6.replaceSubrange(8..<12, with: Array("VP60".utf8))
        #expect(refusal(vp6)?.description.contains("'VP60'") == true)
        var timeless = IVFWriter.write(Samples.video(frames: 2))
        timeless.replaceSubrange(16..<20, with: [0, 0, 0, 0])
        #expect(refusal(timeless)?.offset == 16)
        var endless = IVFWriter.write(Samples.video(frames: 2))
        endless.replaceSubrange((84 + 4)..<(84 + 12), with: [UInt8](repeating: 0xFF, count: 8))
        #expect(refusal(endless)?.description.contains("twelve hours") == true)
    }

    @Test("key frames more than ten seconds apart are reported, also over the seam")
    func keyInterval() throws {
        let timebase = Timebase(scale: 1, rate: 1)
        var video = EncodedVideo(codec: .vp8, width: 64, height: 48, timebase: timebase)
        for second in 0..<12 {
            let frame = Samples.vp8(isKey: second == 0, size: 60, seed: UInt64(second))
            video.append(frame, at: UInt64(second) * 1_000_000_000, isKey: second == 0)
        }
        let back = try IVFReader.read(IVFWriter.write(video), name: "x.ivf")
        #expect(back.longestKeyFrameInterval == 12_000_000_000)
        #expect(back.warnings.first?.contains("key frames are up to 12.0 s apart") == true)
    }

    @Test("a picture that stands for more than half a second is reported with its place, a slow steady rate is not one")
    func gaps() throws {
        func warnings(_ times: [UInt64]) throws -> [String] {
            var video = EncodedVideo(codec: .vp8, width: 64, height: 48, timebase: Timebase(scale: 1, rate: 1000))
            for (index, time) in times.enumerated() {
                video.append(
                    Samples.vp8(isKey: index == 0, size: 60, seed: UInt64(index)), at: time * 1_000_000, isKey: index == 0)
            }
            return try IVFReader.read(IVFWriter.write(video), name: "x.ivf").warnings
        }
        let found = try warnings([0, 100, 200, 900, 1000])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("x.ivf: frames 2 and 3 are 0.7 s apart") == true)
        #expect(try warnings([0, 500, 1000, 1500]).isEmpty)
    }

    @Test("no mutation of a file traps or hangs, and what is read is whole")
    func mutations() {
        let bytes = IVFWriter.write(Samples.video())
        var random = SplitMix64(seed: 1)
        for _ in 0..<10_000 {
            let mutated = Samples.mutate(bytes, using: &random)
            guard let video = try? IVFReader.read(mutated, name: "x.ivf") else { continue }
            #expect(!video.frames.isEmpty && video.frames[0].isKey)
            #expect(video.duration > 0)
            #expect(video.frames.allSatisfy { $0.range.upperBound <= mutated.count && !$0.range.isEmpty })
        }
    }
}

@Suite("Times of files")
struct TimebaseTests {
    @Test("thirtieths of a second become nanoseconds and back")
    func thirtieths() {
        let timebase = Timebase(scale: 1, rate: 30)
        for units: UInt64 in [0, 1, 2, 299, 300, 123_456_789] {
            #expect(timebase.units(timebase.nanoseconds(units) ?? 0) == units)
        }
        #expect(timebase.nanoseconds(300) == 10_000_000_000)
    }

    @Test("what does not fit is nil")
    func overflow() {
        #expect(Timebase(scale: .max, rate: 1).nanoseconds(.max) == nil)
        #expect(Timebase(scale: 1, rate: 1).nanoseconds(.max) == nil)
    }
}
