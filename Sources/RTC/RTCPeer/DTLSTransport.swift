package import RTCCrypto

/// Holds the DTLS endpoint once there is one (W3C `RTCDtlsTransport`); an optional value that cannot be copied cannot be read in place.
package final class DTLSTransport {
    package var endpoint: DTLSEndpoint

    package init(_ endpoint: consuming DTLSEndpoint) {
        self.endpoint = endpoint
    }
}
