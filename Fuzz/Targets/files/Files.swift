import FuzzSupport
import MediaFiles

/// Media files: IVF with VP8, VP9 and AV1, byte streams of H.264, and Ogg with Opus (RFC 3533, RFC 7845).
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var bytes = Array(UnsafeRawBufferPointer(start: start, count: size))
    switch MediaFileKind(sniffing: bytes) {
    case .ivf:
        guard let video = try? IVFReader.read(bytes, name: "a.ivf") else { return 0 }
        for frame in video.frames { promise(frame.range.upperBound <= video.bytes.count, "a frame lies inside its bytes") }
        _ = (video.duration, video.longestKeyFrameInterval)
        // OBUs lose their sizes on the way in, and are not written.
        guard video.codec != .av1 else { return 0 }
        if let again = try? IVFReader.read(IVFWriter.write(video), name: "b.ivf") {
            promise(again.frames.count == video.frames.count, "frames survive being written")
        } else {
            fatalError("what was written cannot be read")
        }
    case .annexB:
        guard let video = try? AnnexBReader.read(bytes, name: "a.h264") else { return 0 }
        for frame in video.frames {
            promise(frame.range.upperBound <= video.bytes.count, "a frame lies inside its bytes")
            promise(frame.parts.allSatisfy { frame.range.contains($0.lowerBound) }, "a part lies inside its frame")
        }
        _ = (video.duration, video.longestKeyFrameInterval)
    case .ogg:
        mendChecksums(&bytes)
        guard let audio = try? OggOpusReader.read(bytes, name: "a.ogg") else { return 0 }
        _ = (audio.duration, audio.levels)
        if let again = try? OggOpusReader.read(OggOpusWriter.write(audio), name: "b.ogg") {
            promise(again.packets.map(\.duration) == audio.packets.map(\.duration), "packets survive being written")
        } else {
            fatalError("what was written cannot be read")
        }
    case let kind:
        _ = kind.refusal(of: "a", wantsVideo: true, wantsAudio: true)
    }
    return 0
}

/// Gives every page the checksum that its bytes have, behind which everything else is.
private func mendChecksums(_ bytes: inout [UInt8]) {
    var offset = 0
    while bytes.count - offset >= 27 {
        let segments = Int(bytes[offset + 26])
        guard bytes.count - offset >= 27 + segments else { return }
        let end = offset + 27 + segments + bytes[(offset + 27)..<(offset + 27 + segments)].reduce(0) { $0 + Int($1) }
        guard end <= bytes.count else { return }
        for place in 22..<26 { bytes[offset + place] = 0 }
        var crc: UInt32 = 0
        for byte in bytes[offset..<end] {
            crc ^= UInt32(byte) << 24
            for _ in 0..<8 { crc = (crc << 1) ^ (crc & 0x8000_0000 != 0 ? 0x04C1_1DB7 : 0) }
        }
        for place in 0..<4 { bytes[offset + 22 + place] = UInt8(truncatingIfNeeded: crc >> UInt32(8 * place)) }
        offset = end
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked(seeds(), words: ["DKIF", "VP80", "VP90", "AV01", "OggS", "OpusHead", "OpusTags", "STARLING_LEVELS="])
    return 0
}

private func seeds() -> [[UInt8]] {
    var video = EncodedVideo(codec: .vp8, width: 320, height: 240, timebase: Timebase(scale: 1, rate: 30))
    let key: [UInt8] = [0x10, 2, 0, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00] + [UInt8](repeating: 7, count: 24)
    for index in 0..<4 {
        let delta: [UInt8] = [0x31, 0, 0, UInt8(index), 2, 3]
        video.append(index == 0 ? key : delta, at: UInt64(index) * 33_333_333, isKey: index == 0)
    }
    var audio = EncodedAudio(codec: .opus, channels: 1, preSkip: 312)
    audio.comments = ["TITLE=Seed"]
    for index in 0..<4 { audio.append([0x78, UInt8(index), 1, 2], duration: 960) }
    var long = EncodedAudio(codec: .opus, channels: 2, preSkip: 0)
    long.append([0xFC] + [UInt8](repeating: 3, count: 600), duration: 960)
    return [IVFWriter.write(video), OggOpusWriter.write(audio), OggOpusWriter.write(long)]
}
