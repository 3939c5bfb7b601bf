/// What a file is by its first bytes, whatever its name says.
public enum MediaFileKind: Hashable, Sendable, CaseIterable {
    case ivf, ogg
    case empty, gitLFSPointer, text
    case matroska, mp4, avi, mpegTransportStream, flashVideo, yuv4MPEG, annexB
    case wav, flac, mp3, aiff
    case png, jpeg, gif, webp, pdf
    case gzip, zip, elf
    case unknown

    /// Looks at no more than the first 512 bytes.
    public init(sniffing bytes: [UInt8]) {
        let head = Array(bytes.prefix(512))
        func has(_ signature: String, at offset: Int = 0) -> Bool {
            has(Array(signature.utf8), at: offset)
        }
        func has(_ signature: [UInt8], at offset: Int = 0) -> Bool {
            head.count >= offset + signature.count && head[offset..<(offset + signature.count)].elementsEqual(signature)
        }
        switch true {
        case head.isEmpty: self = .empty
        case has("DKIF"): self = .ivf
        case has("OggS"): self = .ogg
        case has("version https://git-lfs"): self = .gitLFSPointer
        case has([0x1A, 0x45, 0xDF, 0xA3]): self = .matroska
        case has("ftyp", at: 4), has("moov", at: 4): self = .mp4
        case has("RIFF") && has("WAVE", at: 8), has("RF64"): self = .wav
        case has("RIFF") && has("AVI ", at: 8): self = .avi
        case has("RIFF") && has("WEBP", at: 8): self = .webp
        case has("FORM") && has("AIF", at: 8): self = .aiff
        case has([0x47]) && has([0x47], at: 188): self = .mpegTransportStream
        case has("FLV\u{1}"): self = .flashVideo
        case has("YUV4MPEG2"): self = .yuv4MPEG
        case has("fLaC"): self = .flac
        case has("ID3"), has([0xFF, 0xFB]), has([0xFF, 0xF3]): self = .mp3
        case has([0x89] + Array("PNG".utf8)): self = .png
        case has([0xFF, 0xD8, 0xFF]): self = .jpeg
        case has("GIF8"): self = .gif
        case has("%PDF"): self = .pdf
        case has([0x1F, 0x8B]): self = .gzip
        case has("PK\u{3}\u{4}"): self = .zip
        case has([0x7F] + Array("ELF".utf8)): self = .elf
        case has([0, 0, 0, 1]), has([0, 0, 1]): self = .annexB
        case Self.isText(head): self = .text
        default: self = .unknown
        }
    }

    /// No control characters, and mostly ASCII.
    private static func isText(_ head: [UInt8]) -> Bool {
        head.allSatisfy { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D } && head.count { $0 < 0x7F } > head.count / 2
    }

    /// Such as `a PNG image`.
    public var summary: String {
        switch self {
        case .ivf: "an IVF video"
        case .ogg: "an Ogg file"
        case .empty: "empty"
        case .gitLFSPointer: "a Git LFS pointer, not the file itself"
        case .text: "a text file"
        case .matroska: "a WebM or Matroska file"
        case .mp4: "an MP4 file"
        case .avi: "an AVI file"
        case .mpegTransportStream: "an MPEG transport stream"
        case .flashVideo: "a Flash video"
        case .yuv4MPEG: "an uncompressed Y4M video"
        case .annexB: "a raw H.264 or MPEG stream"
        case .wav: "a WAV file"
        case .flac: "a FLAC file"
        case .mp3: "an MP3 file"
        case .aiff: "an AIFF file"
        case .png: "a PNG image"
        case .jpeg: "a JPEG image"
        case .gif: "a GIF image"
        case .webp: "a WebP image"
        case .pdf: "a PDF document"
        case .gzip: "a gzip archive"
        case .zip: "a ZIP archive"
        case .elf: "a program"
        case .unknown: "of no kind that is known here"
        }
    }

    private var holdsVideo: Bool {
        switch self {
        case .ivf, .matroska, .mp4, .avi, .mpegTransportStream, .flashVideo, .yuv4MPEG, .annexB, .gif: true
        default: false
        }
    }

    private var holdsAudio: Bool {
        switch self {
        case .ogg, .matroska, .mp4, .avi, .mpegTransportStream, .flashVideo, .wav, .flac, .mp3, .aiff: true
        default: false
        }
    }

    /// What can be sent as video.
    public static let videoFiles = "an IVF file with VP8, VP9 or AV1 or an H.264 stream"

    /// The refusal of a file of this kind where another was expected.
    ///
    /// - Parameters:
    ///   - wantsVideo: One of ``videoFiles`` would do.
    ///   - wantsAudio: An Ogg file with Opus would do.
    public func refusal(of file: String, wantsVideo: Bool, wantsAudio: Bool) -> MediaFileError {
        var ways: [String] = []
        if wantsVideo && holdsVideo { ways.append("`\(Self.videoConversion(of: file))`") }
        if wantsAudio && holdsAudio { ways.append("`\(Self.audioConversion(of: file))`") }
        let remedy: String
        if !ways.isEmpty {
            remedy = "convert it with " + ways.joined(separator: " or ")
        } else if self == .gitLFSPointer {
            remedy = "fetch it with `git lfs pull`"
        } else {
            let wanted = [wantsVideo ? Self.videoFiles : nil, wantsAudio ? "an Ogg file with Opus" : nil]
            remedy = "give " + wanted.compactMap { $0 }.joined(separator: " or ")
        }
        return MediaFileError(file: file, what: "the file is \(summary)", remedy: remedy)
    }

    static func videoConversion(of file: String) -> String {
        "ffmpeg -i \(file) -an -c:v libvpx -b:v 500k -g 30 -auto-alt-ref 0 \(stem(file)).ivf"
    }

    static func audioConversion(of file: String) -> String {
        "ffmpeg -i \(file) -vn -c:a libopus -b:a 32k \(stem(file)).ogg"
    }

    /// The path without its suffix, with a mark so that a conversion never overwrites what it reads.
    private static func stem(_ file: String) -> String {
        guard let dot = file.lastIndex(of: "."), !file[dot...].contains("/") else { return file + "-converted" }
        return file[..<dot] + "-converted"
    }
}
