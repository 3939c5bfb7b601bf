internal import RTCCore

/// A STUN message, read in place from the datagram that carries it (RFC 8489 §5).
///
/// Parsing checks the whole layout once: after that every attribute can be read without a further error.
/// Where an attribute repeats, the first counts; what follows MESSAGE-INTEGRITY is ignored, FINGERPRINT apart (§14, §14.5).
public struct STUNMessage: ~Escapable {
    public static let headerSize = 20
    public static let magicCookie: UInt32 = 0x2112_A442

    public enum ParsingError: Error, Hashable, Sendable {
        /// Too short for a header, or not STUN by its first two bits or its magic cookie.
        case notSTUN
        /// The header's length is not that of the datagram.
        case lengthMismatch
        /// The attribute at this offset runs past the end.
        case attributeTruncated(offset: Int)
        /// The attribute at this offset has a size or content its type does not allow.
        case attributeInvalid(offset: Int)
        /// The check value at the end is wrong.
        case fingerprintMismatch
    }

    /// The whole datagram.
    public let bytes: RawSpan
    public let messageClass: STUNMessageClass
    public let method: STUNMethod
    public let transactionID: STUNTransactionID
    /// Comprehension-required attributes that this codec does not know: a request with any of them is refused with 420.
    public let unknownRequired: STUNUnknownAttributes
    /// Whether a (correct) FINGERPRINT is there.
    public let hasFingerprint: Bool
    /// Where the MESSAGE-INTEGRITY attribute begins.
    let integrityOffset: Int?
    /// Where the attributes that count end.
    let attributesEnd: Int

    @_lifetime(copy bytes)
    public init(parsing bytes: RawSpan) throws(ParsingError) {
        guard bytes.byteCount >= Self.headerSize, bytes.unsafeLoad(fromByteOffset: 0, as: UInt8.self) < 0x40,
            bytes.bigEndian(at: 4, as: UInt32.self) == Self.magicCookie
        else { throw .notSTUN }
        let type = bytes.bigEndian(at: 0, as: UInt16.self)
        let length = Int(bytes.bigEndian(at: 2, as: UInt16.self))
        guard length % 4 == 0, length + Self.headerSize == bytes.byteCount else { throw .lengthMismatch }
        guard let messageClass = STUNMessageClass(rawValue: UInt8(type >> 7 & 0b10 | type >> 4 & 0b01)) else { throw .notSTUN }
        let method = STUNMethod(rawValue: type & 0x000F | type >> 1 & 0x0070 | type >> 2 & 0x0F80)
        let layout = try Layout(of: bytes, method: method)
        self.bytes = bytes
        self.messageClass = messageClass
        self.method = method
        transactionID = STUNTransactionID(
            high: bytes.bigEndian(at: 8, as: UInt32.self), low: bytes.bigEndian(at: 12, as: UInt64.self))
        unknownRequired = layout.unknownRequired
        hasFingerprint = layout.hasFingerprint
        integrityOffset = layout.integrityOffset
        attributesEnd = layout.attributesEnd
    }
}

/// What one walk over the attributes finds.
private struct Layout {
    var unknownRequired = STUNUnknownAttributes()
    var hasFingerprint = false
    var integrityOffset: Int?
    var attributesEnd: Int

    init(of bytes: RawSpan, method: STUNMethod) throws(STUNMessage.ParsingError) {
        var offset = STUNMessage.headerSize
        attributesEnd = bytes.byteCount
        while offset < bytes.byteCount {
            guard offset + 4 <= bytes.byteCount else { throw .attributeTruncated(offset: offset) }
            let type = STUNAttributeType(rawValue: bytes.bigEndian(at: offset, as: UInt16.self))
            let size = Int(bytes.bigEndian(at: offset + 2, as: UInt16.self))
            let next = offset + 4 + (size + 3) & ~3
            guard next <= bytes.byteCount else { throw .attributeTruncated(offset: offset) }
            try take(type, at: offset, size: size, next: next, of: bytes, method: method)
            offset = next
        }
    }

    private mutating func take(
        _ type: STUNAttributeType, at offset: Int, size: Int, next: Int, of bytes: RawSpan, method: STUNMethod
    ) throws(STUNMessage.ParsingError) {
        if type == .fingerprint {
            guard size == 4, next == bytes.byteCount else { throw .attributeInvalid(offset: offset) }
            let expected = bytes.extracting(0..<offset).withUnsafeBytes { STUNFingerprint.of($0) }
            guard bytes.bigEndian(at: offset + 4, as: UInt32.self) == expected else { throw .fingerprintMismatch }
            hasFingerprint = true
            attributesEnd = min(attributesEnd, offset)
            return
        }
        guard integrityOffset == nil else { return }
        guard Self.isValid(type, size: size, at: offset + 4, of: bytes) else { throw .attributeInvalid(offset: offset) }
        if type == .messageIntegrity {
            integrityOffset = offset
            attributesEnd = offset
        } else if type.isComprehensionRequired, !type.isUnderstood(in: method) {
            unknownRequired.append(type.rawValue)
        }
    }

    /// Whether a value may have this size, and an address the size of its family.
    private static func isValid(_ type: STUNAttributeType, size: Int, at offset: Int, of bytes: RawSpan) -> Bool {
        switch type {
        case .messageIntegrity: return size == 20
        case .username: return size <= 513
        case .realm, .nonce: return size <= 763
        case .errorCode: return size >= 4
        case .unknownAttributes: return size % 2 == 0
        case .priority: return size == 4
        case .useCandidate: return size == 0
        case .iceControlled, .iceControlling: return size == 8
        case .mappedAddress, .xorMappedAddress, .xorPeerAddress, .xorRelayedAddress:
            guard size == 8 || size == 20 else { return false }
            return bytes.unsafeLoad(fromByteOffset: offset + 1, as: UInt8.self) == (size == 8 ? 1 : 2)
        default: return true
        }
    }
}
