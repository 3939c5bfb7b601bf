/// Why an association failed, for people.
public enum DTLSFailure: Error, Hashable, Sendable {
    /// The peer's certificate matches none of the fingerprints from signaling.
    case fingerprintMismatch
    /// The peer stopped answering: twelve retransmissions in about half a minute.
    case handshakeTimeout
    /// The peer sent a fatal alert of this name.
    case alert(String)
    /// OpenSSL refused what arrived; its own words.
    case protocolError(String)
}

extension DTLSFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .fingerprintMismatch: "the peer's certificate does not match its fingerprint"
        case .handshakeTimeout: "handshake timeout"
        case .alert(let name): "the peer sent the alert '\(name)'"
        case .protocolError(let reason): "protocol error: \(reason)"
        }
    }
}
