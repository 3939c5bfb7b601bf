internal import RTCCore

/// An Internet address as origins and connections state it: `IN IP4 0.0.0.0` (RFC 8866 §5.7).
public struct SDPAddress: Hashable, Sendable {
    /// `IP4` or `IP6`.
    public var family: String
    /// A literal address or a host name.
    public var host: String

    public init(family: String, host: String) {
        self.family = family
        self.host = host
    }

    /// What WebRTC writes where ICE decides (RFC 9429 §5.2.1).
    public static let unspecified = SDPAddress(family: "IP4", host: "0.0.0.0")

    /// - Parameter text: `IN`, family and host.
    init?(_ text: ByteText) {
        var text = text
        guard let network = text.takeField(), network == "IN", let family = text.takeField(), let host = text.takeField(),
            text.takeField() == nil
        else { return nil }
        self.init(family: family.string, host: host.string)
    }

    /// `IN`, family and host.
    public var text: String { "IN \(family) \(host)" }
}
