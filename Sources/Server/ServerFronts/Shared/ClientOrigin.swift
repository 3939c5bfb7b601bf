public import RTCCore
public import SignalingProtocol

/// Where a request or a connection comes from.
public struct ClientOrigin: Hashable, Sendable {
    /// `nil` for this machine.
    public var address: SocketAddress?
    /// What this client is told to use before what all are told.
    public var iceServers: [ICEServer]
    /// The Bearer token of its request (RFC 6750), for clients that show none in their own protocol.
    public var bearer: String?

    public init(address: SocketAddress? = nil, iceServers: [ICEServer] = [], bearer: String? = nil) {
        self.bearer = bearer
        self.address = address
        self.iceServers = iceServers
    }

    func isTrusted(_ configuration: ServerConfiguration) -> Bool {
        configuration.trustLoopback && (address?.isLoopback ?? true)
    }
}
