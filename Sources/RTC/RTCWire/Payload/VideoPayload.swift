public import RTCCore

/// What one packet of video tells without being decoded: which share of a frame it carries, and what begins with it.
///
/// The fingerprint is of what a decoder is given, not of how it was packed: of VP8 and VP9 the data behind the descriptor, of H.264 the
/// NAL units, of AV1 the OBUs. So it stays the same whoever packs the frame anew, and adds up over the packets of a frame.
public struct VideoPayload: Hashable, Sendable {
    /// Whether a frame begins with a packet.
    public enum Start: UInt8, Hashable, Sendable {
        case yes, no
        /// The payload does not say (RFC 6184): it does if the packet before it belongs to another frame.
        case untold
    }

    public var fingerprint: FrameFingerprint
    public var start: Start
    /// Whether the packet shows that its frame can be decoded by itself.
    public var isKey: Bool
    /// In pixels; 0 where the packet does not say.
    public var width = 0
    /// In pixels; 0 where the packet does not say.
    public var height = 0

    public init(
        fingerprint: FrameFingerprint, start: Start, isKey: Bool, width: Int = 0, height: Int = 0
    ) {
        self.fingerprint = fingerprint
        self.start = start
        self.isKey = isKey
        self.width = width
        self.height = height
    }

    /// - Returns: `nil` for a payload that is malformed, or has nothing in it but headers. Allocates nothing.
    public static func parse(_ payload: UnsafeRawBufferPointer, format: PayloadFormat)
        -> VideoPayload?
    {
        switch format {
        case .opus: nil
        case .vp8: vp8(payload)
        case .vp9: vp9(payload)
        case .h264: h264(payload)
        case .av1: av1(payload)
        }
    }

    private static func vp8(_ payload: UnsafeRawBufferPointer) -> VideoPayload? {
        guard let descriptor = try? VP8PayloadDescriptor.parse(payload.bytes),
            descriptor.size < payload.count
        else { return nil }
        let data = UnsafeRawBufferPointer(rebasing: payload[descriptor.size...])
        var packet = VideoPayload(
            fingerprint: FrameFingerprint(data), start: descriptor.beginsFrame ? .yes : .no, isKey: false)
        if descriptor.beginsFrame, let header = try? VP8FrameHeader.parse(data.bytes), header.isKeyFrame {
            packet.isKey = true
            packet.width = header.width
            packet.height = header.height
        }
        return packet
    }

    private static func vp9(_ payload: UnsafeRawBufferPointer) -> VideoPayload? {
        guard let descriptor = try? VP9PayloadDescriptor.parse(payload.bytes),
            descriptor.size < payload.count
        else { return nil }
        let data = UnsafeRawBufferPointer(rebasing: payload[descriptor.size...])
        var packet = VideoPayload(
            fingerprint: FrameFingerprint(data), start: descriptor.beginsPicture ? .yes : .no,
            isKey: descriptor.beginsPicture && !descriptor.isInterPredicted, width: descriptor.width,
            height: descriptor.height)
        if packet.isKey, packet.width == 0, let header = try? VP9FrameHeader.parse(data.bytes) {
            packet.width = header.width
            packet.height = header.height
        }
        return packet
    }
}
