internal import CStarlingOpenSSL

/// The certificates by which a client of this program trusts servers.
///
/// Unchecked, because it is a pointer: OpenSSL lets any thread begin connections of a context that is not changed any more.
public final class TLSAuthorities: @unchecked Sendable {
    private let context: OpaquePointer

    public struct Failure: Error, Hashable, Sendable {
        /// For people.
        public let reason: String
    }

    /// - Parameter file: PEM; `nil` for the certificates of the system.
    public init(file: String?) throws(Failure) {
        guard let context = starling_tls_context_new(file) else {
            throw Failure(reason: "cannot read certificates from \(file ?? "the system's store")")
        }
        self.context = context
    }

    deinit {
        starling_tls_context_free(context)
    }

    /// Begins a client's connection.
    ///
    /// - Parameter name: Whom the server's certificate must name; an address counts, too.
    /// - Returns: `nil` where nobody can be called so.
    func connect(to name: String) -> TLSConnection? {
        starling_tls_new(context, name).map { TLSConnection($0) }
    }
}
