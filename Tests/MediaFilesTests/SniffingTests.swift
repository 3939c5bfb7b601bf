import MediaFiles
import Testing

@Suite("Files that are no media")
struct SniffingTests {
    static let heads: [([UInt8], MediaFileKind)] = [
        ([], .empty), (Array("DKIF\u{0}\u{0} \u{0}".utf8), .ivf), (Array("OggS\u{0}".utf8), .ogg),
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .png), ([0, 0, 0, 0x20] + Array("ftypisom".utf8), .mp4),
        ([0x1A, 0x45, 0xDF, 0xA3, 0x9F], .matroska), (Array("RIFF\u{1}\u{1}\u{1}\u{1}WAVEfmt ".utf8), .wav),
        (Array("version https://git-lfs.github.com/spec/v1\n".utf8), .gitLFSPointer), (Array("hello\n".utf8), .text),
        ([0xFF, 0xD8, 0xFF, 0xE0], .jpeg), (Array("YUV4MPEG2 W640 H360\n".utf8), .yuv4MPEG), (Array("fLaC".utf8), .flac),
        (Array("ID3\u{3}".utf8), .mp3), ([0, 0, 0, 1, 0x67], .annexB), (Array("GIF89a".utf8), .gif),
        ([0x1F, 0x8B, 8], .gzip), ([0x80, 0x81, 0x82], .unknown),
    ]

    @Test("the kind is told by the first bytes", arguments: heads)
    func kinds(head: [UInt8], kind: MediaFileKind) {
        #expect(MediaFileKind(sniffing: head) == kind)
    }

    @Test("both readers refuse what is not theirs, and say what it is", arguments: heads)
    func readers(head: [UInt8], kind: MediaFileKind) {
        if kind != .ivf {
            let error = #expect(throws: MediaFileError.self) { try IVFReader.read(head, name: "a.ivf") }
            #expect(error?.description.contains(kind.summary) == true)
        }
        if kind != .ogg {
            let error = #expect(throws: MediaFileError.self) { try OggOpusReader.read(head, name: "a.ogg") }
            #expect(error?.description.contains(kind.summary) == true)
        }
    }

    @Test("an MP4 file is refused with the command that converts it")
    func remedy() {
        let error = MediaFileKind.mp4.refusal(of: "clips/a.mp4", wantsVideo: true, wantsAudio: false)
        #expect(
            error.description
                == "clips/a.mp4: the file is an MP4 file; convert it with"
                + " `ffmpeg -i clips/a.mp4 -an -c:v libvpx -b:v 500k -g 30 -auto-alt-ref 0 clips/a-converted.ivf`")
    }

    @Test("a missing file and a folder are refused with their reason")
    func paths() {
        let missing = #expect(throws: MediaFileError.self) { try MediaFileBytes.read(path: "/no/such/file.ivf") }
        #expect(missing?.description.contains("No such file") == true)
        let folder = #expect(throws: MediaFileError.self) { try MediaFileBytes.read(path: "/") }
        #expect(folder?.what == "this is not a file")
    }
}
