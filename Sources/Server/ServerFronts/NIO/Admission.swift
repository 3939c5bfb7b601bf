import SignalingProtocol

/// Decides from a request's head alone who may open a WebSocket, against foreign web pages and rebound names.
package struct Admission {
    package struct Refusal: Hashable {
        package let status: Int
        let message: String
    }

    package struct Head {
        var host: [String] = []
        var origins: [String] = []
        var subprotocols: [String] = []
        var authorization: String?
        /// Whether the connection comes from this machine.
        var isLoopback = true

        package init(
            host: [String], origins: [String] = [], subprotocols: [String] = [], authorization: String? = nil, isLoopback: Bool
        ) {
            self.host = host
            self.origins = origins
            self.subprotocols = subprotocols
            self.authorization = authorization
            self.isLoopback = isLoopback
        }
    }

    static let subprotocol = "starling.v1"

    let configuration: ServerConfiguration
    /// Whether a token means more to this server than a name.
    let knowsTokens: Bool
    /// Whether a Bearer token would let a client in.
    let isKnown: (String) -> Bool
    /// Whether it is an administrator's.
    let isAdministrator: (String) -> Bool

    package init(
        configuration: ServerConfiguration, knowsTokens: Bool, isKnown: @escaping (String) -> Bool,
        isAdministrator: @escaping (String) -> Bool
    ) {
        self.configuration = configuration
        self.knowsTokens = knowsTokens
        self.isKnown = isKnown
        self.isAdministrator = isAdministrator
    }

    /// The check of `Host` for every request: a web page elsewhere must not reach this machine under a name of its own.
    func refusesHost(_ head: Head) -> Refusal? {
        guard head.host.count == 1, let value = head.host.first else {
            return Refusal(status: 400, message: "one Host header is needed")
        }
        guard head.isLoopback else { return nil }
        let name = Self.name(ofHost: value)
        if isKnown(name, isLoopback: true) { return nil }
        return Refusal(status: 403, message: "this server is not '\(name.prefix(64))' for clients on this machine")
    }

    func refusesUpgrade(_ head: Head) -> Refusal? {
        if let refusal = refusesOrigin(head) { return refusal }
        guard head.subprotocols.contains(Self.subprotocol) else {
            return Refusal(status: 400, message: "say 'Sec-WebSocket-Protocol: \(Self.subprotocol)'")
        }
        return nil
    }

    /// The origin that a request's answer may name to its browser.
    func allowedOrigin(_ head: Head) -> String? {
        guard head.origins.count == 1, let origin = head.origins.first,
            configuration.allowedOrigins.contains(where: { Self.origin(origin, matches: $0) })
        else { return nil }
        return origin
    }

    /// Who runs the server shows an administrator's token; where there are no tokens, who is on this machine is taken for it.
    ///
    /// A server that has tokens asks for one on this machine, too: there a proxy may speak for anyone.
    package func refusesOperator(_ head: Head) -> Refusal? {
        if let refusal = refusesHost(head) { return refusal }
        if configuration.servesMetricsToAll { return nil }
        if head.isLoopback, configuration.trustLoopback || !knowsTokens { return nil }
        guard knowsTokens else {
            return Refusal(status: 403, message: "this server has no tokens, and shows this to its own machine")
        }
        guard let bearer = Self.bearer(head.authorization) else {
            return Refusal(status: 401, message: "an administrator's Bearer token is needed")
        }
        return isAdministrator(bearer) ? nil : Refusal(status: 403, message: "the Bearer token is not an administrator's")
    }

    /// The check of `Host` and `Origin` for whatever lets a client into the rooms.
    func refusesOrigin(_ head: Head) -> Refusal? {
        if let refusal = refusesHost(head) { return refusal }
        guard head.origins.count <= 1 else { return Refusal(status: 403, message: "more than one Origin") }
        if let origin = head.origins.first {
            guard isOwn(origin, head) || configuration.allowedOrigins.contains(where: { Self.origin(origin, matches: $0) }) else {
                return Refusal(status: 403, message: "the origin '\(origin.prefix(128))' is not allowed here")
            }
        } else if !(configuration.trustLoopback && head.isLoopback) {
            guard let bearer = Self.bearer(head.authorization) else {
                return Refusal(status: 403, message: "without an Origin, a Bearer token is needed")
            }
            guard isKnown(bearer) else { return Refusal(status: 401, message: "the Bearer token is not known, or is over") }
        }
        return nil
    }

    /// Whether a page comes from this server itself, under a name that is known to be its own: other names may have been rebound to it.
    private func isOwn(_ origin: String, _ head: Head) -> Bool {
        guard let host = head.host.first?.lowercased(), ["http://" + host, "https://" + host].contains(origin.lowercased()) else {
            return false
        }
        return isKnown(Self.name(ofHost: host), isLoopback: head.isLoopback)
    }

    private func isKnown(_ name: String, isLoopback: Bool) -> Bool {
        let known = [configuration.host.lowercased()] + configuration.allowedHosts.map { $0.lowercased() }
        if known.contains(name) { return true }
        return isLoopback && (name == "localhost" || name.hasSuffix(".localhost") || Self.isLoopbackLiteral(name))
    }

    static func bearer(_ authorization: String?) -> String? {
        guard let authorization, authorization.lowercased().hasPrefix("bearer ") else { return nil }
        return String(authorization.dropFirst(7))
    }

    /// - Parameter allowed: An exact origin, or one with `*.` before the host; `*.example.com` does not mean `example.com`.
    static func origin(_ origin: String, matches allowed: String) -> Bool {
        let origin = origin.lowercased()
        let allowed = allowed.lowercased()
        guard origin != "null" else { return false }
        guard let star = allowed.utf8.firstIndex(of: UInt8(ascii: "*")) else { return origin == allowed }
        let scheme = allowed[..<star]
        let domain = allowed[allowed.utf8.index(after: star)...]
        guard scheme.hasSuffix("://"), domain.hasPrefix("."), origin.hasPrefix(scheme), origin.hasSuffix(domain) else {
            return false
        }
        let label = origin.utf8.dropFirst(scheme.utf8.count).dropLast(domain.utf8.count)
        let isLabel = { (byte: UInt8) in
            byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || (48...57).contains(byte) || (97...122).contains(byte)
        }
        return !label.isEmpty && label.first != UInt8(ascii: ".") && label.allSatisfy(isLabel)
    }

    static func name(ofHost value: String) -> String {
        let value = value.lowercased()
        if value.hasPrefix("["), let end = value.firstIndex(of: "]") {
            return String(value[value.index(after: value.startIndex)..<end])
        }
        return String(value.prefix { $0 != ":" })
    }
}
