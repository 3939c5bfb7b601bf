internal import CStarlingOpenSSL

/// A self-signed ECDSA P-256 certificate and its private key (RFC 8827 §6.5), confined to one worker.
public final class Certificate {
    let handle: OpaquePointer

    /// Its SHA-256, for `a=fingerprint`.
    public let fingerprint: CertificateFingerprint

    /// Makes a new key and a certificate that is valid from a day before to 30 days after a time. Takes about 0.2 ms.
    ///
    /// - Parameter unixSeconds: The present, in seconds since 1970.
    /// - Parameter entropy: From a seed, the same certificate comes out in every process.
    public static func generate(unixSeconds: Int64, entropy: Entropy = .system) throws(CryptoError) -> Certificate {
        let day: Int64 = 86_400
        let notBefore = max(0, unixSeconds - day)
        let notAfter = unixSeconds + 30 * day
        let handle = try entropy.withStream(label: "certificate") { starling_certificate_new(notBefore, notAfter, $0) }
        guard let handle else { throw .fromOpenSSL() }
        return Certificate(handle: handle)
    }

    private init(handle: OpaquePointer) {
        self.handle = handle
        var digest = [UInt8](repeating: 0, count: 32)
        starling_certificate_sha256(handle, &digest)
        fingerprint = CertificateFingerprint(algorithm: "sha-256", bytes: digest)
    }

    deinit {
        starling_certificate_free(handle)
    }

    /// Its DER encoding.
    public var der: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: starling_certificate_der(handle, nil, 0))
        _ = starling_certificate_der(handle, &bytes, bytes.count)
        return bytes
    }
}
