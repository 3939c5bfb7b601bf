internal import RTCCrypto
internal import RTCWire

/// A password's key schedule, made once and shared by reference (RFC 8489 §9.1).
final class IntegrityKey {
    private let key: HMACSHA1

    init(_ password: String) {
        key = HMACSHA1(key: Array(password.utf8))
    }

    /// Whether the message carries this key's MESSAGE-INTEGRITY.
    func authenticates(_ message: borrowing STUNMessage) -> Bool {
        message.withIntegrity { start, rest, code in
            withUnsafeTemporaryAllocation(byteCount: HMACSHA1.size, alignment: 8) { expected in
                key.authenticate(start, rest, into: expected)
                return HMACSHA1.equal(UnsafeRawBufferPointer(expected), code)
            }
        } ?? false
    }

    func sign(_ writer: inout STUNWriter) {
        writer.appendIntegrity { key.authenticate($0, into: $1) }
    }
}
