/// Why a certificate, a context or a key could not be made.
public enum CryptoError: Error, Hashable, Sendable {
    /// OpenSSL refused; its own words.
    case openSSL(String)
    /// libsrtp2 refused, with its status number.
    case libSRTP(Int32)
    /// A key or a salt does not have the size of its profile, in bytes.
    case wrongKeySize(expected: Int, actual: Int)
    /// A list of profiles is empty.
    case noProfiles
    /// OpenSSL's clock or randomness does not follow the hooks in this process, so nothing here can be simulated.
    case hooksDoNotWork(String)
}

extension CryptoError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .openSSL(let reason): "OpenSSL: \(reason)"
        case .libSRTP(let status): "libsrtp2: status \(status)"
        case .wrongKeySize(let expected, let actual): "the profile takes \(expected) bytes, not \(actual)"
        case .noProfiles: "at least one SRTP profile is needed"
        case .hooksDoNotWork(let what): "OpenSSL cannot be simulated in this process: \(what)"
        }
    }
}
