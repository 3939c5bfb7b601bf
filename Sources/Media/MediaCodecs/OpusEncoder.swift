internal import COpus

/// libopus at 48 kHz.
public struct OpusEncoder: ~Copyable {
    public struct Settings: Sendable {
        /// 1 or 2.
        public var channels: Int
        /// Bits per second.
        public var bitrate: Int
        /// 0 (fastest) to 10 (best).
        public var complexity = 10
        /// Music rather than speech.
        public var isMusic = false
        /// Packets of one size each, rather than as many bits as the sound needs.
        public var isConstantRate = false
        /// A byte or two in place of silence, and comfort noise every 400 ms (OPUS_SET_DTX).
        public var isDiscontinuous = false
        /// The share of packets, in percent, against whose loss each repeats the one before it; 0 for no such redundancy (in-band FEC).
        public var expectedLoss = 0
        /// Sound up to 8 kHz alone, so that the SILK layer has all of it.
        public var isWideband = false

        public init(channels: Int, bitrate: Int) {
            self.channels = channels
            self.bitrate = bitrate
        }
    }

    /// Samples at 48 kHz by which what is decoded lies behind what was encoded.
    public let lookahead: Int
    private let channels: Int
    private let encoder: OpaquePointer

    public init(_ settings: Settings) throws(CodecError) {
        var status: Int32 = 0
        guard
            let encoder = opus_encoder_create(
                48_000, Int32(clamping: settings.channels), settings.isMusic ? OPUS_APPLICATION_AUDIO : OPUS_APPLICATION_VOIP,
                &status),
            status == OPUS_OK
        else { throw Self.failure("start", status) }
        var lookahead: Int32 = 0
        status = copus_set(encoder, OPUS_SET_BITRATE_REQUEST, Int32(clamping: settings.bitrate))
        if status == OPUS_OK { status = copus_set(encoder, OPUS_SET_COMPLEXITY_REQUEST, Int32(clamping: settings.complexity)) }
        if status == OPUS_OK { status = copus_set(encoder, OPUS_SET_VBR_REQUEST, settings.isConstantRate ? 0 : 1) }
        if status == OPUS_OK { status = copus_set(encoder, OPUS_SET_VBR_CONSTRAINT_REQUEST, 1) }
        if status == OPUS_OK { status = copus_set(encoder, OPUS_SET_DTX_REQUEST, settings.isDiscontinuous ? 1 : 0) }
        if status == OPUS_OK, settings.isWideband {
            status = copus_set(encoder, OPUS_SET_BANDWIDTH_REQUEST, OPUS_BANDWIDTH_WIDEBAND)
        }
        if status == OPUS_OK, settings.expectedLoss > 0 {
            status = copus_set(encoder, OPUS_SET_INBAND_FEC_REQUEST, 1)
            if status == OPUS_OK {
                status = copus_set(encoder, OPUS_SET_PACKET_LOSS_PERC_REQUEST, Int32(clamping: settings.expectedLoss))
            }
        }
        if status == OPUS_OK {
            status = copus_set(encoder, OPUS_SET_SIGNAL_REQUEST, settings.isMusic ? OPUS_SIGNAL_MUSIC : OPUS_SIGNAL_VOICE)
        }
        if status == OPUS_OK { status = copus_get(encoder, OPUS_GET_LOOKAHEAD_REQUEST, &lookahead) }
        guard status == OPUS_OK else {
            opus_encoder_destroy(encoder)
            throw Self.failure("set the encoder up", status)
        }
        self.encoder = encoder
        self.lookahead = Int(lookahead)
        channels = settings.channels
    }

    deinit {
        opus_encoder_destroy(encoder)
    }

    private static func failure(_ action: String, _ status: Int32) -> CodecError {
        CodecError(codec: "Opus encoder", action: action, reason: String(cString: opus_strerror(status)))
    }

    /// Encodes one packet of 2.5, 5, 10, 20, 40 or 60 ms; stereo samples alternate, left first.
    public mutating func encode(_ samples: some Collection<Int16>) throws(CodecError) -> [UInt8] {
        let input = Array(samples)
        var output = [UInt8](repeating: 0, count: 4000)
        let size = opus_encode(encoder, input, Int32(input.count / channels), &output, Int32(output.count))
        guard size > 0 else { throw Self.failure("encode \(input.count / channels) samples", size) }
        return Array(output.prefix(Int(size)))
    }
}
