import RTCCore
import SignalingProtocol

extension [ICEServer] {
    /// The STUN servers among them that are named by an address (RFC 7064); names are not resolved here.
    var stunAddresses: [SocketAddress] {
        var servers: [SocketAddress] = []
        for url in flatMap(\.urls) {
            guard let address = Self.stunAddress(url), !servers.contains(address) else { continue }
            servers.append(address)
        }
        return servers
    }

    private static var defaultPort: UInt16 { 3478 }

    private static func stunAddress(_ url: String) -> SocketAddress? {
        guard url.lowercased().hasPrefix("stun:") else { return nil }
        var rest = url.dropFirst(5).prefix { $0 != "?" }
        if let whole = SocketAddress(rest, port: defaultPort) { return whole }
        var port = defaultPort
        if let colon = rest.lastIndex(of: ":"), rest[colon...].last != "]" {
            guard let number = UInt16(rest[rest.index(after: colon)...]), number > 0 else { return nil }
            port = number
            rest = rest[..<colon]
        }
        if rest.hasPrefix("["), rest.hasSuffix("]") { rest = rest.dropFirst().dropLast() }
        return SocketAddress(rest, port: port)
    }
}
