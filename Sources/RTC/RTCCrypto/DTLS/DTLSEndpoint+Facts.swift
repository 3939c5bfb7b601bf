internal import CStarlingOpenSSL

extension DTLSEndpoint {
    /// The IANA name of the cipher suite, for `RTCTransportStats.dtlsCipher`; `nil` before it is chosen.
    public var cipherName: String? {
        starling_dtls_cipher(handle).map { String(cString: $0) }
    }

    /// The version as four upper-case hexadecimal digits, for `RTCTransportStats.tlsVersion`; `nil` before it is chosen.
    public var protocolVersion: String? {
        guard cipherName != nil else { return nil }
        return String(starling_dtls_version(handle), radix: 16, uppercase: true)
    }

    /// The profile that both sides agreed on, if any.
    public var srtpProfile: SRTPProfile? {
        SRTPProfile(rawValue: UInt16(truncatingIfNeeded: starling_dtls_srtp_profile(handle)))
    }

    /// The DER encoding of the certificate that the peer presented; empty before.
    public var remoteCertificate: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: starling_dtls_peer_certificate(handle, nil, 0))
        _ = starling_dtls_peer_certificate(handle, &bytes, bytes.count)
        return bytes
    }

    /// How many datagrams of application data have arrived.
    public var receivedApplicationDatagrams: UInt64 { starling_dtls_application_datagrams(handle) }

    /// How many datagrams were lost because a queue was full or a slot too small, or refused because no key can have made them.
    public var droppedDatagrams: UInt64 { starling_dtls_dropped_datagrams(handle) }
}
