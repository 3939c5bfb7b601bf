internal import CVPX

/// libvpx, set so that the same pictures give the same bytes: one thread, a fixed speed, no frame dropped, none hidden.
public struct VP8Encoder: ~Copyable {
    public struct Settings: Sendable {
        /// Pixels.
        public var width: Int
        /// Pixels.
        public var height: Int
        public var framesPerSecond: Int
        /// Bits per second.
        public var bitrate: Int
        /// Frames from one key frame to the next.
        public var keyFrameInterval: Int
        /// 0 (best) to 16 (fastest).
        public var speed = 3
        /// Text and still areas rather than a camera's picture.
        public var isScreen = false

        public init(width: Int, height: Int, framesPerSecond: Int, bitrate: Int, keyFrameInterval: Int) {
            self.width = width
            self.height = height
            self.framesPerSecond = framesPerSecond
            self.bitrate = bitrate
            self.keyFrameInterval = keyFrameInterval
        }
    }

    public struct Frame: Sendable {
        public var bytes: [UInt8]
        public var isKey: Bool
    }

    private let settings: Settings
    private let context: UnsafeMutablePointer<vpx_codec_ctx_t>
    private var index = 0

    public init(_ settings: Settings) throws(CodecError) {
        self.settings = settings
        context = try Self.open(settings)
    }

    deinit {
        vpx_codec_destroy(context)
        context.deallocate()
    }

    /// Encodes the next picture; the first and then each ``Settings/keyFrameInterval``th becomes a key frame.
    public mutating func encode(_ image: borrowing I420Image) throws(CodecError) -> Frame {
        guard image.width == settings.width, image.height == settings.height else {
            throw CodecError(
                codec: "VP8 encoder", action: "encode picture \(index)",
                reason: "it has \(image.width)x\(image.height) pixels, not \(settings.width)x\(settings.height)")
        }
        let status = cvpx_encode(
            context, UInt32(image.width), UInt32(image.height), image.luma, image.chromaBlue, image.chromaRed, Int64(index), 1,
            index.isMultiple(of: max(settings.keyFrameInterval, 1)) ? 1 : 0)
        guard status == 0 else { throw Self.failure(context, "encode picture \(index)") }
        var iterator: vpx_codec_iter_t?
        var size = 0
        var isKey: Int32 = 0
        guard let start = cvpx_next_frame(context, &iterator, &size, &isKey) else {
            throw CodecError(codec: "VP8 encoder", action: "encode picture \(index)", reason: "it was dropped")
        }
        let bytes = [UInt8](UnsafeRawBufferPointer(start: start, count: size))
        guard cvpx_next_frame(context, &iterator, &size, &isKey) == nil else {
            throw CodecError(codec: "VP8 encoder", action: "encode picture \(index)", reason: "it gave more than one frame")
        }
        index += 1
        return Frame(bytes: bytes, isKey: isKey != 0)
    }
}

extension VP8Encoder {
    private static func open(_ settings: Settings) throws(CodecError) -> UnsafeMutablePointer<vpx_codec_ctx_t> {
        var configuration = try configuration(settings)
        let context = UnsafeMutablePointer<vpx_codec_ctx_t>.allocate(capacity: 1)
        context.initialize(to: vpx_codec_ctx_t())
        let status = cvpx_vp8_open_encoder(context, &configuration)
        guard status == 0 else {
            context.deallocate()
            throw CodecError(
                codec: "VP8 encoder", action: "start",
                reason: String(cString: vpx_codec_err_to_string(vpx_codec_err_t(UInt32(clamping: status)))))
        }
        // A negative speed is fixed; a positive one follows the CPU's clock.
        // Key frames take at most six times the mean, so that they do not burst.
        let choices: [(vp8e_enc_control_id, Int)] = [
            (VP8E_SET_CPUUSED, -settings.speed), (VP8E_SET_ENABLEAUTOALTREF, 0), (VP8E_SET_NOISE_SENSITIVITY, 0),
            (VP8E_SET_STATIC_THRESHOLD, 0), (VP8E_SET_TOKEN_PARTITIONS, 0), (VP8E_SET_MAX_INTRA_BITRATE_PCT, 600),
            (VP8E_SET_SCREEN_CONTENT_MODE, settings.isScreen ? 1 : 0),
        ]
        for (choice, value) in choices where cvpx_set(context, Int32(choice.rawValue), Int32(clamping: value)) != 0 {
            let error = failure(context, "set option \(choice.rawValue) to \(value)")
            vpx_codec_destroy(context)
            context.deallocate()
            throw error
        }
        return context
    }

    private static func configuration(_ settings: Settings) throws(CodecError) -> vpx_codec_enc_cfg_t {
        var configuration = vpx_codec_enc_cfg_t()
        let status = cvpx_vp8_default_config(&configuration)
        guard status == 0 else { throw CodecError(codec: "VP8 encoder", action: "start", reason: "error \(status)") }
        configuration.g_w = UInt32(clamping: settings.width)
        configuration.g_h = UInt32(clamping: settings.height)
        configuration.g_timebase = vpx_rational(num: 1, den: Int32(clamping: settings.framesPerSecond))
        configuration.g_threads = 1
        configuration.g_lag_in_frames = 0
        configuration.g_error_resilient = vpx_codec_er_flags_t(VPX_ERROR_RESILIENT_DEFAULT)
        configuration.rc_end_usage = VPX_CBR
        configuration.rc_target_bitrate = UInt32(clamping: settings.bitrate / 1000)
        configuration.rc_dropframe_thresh = 0
        configuration.rc_resize_allowed = 0
        configuration.rc_min_quantizer = 4
        configuration.rc_max_quantizer = 56
        configuration.rc_undershoot_pct = 100
        configuration.rc_overshoot_pct = 15
        configuration.rc_buf_sz = 1000
        configuration.rc_buf_initial_sz = 500
        configuration.rc_buf_optimal_sz = 600
        // Key frames are asked for one by one.
        configuration.kf_mode = VPX_KF_DISABLED
        return configuration
    }

    private static func failure(_ context: UnsafeMutablePointer<vpx_codec_ctx_t>, _ action: String) -> CodecError {
        let reason = vpx_codec_error(context).map { String(cString: $0) } ?? "unknown"
        let detail = vpx_codec_error_detail(context).map { ": " + String(cString: $0) } ?? ""
        return CodecError(codec: "VP8 encoder", action: action, reason: reason + detail)
    }
}
