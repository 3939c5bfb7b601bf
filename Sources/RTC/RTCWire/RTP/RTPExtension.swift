/// The RTP header extensions that Starling knows by name (RFC 8285; each with its own document).
public enum RTPExtension: UInt8, CaseIterable, Hashable, Sendable {
    /// The media section a stream belongs to (RFC 9143 §15).
    case mid
    /// The simulcast layer of a stream (RFC 8852 §3.1).
    case rtpStreamID
    /// The layer that a retransmission stream repairs (RFC 8852 §3.2).
    case repairedRTPStreamID
    /// One counter for all packets of a transport (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2).
    case transportSequenceNumber
    /// 24 bits, seconds in 6.18 fixed point.
    case absSendTime
    /// NTP time of capture, 32.32 fixed point, and optionally the offset of the sender's clock from the capturer's.
    case absCaptureTime
    /// Voice activity and level of the stream (RFC 6464).
    case audioLevel
    /// Levels of the contributing sources (RFC 6465).
    case csrcAudioLevel
    /// Rotation, flip and camera of a picture (3GPP TS 26.114 §7.4.5).
    case videoOrientation
    /// Bounds on the receiver's playout delay.
    case playoutDelay
    /// How long after its timestamp a packet left (RFC 5450).
    case transmissionOffset
    case videoContentType
    case videoTiming
    case colorSpace
    case videoLayersAllocation
    /// The frame dependency structure of AV1 and SVC streams.
    case dependencyDescriptor

    /// The URI that names the extension in SDP.
    public var uri: String {
        switch self {
        case .mid: "urn:ietf:params:rtp-hdrext:sdes:mid"
        case .rtpStreamID: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
        case .repairedRTPStreamID: "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
        case .transportSequenceNumber: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
        case .absSendTime: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
        case .absCaptureTime: "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
        case .audioLevel: "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
        case .csrcAudioLevel: "urn:ietf:params:rtp-hdrext:csrc-audio-level"
        case .videoOrientation: "urn:3gpp:video-orientation"
        case .playoutDelay: "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
        case .transmissionOffset: "urn:ietf:params:rtp-hdrext:toffset"
        case .videoContentType: "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type"
        case .videoTiming: "http://www.webrtc.org/experiments/rtp-hdrext/video-timing"
        case .colorSpace: "http://www.webrtc.org/experiments/rtp-hdrext/color-space"
        case .videoLayersAllocation: "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00"
        case .dependencyDescriptor: "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
        }
    }

    /// The extension that a URI names; `nil` for those that Starling does not know.
    public init?(uri: String) {
        guard let match = Self.allCases.first(where: { $0.uri == uri }) else { return nil }
        self = match
    }
}
