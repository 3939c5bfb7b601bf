internal import CVPX
public import MediaFiles

/// libvpx, decoding VP8 or VP9 on one thread.
public struct VPXDecoder: ~Copyable {
    private let context: UnsafeMutablePointer<vpx_codec_ctx_t>
    private let name: String

    /// - Parameter codec: VP8 or VP9.
    public init(_ codec: VideoCodec = .vp8) throws(CodecError) {
        precondition(codec == .vp8 || codec == .vp9, "libvpx knows VP8 and VP9")
        name = "\(codec.rawValue) decoder"
        context = try Self.open(codec, name: name)
    }

    private static func open(_ codec: VideoCodec, name: String) throws(CodecError) -> UnsafeMutablePointer<vpx_codec_ctx_t> {
        let context = UnsafeMutablePointer<vpx_codec_ctx_t>.allocate(capacity: 1)
        context.initialize(to: vpx_codec_ctx_t())
        let status = cvpx_open_decoder(context, codec == .vp9 ? 1 : 0)
        guard status == 0 else {
            context.deallocate()
            throw CodecError(codec: name, action: "start", reason: "error \(status)")
        }
        return context
    }

    deinit {
        vpx_codec_destroy(context)
        context.deallocate()
    }

    /// Decodes one frame; the picture, or `nil` where the frame shows none.
    ///
    /// After an error the decoder goes on with the next key frame.
    public mutating func decode(_ frame: some Collection<UInt8>) throws(CodecError) -> I420Image? {
        let bytes = Array(frame)
        let status = vpx_codec_decode(context, bytes, UInt32(clamping: bytes.count), nil, 0)
        guard status == VPX_CODEC_OK else {
            let detail = vpx_codec_error_detail(context).map { ": " + String(cString: $0) } ?? ""
            throw CodecError(
                codec: name, action: "decode \(bytes.count) bytes",
                reason: String(cString: vpx_codec_err_to_string(status)) + detail)
        }
        var iterator: vpx_codec_iter_t?
        var shown: I420Image?
        while let picture = vpx_codec_get_frame(context, &iterator) { shown = Self.copy(picture) }
        return shown
    }

    private static func copy(_ picture: UnsafePointer<vpx_image_t>) -> I420Image? {
        let width = Int(picture.pointee.d_w)
        let height = Int(picture.pointee.d_h)
        guard (1...16_383).contains(width), (1...16_383).contains(height) else { return nil }
        var image = I420Image(width: width, height: height)
        copy(picture, plane: VPX_PLANE_Y, into: &image.luma, width: width)
        copy(picture, plane: VPX_PLANE_U, into: &image.chromaBlue, width: image.chromaWidth)
        copy(picture, plane: VPX_PLANE_V, into: &image.chromaRed, width: image.chromaWidth)
        return image
    }

    private static func copy(_ picture: UnsafePointer<vpx_image_t>, plane: Int32, into pixels: inout [UInt8], width: Int) {
        guard let start = cvpx_plane(picture, plane) else { return }
        let stride = Int(cvpx_stride(picture, plane))
        pixels.withUnsafeMutableBufferPointer { pixels in
            for row in 0..<(pixels.count / width) {
                let target = UnsafeMutableBufferPointer(rebasing: pixels[(row * width)..<((row + 1) * width)])
                _ = target.update(fromContentsOf: UnsafeBufferPointer(start: start + row * stride, count: width))
            }
        }
    }
}
