internal import CStarlingOpenSSL

/// What all TLS connections of a server share. It belongs to one event loop.
final class TLSContext {
    private let context: OpaquePointer

    init(_ identity: TLSIdentity) throws(ServerError) {
        guard let context = starling_tls_server_context_new(identity.certificates, identity.key) else {
            let reason = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
                starling_openssl_error(buffer.baseAddress, buffer.count)
                return buffer.baseAddress.map { String(cString: $0) } ?? ""
            }
            throw .tls(certificates: identity.certificates, key: identity.key, reason: reason)
        }
        self.context = context
    }

    deinit {
        starling_tls_context_free(context)
    }

    /// `nil` where memory is short.
    func accept() -> TLSConnection? {
        starling_tls_accept(context).map { TLSConnection($0) }
    }
}
