internal import COpus

/// libopus, decoding at 48 kHz.
public struct OpusDecoder: ~Copyable {
    private let channels: Int
    private let decoder: OpaquePointer

    /// - Parameter channels: 1 or 2: how many come out, whatever is in the packets.
    public init(channels: Int) throws(CodecError) {
        var status: Int32 = 0
        guard let decoder = opus_decoder_create(48_000, Int32(clamping: channels), &status), status == OPUS_OK else {
            throw Self.failure("start", status)
        }
        self.decoder = decoder
        self.channels = channels
    }

    deinit {
        opus_decoder_destroy(decoder)
    }

    private static func failure(_ action: String, _ status: Int32) -> CodecError {
        CodecError(codec: "Opus decoder", action: action, reason: String(cString: opus_strerror(status)))
    }

    /// Decodes one packet; stereo samples alternate, left first.
    public mutating func decode(_ packet: some Collection<UInt8>) throws(CodecError) -> [Int16] {
        try decode(Array(packet), longest: 5760)
    }

    /// Makes up for a packet of `duration` samples that was lost.
    public mutating func conceal(duration: Int) throws(CodecError) -> [Int16] {
        try decode(nil, longest: duration)
    }

    private mutating func decode(_ packet: [UInt8]?, longest: Int) throws(CodecError) -> [Int16] {
        var output = [Int16](repeating: 0, count: longest * channels)
        let count = opus_decode(decoder, packet, Int32(clamping: packet?.count ?? 0), &output, Int32(clamping: longest), 0)
        guard count >= 0 else { throw Self.failure(packet == nil ? "conceal" : "decode \(packet?.count ?? 0) bytes", count) }
        return Array(output.prefix(Int(count) * channels))
    }
}
