/// Reads IVF, the plain container of libvpx, with VP8, VP9 or AV1: a header of 32 bytes, then frames with a size and a timestamp each.
public enum IVFReader {
    static let headerSize = 32
    static let frameHeaderSize = 12
    /// The longest file, so that timestamps fit in 32 bits of RTP time.
    static let longest: UInt64 = 12 * 3600 * 1_000_000_000

    static let codecs: [(name: String, codec: VideoCodec)] = [("VP80", .vp8), ("VP90", .vp9), ("AV01", .av1)]

    /// The frame count in the header is not trusted: writers leave it at zero or wrong.
    ///
    /// - Parameter name: The file's name in errors.
    public static func read(_ bytes: [UInt8], name: String) throws(MediaFileError) -> EncodedVideo {
        let kind = MediaFileKind(sniffing: bytes)
        guard kind == .ivf else { throw kind.refusal(of: name, wantsVideo: true, wantsAudio: false) }
        var video = try readHeader(bytes, name: name)
        let frames = try readFrames(bytes, of: video, name: name)
        switch video.codec {
        case .vp8, .vp9:
            video = EncodedVideo(
                codec: video.codec, width: video.width, height: video.height, timebase: video.timebase, bytes: bytes,
                frames: frames)
            if video.codec == .vp9 { video.formatParameters = try VP9Frames.formatParameters(of: video, name: name) }
        case .av1:
            video = try AV1Frames.read(bytes, frames, of: video, name: name)
        case .h264:
            preconditionFailure("IVF with H.264 is refused with its header")
        }
        video.warnings = video.timingWarnings(name: name)
        return video
    }

    private static func readHeader(_ bytes: [UInt8], name: String) throws(MediaFileError) -> EncodedVideo {
        guard bytes.count >= headerSize else {
            throw cutShort(name, at: bytes.count, "the header of \(headerSize) bytes ends")
        }
        let version = bytes.littleEndian(at: 4, as: UInt16.self)
        guard version == 0 else {
            throw MediaFileError(file: name, offset: 4, what: "the IVF version is \(version), only 0 is known")
        }
        let size = bytes.littleEndian(at: 6, as: UInt16.self)
        guard size == headerSize else {
            throw MediaFileError(file: name, offset: 6, what: "the header says it has \(size) bytes, it must have \(headerSize)")
        }
        let codec = bytes[8..<12].map { (0x20...0x7E).contains($0) ? Character(UnicodeScalar($0)) : "?" }
        guard let known = codecs.first(where: { codec.elementsEqual($0.name) })?.codec else {
            throw MediaFileError(
                file: name, offset: 8,
                what:
                    "the video's codec is '\(String(codec))', only VP8 ('VP80'), VP9 ('VP90') and AV1 ('AV01') can be sent from IVF",
                remedy: "encode it anew with `\(MediaFileKind.videoConversion(of: name))`")
        }
        let width = Int(bytes.littleEndian(at: 12, as: UInt16.self))
        let height = Int(bytes.littleEndian(at: 14, as: UInt16.self))
        let rate = bytes.littleEndian(at: 16, as: UInt32.self)
        let scale = bytes.littleEndian(at: 20, as: UInt32.self)
        guard rate > 0, scale > 0 else {
            throw MediaFileError(
                file: name, offset: 16, what: "the unit of time is \(scale)/\(rate) s, so no frame has a time",
                remedy: "write it anew with `ffmpeg -i \(name) -c copy fixed.ivf`")
        }
        return EncodedVideo(codec: known, width: width, height: height, timebase: Timebase(scale: scale, rate: rate))
    }

    private static func readFrames(
        _ bytes: [UInt8], of video: EncodedVideo, name: String
    ) throws(MediaFileError) -> [EncodedFrame] {
        var frames: [EncodedFrame] = []
        var first: UInt64 = 0
        var last: UInt64 = 0
        var offset = headerSize
        while offset < bytes.count {
            let index = frames.count
            guard bytes.count - offset >= frameHeaderSize else {
                throw cutShort(name, at: offset, "\(bytes.count - offset) bytes of frame \(index)'s header are here,")
            }
            let size = Int(bytes.littleEndian(at: offset, as: UInt32.self))
            let timestamp = bytes.littleEndian(at: offset + 4, as: UInt64.self)
            let start = offset + frameHeaderSize
            guard size <= bytes.count - start else {
                throw cutShort(name, at: offset, "frame \(index) should have \(size) bytes, \(bytes.count - start) are left:")
            }
            let isKey = try isKey(bytes[start..<(start + size)], index: index, of: video, name: name, offset: offset)
            guard index == 0 || timestamp > last else {
                throw MediaFileError(
                    file: name, offset: offset + 4,
                    what: "frame \(index) has the timestamp \(timestamp), which does not lie behind \(last)",
                    remedy: "encode it without frames that are out of order")
            }
            if index == 0 { first = timestamp }
            last = timestamp
            guard let time = video.timebase.nanoseconds(timestamp - first), time <= longest else {
                throw MediaFileError(
                    file: name, offset: offset + 4, what: "frame \(index) lies more than twelve hours behind the first",
                    remedy: "cut out a loop of some seconds")
            }
            guard time > frames.last?.presentationTime ?? 0 || index == 0 else {
                throw MediaFileError(
                    file: name, offset: offset + 4,
                    what: "frame \(index) comes less than a nanosecond behind the one before it",
                    remedy: "encode it at a steady rate (ffmpeg: -vsync cfr)")
            }
            frames.append(EncodedFrame(range: start..<(start + size), presentationTime: time, isKey: isKey))
            offset = start + size
        }
        guard !frames.isEmpty else {
            throw MediaFileError(file: name, offset: headerSize, what: "the file holds no frames")
        }
        return frames
    }

    /// Whether a frame can be decoded by itself; AV1's are looked at once their parts are known.
    private static func isKey(
        _ payload: ArraySlice<UInt8>, index: Int, of video: EncodedVideo, name: String, offset: Int
    ) throws(MediaFileError) -> Bool {
        guard !payload.isEmpty else {
            throw MediaFileError(
                file: name, offset: offset, what: "frame \(index) is empty: the encoder dropped it",
                remedy: "encode it without dropping frames")
        }
        let facts: FrameFacts
        switch video.codec {
        case .vp8: facts = try FrameFacts(vp8: payload, index: index, name: name)
        case .vp9: facts = try VP9Frames.facts(of: payload, index: index, name: name)
        case .av1, .h264: return false
        }
        try facts.check(index: index, of: video, name: name, offset: payload.startIndex)
        return facts.isKey
    }

    private static func cutShort(_ name: String, at offset: Int, _ what: String) -> MediaFileError {
        MediaFileError(file: name, offset: offset, what: "\(what) the file was cut short", remedy: "copy or encode it anew")
    }
}
