internal import CStarlingOpenSSL

extension CryptoError {
    /// What OpenSSL last complained about on this thread.
    static func fromOpenSSL() -> CryptoError {
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 160) { buffer in
            starling_openssl_error(buffer.baseAddress, buffer.count)
            return buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
        return .openSSL(text)
    }
}
