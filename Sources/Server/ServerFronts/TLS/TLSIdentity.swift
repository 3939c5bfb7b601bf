/// What a server shows of itself to clients that ask for TLS: PEM files.
public struct TLSIdentity: Hashable, Sendable {
    /// Its certificate, and behind it those that vouch for it.
    public var certificates: String
    /// The private key of the first of them.
    public var key: String

    public init(certificates: String, key: String) {
        self.certificates = certificates
        self.key = key
    }

    /// Whether a server could start with it.
    public func check() throws(ServerError) {
        _ = try TLSContext(self)
    }
}
