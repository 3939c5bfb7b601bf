internal import RTCCrypto
package import RTCWire

/// A password's key schedule, made once and shared by reference (RFC 8489 §9.1).
package final class IntegrityKey {
    private let key: HMACSHA1

    package init(_ password: String) {
        key = HMACSHA1(key: Array(password.utf8))
    }

    /// The long-term key of a TURN user (RFC 8489 §9.2.2).
    package init(username: String, realm: [UInt8], password: String) {
        key = HMACSHA1(key: MD5.hash(Array(username.utf8) + [0x3A] + realm + [0x3A] + Array(password.utf8)))
    }

    /// Whether the message carries this key's MESSAGE-INTEGRITY.
    package func authenticates(_ message: borrowing STUNMessage) -> Bool {
        message.withIntegrity { start, rest, code in
            withUnsafeTemporaryAllocation(byteCount: HMACSHA1.size, alignment: 8) { expected in
                key.authenticate(start, rest, into: expected)
                return HMACSHA1.equal(UnsafeRawBufferPointer(expected), code)
            }
        } ?? false
    }

    package func sign(_ writer: inout STUNWriter) {
        writer.appendIntegrity { key.authenticate($0, into: $1) }
    }
}
