internal import CStarlingOpenSSL

/// The certificates that a worker's TLS connections trust.
final class TLSTrust {
    fileprivate let context: OpaquePointer

    struct Failure: Error {
        let reason: String
    }

    /// - Parameter file: PEM; `nil` for the certificates of the system.
    init(file: String?) throws(Failure) {
        guard let context = starling_tls_context_new(file) else {
            let reason = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
                starling_openssl_error(buffer.baseAddress, buffer.count)
                return buffer.baseAddress.map { String(cString: $0) } ?? ""
            }
            throw Failure(reason: "cannot read certificates from \(file ?? "the system's store"): \(reason)")
        }
        self.context = context
    }

    deinit {
        starling_tls_context_free(context)
    }
}

/// The client's end of one TLS connection: records in, text out, and the other way round.
final class TLSClient {
    private let tls: OpaquePointer

    /// - Parameter name: Whom the server's certificate must name; an address counts, too.
    init?(_ trust: TLSTrust, name: String) {
        guard let tls = starling_tls_new(trust.context, name) else { return nil }
        self.tls = tls
    }

    deinit {
        starling_tls_free(tls)
    }

    var isOpen: Bool { starling_tls_status(tls) == Int32(STARLING_TLS_OPEN) }

    /// Why it is over; `nil` while it is not.
    var end: StreamEnd? {
        switch Int(starling_tls_status(tls)) {
        case STARLING_TLS_FAILED: .insecure(String(cString: starling_tls_failure(tls)))
        case STARLING_TLS_CLOSED: .closed
        default: nil
        }
    }

    func put(_ bytes: UnsafeRawBufferPointer) {
        _ = starling_tls_put(tls, bytes.baseAddress, bytes.count)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        starling_tls_read(tls, buffer.baseAddress, buffer.count)
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        starling_tls_write(tls, bytes.baseAddress, bytes.count) == 1
    }

    func take(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        starling_tls_take(tls, buffer.baseAddress, buffer.count)
    }

    func close() {
        starling_tls_close(tls)
    }
}
