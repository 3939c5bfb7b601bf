import MediaCodecs
import RTCCore

/// libvpx or libopus, and what came out of it.
struct FrameDecoder: ~Copyable {
    private var video: VP8Decoder?
    private var audio: OpusDecoder?
    private(set) var decoded = 0
    private(set) var errors = 0
    private(set) var firstError: String?
    private(set) var width = 0
    private(set) var height = 0
    /// The largest sample that was heard, of 32,767: silence proves nothing.
    private(set) var loudest = 0
    /// Pictures that differ from the one before: a picture that stands still proves little.
    private(set) var pictures = 0
    private var lastPicture: UInt64 = 0

    init(kind: MediaKind) {
        switch kind {
        case .video: video = try? VP8Decoder()
        case .audio: audio = try? OpusDecoder(channels: 2)
        }
    }

    mutating func decode(_ bytes: [UInt8]) {
        do throws(CodecError) {
            if let image = try video?.decode(bytes) {
                width = image.width
                height = image.height
                let digest = Self.digest(image.luma)
                if digest != lastPicture { pictures += 1 }
                lastPicture = digest
            }
            if let samples = try audio?.decode(bytes) {
                for sample in samples { loudest = max(loudest, Int(sample.magnitude)) }
            }
            decoded += 1
        } catch {
            errors += 1
            firstError = firstError ?? "\(error)"
        }
    }

    private static func digest(_ pixels: [UInt8]) -> UInt64 {
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        for pixel in pixels { digest = (digest ^ UInt64(pixel)) &* 0x100_0000_01B3 }
        return digest
    }
}
