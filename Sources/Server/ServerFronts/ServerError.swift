/// Why a server could not start.
public enum ServerError: Error, Hashable, Sendable, CustomStringConvertible {
    case portInUse(host: String, port: Int)
    case portForbidden(host: String, port: Int)
    case tls(certificates: String, key: String, reason: String)
    case cannotListen(host: String, port: Int, reason: String)
    /// What is wrong with the store, and the remedy.
    case store(String)

    public var description: String {
        switch self {
        case .portInUse(let host, let port):
            "port \(port) on \(host) is in use by another program: stop it, or take another port (0 takes a free one)"
        case .portForbidden(let host, let port):
            "port \(port) on \(host) needs more rights than this user has: take a port above 1023 (0 takes a free one)"
        case .store(let words): words
        case .tls(let certificates, let key, let reason):
            "cannot serve TLS with the certificates in \(certificates) and the key in \(key): \(reason); both are PEM files, and the "
                + "first certificate is that of the key"
        case .cannotListen(let host, let port, let reason):
            "cannot listen on \(host), port \(port): \(reason); is '\(host)' an address of this machine?"
        }
    }
}
