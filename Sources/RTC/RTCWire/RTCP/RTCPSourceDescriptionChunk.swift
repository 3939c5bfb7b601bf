/// The name of one source (RFC 3550 §6.5); items other than CNAME are not kept.
public struct RTCPSourceDescriptionChunk: Hashable, Sendable {
    public var ssrc: UInt32
    /// At most 255 bytes of UTF-8; what is longer is cut off when written. `nil` where the chunk has none.
    public var cname: String?

    public init(ssrc: UInt32, cname: String?) {
        self.ssrc = ssrc
        self.cname = cname
    }
}
