/// The URL of a STUN or TURN server (RFC 7064, RFC 7065): `turn:turn.example.org:3478?transport=tcp`.
public struct ICEServerURL: Hashable, Sendable {
    public enum Scheme: String, Hashable, Sendable, CaseIterable {
        case stun
        case turn
        case turns
    }

    public enum Transport: String, Hashable, Sendable, CaseIterable {
        case udp
        case tcp
    }

    public enum ParsingError: Error, Hashable, Sendable, CustomStringConvertible {
        case scheme(String)
        case host
        case port(String)
        case transport(String)
        case query(String)

        public var description: String {
            switch self {
            case .scheme(let text): "'\(text)' is not a scheme of such a server: it is one of stun, turn, turns"
            case .host: "it names no host"
            case .port(let text): "'\(text)' is not a port"
            case .transport(let text): "'\(text)' is not a transport that works here: turn has udp and tcp, turns has tcp"
            case .query(let text): "'\(text)' is not understood: only '?transport=' may follow"
            }
        }
    }

    public let scheme: Scheme
    /// A name, or an address without brackets.
    public let host: String
    public let port: UInt16
    public let transport: Transport

    public init(parsing url: String) throws(ParsingError) {
        let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts[0].prefix { $0 != ":" }
        guard let scheme = Scheme(rawValue: name.lowercased()), name.endIndex != parts[0].endIndex else {
            throw .scheme(String(name.prefix(20)))
        }
        let rest = parts[0][parts[0].index(after: name.endIndex)...]
        let isBracketed = rest.hasPrefix("[")
        let hostEnd =
            isBracketed ? rest.firstIndex(of: "]").map { rest.index(after: $0) } : rest.firstIndex(of: ":") ?? rest.endIndex
        guard let hostEnd else { throw .host }
        let host = isBracketed ? rest[rest.index(after: rest.startIndex)..<rest.index(before: hostEnd)] : rest[..<hostEnd]
        let isWord = { (byte: UInt8) in byte > 0x20 && byte < 0x7F && byte != 0x2F && byte != 0x40 }
        guard !host.isEmpty, host.utf8.count <= 255, host.utf8.allSatisfy(isWord),
            !isBracketed || SocketAddress(host, port: 0)?.family == .ipv6
        else { throw .host }
        var port: UInt16 = scheme == .turns ? 5349 : 3478
        if hostEnd < rest.endIndex {
            let text = rest[hostEnd...]
            guard text.hasPrefix(":"), text.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = UInt16(text.dropFirst()), number > 0
            else { throw .port(String(text.dropFirst())) }
            port = number
        }
        var transport = scheme == .turns ? Transport.tcp : .udp
        if parts.count == 2 {
            let query = parts[1].lowercased()
            guard scheme != .stun, query.hasPrefix("transport=") else { throw .query(String(parts[1])) }
            let word = String(query.dropFirst("transport=".count))
            guard let known = Transport(rawValue: word), scheme == .turn || known == .tcp else { throw .transport(word) }
            transport = known
        }
        self.scheme = scheme
        self.host = String(host)
        self.port = port
        self.transport = transport
    }

    /// Where it is, if that needs no resolving.
    public var address: SocketAddress? { SocketAddress(host, port: port) }
}
