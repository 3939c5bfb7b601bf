/// Which library encrypts media.
public enum SRTPBackend: String, CaseIterable, Hashable, Sendable {
    /// Contexts of our own on OpenSSL's ciphers; no allocation per packet.
    case libcrypto
    /// Cisco's library, for comparison; Debian's build allocates for each packet.
    case libsrtp2
}
