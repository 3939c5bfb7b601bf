internal import MediaFiles

/// The media files that scenarios and tests use.
public enum Fixtures {
    /// A talking head, 640x360 at 30 frames per second, VP8, ten seconds.
    public static let video = "talking-head.ivf"
    /// Speech, mono Opus, ten seconds.
    public static let audio = "speech.ogg"

    /// Makes both files in a folder that exists; two runs give the same bytes.
    public static func make(in directory: String, progress: (String) -> Void) throws {
        let maker = FixtureMaker()
        let audio = OggOpusWriter.write(try maker.audio())
        try MediaFileBytes.write(audio, path: "\(directory)/\(Self.audio)")
        progress("\(directory)/\(Self.audio): \(audio.count) bytes")
        let video = IVFWriter.write(
            try maker.video { index in
                if index.isMultiple(of: maker.framesPerSecond) {
                    progress("\(directory)/\(Self.video): second \(index / maker.framesPerSecond + 1) of \(maker.seconds)")
                }
            })
        try MediaFileBytes.write(video, path: "\(directory)/\(Self.video)")
        progress("\(directory)/\(Self.video): \(video.count) bytes")
    }
}
