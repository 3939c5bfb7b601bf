/// What statistics tell of a certificate.
public struct CertificateFacts: Hashable, Sendable {
    public var fingerprint: String
    public var fingerprintAlgorithm: String
    /// DER in Base64.
    public var base64Certificate: String

    public init(fingerprint: String, fingerprintAlgorithm: String, base64Certificate: String) {
        self.fingerprint = fingerprint
        self.fingerprintAlgorithm = fingerprintAlgorithm
        self.base64Certificate = base64Certificate
    }
}
