/// Who opens the DTLS association (RFC 4145 §4, RFC 8842 §5.3).
public enum SDPSetup: String, CaseIterable, Hashable, Sendable {
    /// Offers either role.
    case actpass
    /// Sends the ClientHello.
    case active
    /// Waits for it.
    case passive
    case holdconn
}
