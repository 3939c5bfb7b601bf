/// The parts of a `ws:` or `wss:` URL that a connection needs (RFC 6455 §3).
public struct SignalingURL: Hashable, Sendable {
    /// Whether TLS protects it.
    public let isSecure: Bool
    /// A name, an IPv4 address, or an IPv6 address without its brackets.
    public let host: String
    public let port: UInt16
    /// Path and query as they go into the request line; at least `/`.
    public let resource: String
    /// Host and port as they are written, the port always.
    public let authority: String

    /// Why a text is not such a URL.
    public struct Malformed: Error, Hashable, CustomStringConvertible {
        public let description: String
    }

    /// - Throws: What is wrong with `text`, and how it should look.
    public init(_ text: String) throws(Malformed) {
        guard let schemeEnd = text.firstRange(of: "://") else {
            throw Malformed(description: "'\(text)' is not a signaling URL; write ws://host:port/path")
        }
        let scheme = text[..<schemeEnd.lowerBound].lowercased()
        guard scheme == "ws" || scheme == "wss" else {
            throw Malformed(description: "'\(text)': the scheme must be ws or wss, not '\(scheme)'")
        }
        let rest = text[schemeEnd.upperBound...]
        guard rest.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw Malformed(description: "'\(text)' holds characters that a URL must percent-encode")
        }
        let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        let authority = rest[..<authorityEnd]
        guard let (host, port) = Self.split(authority, defaultPort: scheme == "ws" ? 80 : 443) else {
            throw Malformed(description: "'\(text)': '\(authority)' is not a host with an optional port from 1 to 65535")
        }
        let tail = rest[authorityEnd...].prefix { $0 != "#" }
        isSecure = scheme == "wss"
        self.host = host
        self.port = port
        self.resource = tail.hasPrefix("/") ? String(tail) : "/" + tail
        self.authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    private static func split(_ authority: Substring, defaultPort: UInt16) -> (host: String, port: UInt16)? {
        guard !authority.contains("@") else { return nil }
        var host = authority
        var digits: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            guard host.contains(":") else { return nil }
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            if !rest.isEmpty { digits = rest.dropFirst() }
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            digits = authority[authority.index(after: colon)...]
        }
        guard !host.isEmpty, !host.contains("[") else { return nil }
        guard let digits else { return (String(host), defaultPort) }
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(digits), port > 0 else { return nil }
        return (String(host), port)
    }
}

extension String {
    fileprivate func firstRange(of pattern: String) -> Range<Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(pattern) { return index..<self.index(index, offsetBy: pattern.count) }
            index = self.index(after: index)
        }
        return nil
    }
}
