internal import Glibc

/// Why a signaling connection could not be made or kept, and how to say so.
package enum SignalingFailure: Error, Equatable {
    case badURL(String)
    case refused
    case timeout(Duration)
    case handshakeTimeout(Duration)
    case unresolved(host: String)
    case notWebSocket(status: UInt, phrase: String)
    case notUpgraded
    case wrongSubprotocol(String)
    case malformed(String)
    /// TLS did not come about, or ended: no trust, no agreement.
    case insecure(String)
    case broken
    case system(String)

    /// - Parameter target: The host and port that were tried.
    package func reason(_ target: String) -> String {
        switch self {
        case .badURL(let problem): problem
        case .refused: "connection refused by \(target)"
        case .timeout(let limit): "connection to \(target) timed out after \(limit.inWords)"
        case .handshakeTimeout(let limit): "\(target) did not answer the WebSocket handshake within \(limit.inWords)"
        case .unresolved(let host): "cannot resolve '\(host)'"
        case .notWebSocket(let status, let phrase): "\(target) is not a WebSocket: HTTP \(status) \(phrase)"
        case .notUpgraded: "\(target) is not a WebSocket: its answer does not complete the handshake"
        case .wrongSubprotocol(let name): "\(target) chose the subprotocol '\(name)', which was not offered"
        case .malformed(let what): "\(target) sent what no WebSocket server may: \(what)"
        case .insecure(let text): "TLS with \(target) failed: \(text)\(Self.remedy(text))"
        case .broken: "\(target) broke the connection"
        case .system(let text): "connection to \(target) failed: \(text)"
        }
    }

    private static func remedy(_ text: String) -> String {
        if text.contains("not trusted") { return "; the target's 'ca' names the PEM file of who vouches for it" }
        // So the beginning of plain text looks to OpenSSL, where a record was expected.
        if text.contains("wrong version number") || text.contains("packet length") {
            return "; does this server speak plain ws://?"
        }
        return ""
    }

    /// What stands behind an errno of a stream.
    ///
    /// - Parameter isConnected: Whether the stream had come about.
    init(_ error: Int32, isConnected: Bool) {
        if isConnected, [ECONNRESET, EPIPE].contains(error) {
            self = .broken
        } else {
            self = error == ECONNREFUSED ? .refused : .system(errorText(error))
        }
    }
}

extension Duration {
    /// Such as `5 s` or `250 ms`.
    var inWords: String {
        let (seconds, attoseconds) = components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        return milliseconds == 0 ? "\(seconds) s" : "\(seconds * 1000 + milliseconds) ms"
    }
}
