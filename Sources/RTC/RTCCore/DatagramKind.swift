/// What a datagram on a WebRTC port is, told by its first bytes (RFC 7983 §7, RFC 5761 §4).
public enum DatagramKind: String, Sendable, Hashable {
    case stun
    case dtls
    case turnChannel
    case rtp
    case rtcp
    case unknown

    @inlinable
    public init(_ bytes: RawSpan) {
        guard bytes.byteCount > 1 else {
            self = .unknown
            return
        }
        switch bytes.unsafeLoad(fromByteOffset: 0, as: UInt8.self) {
        case 0...3: self = .stun
        case 20...63: self = .dtls
        case 64...79: self = .turnChannel
        case 128...191:
            let second = bytes.unsafeLoad(fromByteOffset: 1, as: UInt8.self)
            self = (192...223).contains(second) ? .rtcp : .rtp
        default: self = .unknown
        }
    }
}
