public import RTCCore

/// Writes a STUN message straight into a datagram's slot (RFC 8489 §5).
///
/// Attributes first, then at most one MESSAGE-INTEGRITY, then ``finish()``, which adds FINGERPRINT.
public struct STUNWriter: ~Copyable {
    private var writer: ByteWriter
    private let transactionID: STUNTransactionID

    public init(
        _ buffer: UnsafeMutableRawBufferPointer, _ messageClass: STUNMessageClass, _ method: STUNMethod,
        _ transactionID: STUNTransactionID
    ) {
        writer = ByteWriter(buffer)
        self.transactionID = transactionID
        let kind = UInt16(messageClass.rawValue)
        let bits = method.rawValue
        writer.write(
            bits & 0x000F | (bits & 0x0070) << 1 | (bits & 0x0F80) << 2 | (kind & 0b01) << 4 | (kind & 0b10) << 7)
        writer.write(UInt16(0))
        writer.write(STUNMessage.magicCookie)
        writer.write(transactionID.high)
        writer.write(transactionID.low)
    }

    private mutating func begin(_ type: STUNAttributeType, size: Int) {
        writer.write(type.rawValue)
        writer.write(UInt16(truncatingIfNeeded: size))
    }

    /// An attribute without a value, such as USE-CANDIDATE.
    public mutating func append(_ type: STUNAttributeType) {
        begin(type, size: 0)
    }

    public mutating func append(_ type: STUNAttributeType, _ value: UInt32) {
        begin(type, size: 4)
        writer.write(value)
    }

    public mutating func append(_ type: STUNAttributeType, _ value: UInt64) {
        begin(type, size: 8)
        writer.write(value)
    }

    /// An attribute of at most 763 bytes, padded to four.
    public mutating func append(_ type: STUNAttributeType, bytes: [UInt8]) {
        precondition(bytes.count <= 763, "no text attribute is longer (RFC 8489 §14)")
        begin(type, size: bytes.count)
        writer.write(bytes: bytes)
        pad(bytes.count)
    }

    /// An address XORed with the cookie and the transaction (RFC 8489 §14.2).
    public mutating func append(_ type: STUNAttributeType, xor address: SocketAddress) {
        begin(type, size: address.family == .ipv4 ? 8 : 20)
        writer.write(UInt16(address.family == .ipv4 ? 1 : 2))
        writer.write(address.port ^ UInt16(STUNMessage.magicCookie >> 16))
        switch address.family {
        case .ipv4:
            writer.write(UInt32(truncatingIfNeeded: address.low) ^ STUNMessage.magicCookie)
        case .ipv6:
            writer.write(address.high ^ (UInt64(STUNMessage.magicCookie) << 32 | UInt64(transactionID.high)))
            writer.write(address.low ^ transactionID.low)
        }
    }

    /// An attribute of any size, padded to four.
    public mutating func append(_ type: STUNAttributeType, value bytes: UnsafeRawBufferPointer) {
        begin(type, size: bytes.count)
        writer.write(bytes: bytes.bytes)
        pad(bytes.count)
    }

    /// An address as it is, as in ALTERNATE-SERVER (RFC 8489 §14.15).
    public mutating func append(_ type: STUNAttributeType, plain address: SocketAddress) {
        begin(type, size: address.family == .ipv4 ? 8 : 20)
        writer.write(UInt16(address.family == .ipv4 ? 1 : 2))
        writer.write(address.port)
        switch address.family {
        case .ipv4:
            writer.write(UInt32(truncatingIfNeeded: address.low))
        case .ipv6:
            writer.write(address.high)
            writer.write(address.low)
        }
    }

    /// ERROR-CODE with its standard words (RFC 8489 §14.8).
    public mutating func append(_ code: STUNErrorCode) {
        let reason = code.reason
        begin(.errorCode, size: 4 + reason.utf8CodeUnitCount)
        writer.write(UInt16(0))
        writer.write(UInt8(truncatingIfNeeded: code.rawValue / 100))
        writer.write(UInt8(truncatingIfNeeded: code.rawValue % 100))
        reason.withUTF8Buffer { writer.write(bytes: UnsafeRawBufferPointer($0).bytes) }
        pad(reason.utf8CodeUnitCount)
    }

    /// UNKNOWN-ATTRIBUTES (RFC 8489 §14.13).
    public mutating func append(_ unknown: STUNUnknownAttributes) {
        begin(.unknownAttributes, size: 2 * unknown.count)
        for index in 0..<unknown.count { writer.write(unknown[index]) }
        pad(2 * unknown.count)
    }

    private mutating func pad(_ size: Int) {
        writer.write(zeros: (4 - size % 4) % 4)
    }

    /// MESSAGE-INTEGRITY (RFC 8489 §14.5).
    ///
    /// - Parameter authenticate: Writes the 20-byte HMAC-SHA1 of its first argument into its second.
    public mutating func appendIntegrity(
        _ authenticate: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Void
    ) {
        let covered = writer.count
        begin(.messageIntegrity, size: 20)
        let start = writer.count
        writer.write(zeros: 20)
        guard !writer.overflowed else { return }
        patchLength()
        authenticate(
            UnsafeRawBufferPointer(rebasing: writer.buffer[..<covered]),
            UnsafeMutableRawBufferPointer(rebasing: writer.buffer[start..<(start + 20)]))
    }

    /// Completes the message; its size in bytes, or zero where it did not fit.
    public consuming func finish(fingerprint: Bool = true) -> Int {
        if fingerprint {
            let covered = writer.count
            begin(.fingerprint, size: 4)
            let start = writer.count
            writer.write(UInt32(0))
            guard !writer.overflowed else { return 0 }
            patchLength()
            let value = STUNFingerprint.of(UnsafeRawBufferPointer(rebasing: writer.buffer[..<covered]))
            writer.patch(UInt16(truncatingIfNeeded: value >> 16), at: start)
            writer.patch(UInt16(truncatingIfNeeded: value), at: start + 2)
        }
        guard !writer.overflowed else { return 0 }
        patchLength()
        return writer.count
    }

    private func patchLength() {
        writer.patch(UInt16(truncatingIfNeeded: writer.count - STUNMessage.headerSize), at: 2)
    }
}
