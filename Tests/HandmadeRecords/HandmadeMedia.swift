internal import MediaFiles
public import MediaTracks
internal import RTCCore

/// Small media files that exist in memory alone.
public enum HandmadeMedia {
    /// Thirty pictures of a second, a key frame every ten; one to three packets each.
    public static let video = makeVideo(frames: 30, seed: 1)
    /// Another file of the same length.
    public static let otherVideo = makeVideo(frames: 30, seed: 2)
    /// Fifty frames of 20 ms, the last ten of them silence with equal bytes.
    public static let audio = makeAudio()

    private static func makeVideo(frames: Int, seed: UInt64) -> MediaTrack {
        let timebase = Timebase(scale: 1, rate: 30)
        var video = EncodedVideo(codec: .vp8, width: 64, height: 48, timebase: timebase)
        var random = SplitMix64(seed: seed)
        for index in 0..<frames {
            let size = [900, 1800, 2700][index % 3]
            let payload = (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            video.append(payload, at: timebase.nanoseconds(UInt64(index)) ?? 0, isKey: index.isMultiple(of: 10))
        }
        do {
            return try MediaTrack.make(video, name: "by hand \(seed)")
        } catch {
            preconditionFailure("\(error)")
        }
    }

    private static func makeAudio() -> MediaTrack {
        var audio = EncodedAudio(codec: .opus, channels: 1, preSkip: 0)
        var random = SplitMix64(seed: 3)
        for index in 0..<50 {
            let speech = (0..<80).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            audio.append(index < 40 ? speech : [0xF8, 0xFF, 0xFE], duration: 960)
        }
        do {
            return try MediaTrack.make(audio, name: "speech by hand")
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
