import MediaCodecs
import MediaFiles
import RTCCore
import RTCWire

/// libvpx or libopus, and what came out of it. What neither knows, H.264 and AV1, is not decoded.
struct FrameDecoder: ~Copyable {
    private var video: VPXDecoder?
    private var videoFormat: PayloadFormat?
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
        if kind == .audio { audio = try? OpusDecoder(channels: 2) }
    }

    mutating func decode(_ bytes: [UInt8], _ format: PayloadFormat) {
        if format != videoFormat {
            switch format {
            case .vp8: video = try? VPXDecoder(.vp8)
            case .vp9: video = try? VPXDecoder(.vp9)
            case .opus: break
            case .h264, .av1: return
            }
            videoFormat = format
        }
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
