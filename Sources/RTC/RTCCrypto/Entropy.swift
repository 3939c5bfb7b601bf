internal import CStarlingOpenSSL
internal import RTCCore

/// Where OpenSSL's random bytes come from.
public enum Entropy: Hashable, Sendable {
    /// OpenSSL's own generator, seeded by the operating system.
    case system
    /// A repeatable stream, for simulations only: keys made from it are known to whoever knows the seed.
    case seeded(UInt64)
}

extension Entropy {
    /// Calls `body` with this entropy's stream, or `nil` for the system's.
    func withStream<Result>(
        label: String, _ body: (UnsafeMutablePointer<starling_random_stream>?) -> Result
    ) throws(CryptoError) -> Result {
        guard case .seeded(let seed) = self else { return body(nil) }
        try Self.allowStreams()
        var stream = starling_random_stream(state: SplitMix64.derive(seed, label))
        return body(&stream)
    }

    static func allowStreams() throws(CryptoError) {
        guard starling_openssl_allow_streams() == 1 else { throw .hooksDoNotWork("its generator cannot be replaced") }
    }
}
