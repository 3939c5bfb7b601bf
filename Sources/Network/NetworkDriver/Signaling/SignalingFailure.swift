internal import Glibc
internal import NIOCore
internal import NIOPosix

/// Why a signaling connection could not be made or kept, and how to say so.
enum SignalingFailure: Error, Equatable {
    case badURL(String)
    case refused
    case timeout(Duration)
    case handshakeTimeout(Duration)
    case unresolved(host: String)
    case notWebSocket(status: UInt, phrase: String)
    case notUpgraded
    case wrongSubprotocol(String)
    case broken
    case system(String)

    /// - Parameter target: The host and port that were tried.
    func reason(_ target: String) -> String {
        switch self {
        case .badURL(let problem): problem
        case .refused: "connection refused by \(target)"
        case .timeout(let limit): "connection to \(target) timed out after \(limit.inWords)"
        case .handshakeTimeout(let limit): "\(target) did not answer the WebSocket handshake within \(limit.inWords)"
        case .unresolved(let host): "cannot resolve '\(host)'"
        case .notWebSocket(let status, let phrase): "\(target) is not a WebSocket: HTTP \(status) \(phrase)"
        case .notUpgraded: "\(target) is not a WebSocket: its answer does not complete the handshake"
        case .wrongSubprotocol(let name): "\(target) chose the subprotocol '\(name)', which was not offered"
        case .broken: "\(target) broke the connection"
        case .system(let text): "connection to \(target) failed: \(text)"
        }
    }

    /// What stands behind an error of the network library.
    init(_ error: any Error, host: String, timeout: Duration) {
        switch error {
        case let failure as SignalingFailure:
            self = failure
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first {
                self = Self(first.error, host: host, timeout: timeout)
            } else {
                self = .unresolved(host: host)
            }
        case ChannelError.connectTimeout:
            self = .timeout(timeout)
        case let error as IOError:
            self = Self.isRefusal(error.errnoCode) ? .refused : .system(errorText(error.errnoCode))
        default:
            self = .system("\(error)")
        }
    }

    private static func isRefusal(_ error: CInt) -> Bool {
        error == ECONNREFUSED
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
