/// What every reader must know of a frame, whatever its codec.
struct FrameFacts {
    var isKey: Bool
    /// Frames that others refer to and nobody sees have no time of their own.
    var isShown: Bool
    /// Pixels; zero where the frame does not say.
    var width: Int
    /// Pixels; zero where the frame does not say.
    var height: Int

    init(isKey: Bool, isShown: Bool, width: Int, height: Int) {
        self.isKey = isKey
        self.isShown = isShown
        self.width = width
        self.height = height
    }

    init(vp8 payload: ArraySlice<UInt8>, index: Int, name: String) throws(MediaFileError) {
        guard let header = VP8FrameHeader(payload) else {
            throw MediaFileError(
                file: name, offset: payload.startIndex, what: "frame \(index) is not a VP8 frame",
                remedy: "encode it anew with `\(MediaFileKind.videoConversion(of: name))`")
        }
        self.init(isKey: header.isKey, isShown: header.isShown, width: header.width, height: header.height)
    }

    /// - Parameter offset: Where the frame's payload begins in the file.
    func check(index: Int, of video: EncodedVideo, name: String, offset: Int) throws(MediaFileError) {
        guard isShown else {
            throw MediaFileError(
                file: name, offset: offset,
                what: "frame \(index) is never shown (an alternate reference frame), which RTP has no time for",
                remedy: "encode it without them (ffmpeg: \(Self.withoutHidden(video.codec)))")
        }
        guard index > 0 || isKey else {
            throw MediaFileError(
                file: name, offset: offset, what: "the first frame is not a key frame, so nobody could begin to decode",
                remedy: "cut the file at a key frame")
        }
        guard width == 0 || (width == video.width && height == video.height) else {
            throw MediaFileError(
                file: name, offset: offset + (video.codec == .vp8 ? 6 : 0),
                what: "frame \(index) has \(width)x\(height) pixels, the file's header says \(video.width)x\(video.height)",
                remedy: "use one file for each size")
        }
    }

    /// What keeps an encoder from looking ahead, in ffmpeg's words.
    static func withoutHidden(_ codec: VideoCodec) -> String {
        switch codec {
        case .vp8: "-auto-alt-ref 0"
        case .vp9: "-auto-alt-ref 0 -lag-in-frames 0"
        case .av1: "-usage realtime -lag-in-frames 0"
        case .h264: "-bf 0"
        }
    }
}
