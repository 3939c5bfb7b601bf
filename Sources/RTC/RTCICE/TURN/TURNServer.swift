public import RTCCore

/// A TURN server that an agent may use, and the way to it (W3C `RTCIceServer`, one URL of it).
public struct TURNServer: Hashable, Sendable {
    public var address: SocketAddress
    public var transport: TURNTransport
    /// Whom the certificate must name where the transport is TLS.
    public var tlsName: String
    public var username: String
    /// The long-term password, or the one of an ephemeral user name.
    public var credential: String
    /// As it was given, for people and for statistics.
    public var url: String

    /// - Parameter tlsName: The address where it is not said.
    public init(
        address: SocketAddress, transport: TURNTransport = .udp, tlsName: String? = nil, username: String, credential: String,
        url: String? = nil
    ) {
        self.address = address
        self.transport = transport
        self.tlsName = tlsName ?? address.host
        self.username = username
        self.credential = credential
        self.url = url ?? "\(transport == .tls ? "turns" : "turn"):\(address)?transport=\(transport == .udp ? "udp" : "tcp")"
    }
}

extension TURNServer: CustomStringConvertible {
    /// Without what is secret.
    public var description: String { url }
}

/// How a client speaks with its TURN server (W3C `RTCIceServerTransportProtocol`).
public enum TURNTransport: String, Hashable, Sendable, CaseIterable {
    case udp
    case tcp
    case tls
}
