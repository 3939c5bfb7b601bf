/// Where a byte stream leads, and what protects it on its way.
public struct StreamTarget: Hashable, Sendable {
    public var remote: SocketAddress
    /// The host name or address that the far side's certificate must bear (RFC 6125, RFC 9525); `nil` for TCP without TLS.
    public var tlsName: String?

    public init(remote: SocketAddress, tlsName: String? = nil) {
        self.remote = remote
        self.tlsName = tlsName
    }
}
