public import RTCCore
public import RTCICE

/// The servers that one bot's connections use, every name resolved.
public struct IceServerSet: Hashable, Sendable {
    public var stun: [SocketAddress] = []
    public var turn: [TURNServer] = []

    public init() {}

    /// Adds the servers of one entry, as in W3C `RTCIceServer`; URLs that are wrong, or whose host is not known, are left out.
    ///
    /// - Parameter resolve: The address of a URL's host.
    public mutating func add(
        urls: [String], username: String?, credential: String?, resolve: (ICEServerURL) -> SocketAddress? = \.address
    ) {
        for text in urls {
            guard let url = try? ICEServerURL(parsing: text), let address = resolve(url) else { continue }
            switch url.scheme {
            case .stun:
                if !stun.contains(address) { stun.append(address) }
            case .turn, .turns:
                guard let username, let credential else { continue }
                let transport: TURNTransport = url.scheme == .turns ? .tls : url.transport == .tcp ? .tcp : .udp
                turn.append(
                    TURNServer(
                        address: address, transport: transport, tlsName: url.host, username: username, credential: credential,
                        url: text))
            }
        }
    }
}
