public import RTCCore

extension STUNMessage {
    /// The value of the first attribute of a type, without padding; `nil` where there is none.
    ///
    /// MESSAGE-INTEGRITY and FINGERPRINT are not found this way.
    @_lifetime(copy self)
    public func value(of type: STUNAttributeType) -> RawSpan? {
        var offset = Self.headerSize
        while offset < attributesEnd {
            let size = Int(bytes.bigEndian(at: offset + 2, as: UInt16.self))
            if bytes.bigEndian(at: offset, as: UInt16.self) == type.rawValue {
                return bytes.extracting((offset + 4)..<(offset + 4 + size))
            }
            offset += 4 + (size + 3) & ~3
        }
        return nil
    }

    /// USERNAME (RFC 8489 §14.3): in ICE, the receiver's user fragment, a colon, the sender's.
    public var username: RawSpan? {
        @_lifetime(copy self)
        get { value(of: .username) }
    }

    /// REALM (RFC 8489 §14.9), for a TURN client.
    public var realm: RawSpan? {
        @_lifetime(copy self)
        get { value(of: .realm) }
    }

    /// NONCE (RFC 8489 §14.10), for a TURN client.
    public var nonce: RawSpan? {
        @_lifetime(copy self)
        get { value(of: .nonce) }
    }

    /// PRIORITY (RFC 8445 §16.1): that of the peer-reflexive candidate which the check may reveal.
    public var priority: UInt32? {
        integer(.priority, as: UInt32.self)
    }

    /// Whether USE-CANDIDATE is there (RFC 8445 §16.1).
    public var usesCandidate: Bool {
        value(of: .useCandidate) != nil
    }

    /// The tie-breaker of ICE-CONTROLLED (RFC 8445 §16.1).
    public var iceControlled: UInt64? {
        integer(.iceControlled, as: UInt64.self)
    }

    /// The tie-breaker of ICE-CONTROLLING (RFC 8445 §16.1).
    public var iceControlling: UInt64? {
        integer(.iceControlling, as: UInt64.self)
    }

    private func integer<Field: FixedWidthInteger & BitwiseCopyable>(_ type: STUNAttributeType, as field: Field.Type) -> Field? {
        guard let value = value(of: type) else { return nil }
        return value.bigEndian(at: 0, as: field)
    }

    /// ERROR-CODE (RFC 8489 §14.8).
    public var errorCode: STUNErrorCode? {
        guard let value = value(of: .errorCode) else { return nil }
        let hundreds = UInt16(value.unsafeLoad(fromByteOffset: 2, as: UInt8.self) & 7)
        let rest = UInt16(value.unsafeLoad(fromByteOffset: 3, as: UInt8.self))
        return STUNErrorCode(rawValue: hundreds * 100 + rest)
    }

    /// The words that came with ERROR-CODE, for people; `nil` where there are none. For the control path: it allocates.
    public var errorReason: String? {
        guard let value = value(of: .errorCode), value.byteCount > 4 else { return nil }
        let text = String(decoding: value.extracting(4..<value.byteCount).array, as: UTF8.self)
        let shown = text.unicodeScalars.filter { $0.properties.generalCategory != .control }
        return String(String.UnicodeScalarView(shown.prefix(127)))
    }

    /// LIFETIME in seconds (RFC 8656 §18.2).
    public var lifetime: UInt32? {
        fourBytes(.lifetime)
    }

    /// CHANNEL-NUMBER (RFC 8656 §18.1).
    public var channelNumber: UInt16? {
        fourBytes(.channelNumber).map { UInt16(truncatingIfNeeded: $0 >> 16) }
    }

    private func fourBytes(_ type: STUNAttributeType) -> UInt32? {
        guard let value = value(of: type), value.byteCount == 4 else { return nil }
        return value.bigEndian(at: 0, as: UInt32.self)
    }

    /// Where the payload of DATA lies in the datagram (RFC 8656 §18.4).
    public var dataRange: Range<Int>? {
        var offset = Self.headerSize
        while offset < attributesEnd {
            let size = Int(bytes.bigEndian(at: offset + 2, as: UInt16.self))
            if bytes.bigEndian(at: offset, as: UInt16.self) == STUNAttributeType.data.rawValue {
                return (offset + 4)..<(offset + 4 + size)
            }
            offset += 4 + (size + 3) & ~3
        }
        return nil
    }

    /// ALTERNATE-SERVER (RFC 8489 §14.15), which is not XORed.
    public var alternateServer: SocketAddress? {
        guard let value = value(of: .alternateServer), value.byteCount == 8 || value.byteCount == 20 else { return nil }
        let port = value.bigEndian(at: 2, as: UInt16.self)
        if value.byteCount == 8 { return SocketAddress(ipv4: value.bigEndian(at: 4, as: UInt32.self), port: port) }
        return SocketAddress(
            ipv6High: value.bigEndian(at: 4, as: UInt64.self), low: value.bigEndian(at: 12, as: UInt64.self), port: port)
    }

    /// XOR-MAPPED-ADDRESS (RFC 8489 §14.2): where the server saw the request come from.
    public var xorMappedAddress: SocketAddress? {
        xorAddress(.xorMappedAddress)
    }

    /// Reads an address that is XORed with the cookie and the transaction, as TURN's are too (RFC 8656 §18).
    public func xorAddress(_ type: STUNAttributeType) -> SocketAddress? {
        guard let value = value(of: type) else { return nil }
        let port = value.bigEndian(at: 2, as: UInt16.self) ^ UInt16(Self.magicCookie >> 16)
        if value.byteCount == 8 {
            return SocketAddress(ipv4: value.bigEndian(at: 4, as: UInt32.self) ^ Self.magicCookie, port: port)
        }
        guard value.byteCount == 20 else { return nil }
        let mask = UInt64(Self.magicCookie) << 32 | UInt64(transactionID.high)
        return SocketAddress(
            ipv6High: value.bigEndian(at: 4, as: UInt64.self) ^ mask,
            low: value.bigEndian(at: 12, as: UInt64.self) ^ transactionID.low, port: port)
    }

    /// Whether MESSAGE-INTEGRITY is there.
    public var hasIntegrity: Bool { integrityOffset != nil }

    /// Lends what MESSAGE-INTEGRITY covers and its 20-byte value; `nil` where the attribute is missing.
    ///
    /// The cover comes in two parts, because the header's length must read as if the message ended with the attribute
    /// (RFC 8489 §14.5) and the datagram stays as it is.
    public func withIntegrity<Result>(
        _ body: (
            _ start: UnsafeRawBufferPointer, _ rest: UnsafeRawBufferPointer, _ code: UnsafeRawBufferPointer
        ) -> Result
    ) -> Result? {
        guard let integrityOffset else { return nil }
        let length = UInt32(integrityOffset + 24 - Self.headerSize)
        let start = (bytes.bigEndian(at: 0, as: UInt32.self) & 0xFFFF_0000 | length).bigEndian
        return withUnsafeBytes(of: start) { start in
            bytes.withUnsafeBytes { whole in
                body(
                    start, UnsafeRawBufferPointer(rebasing: whole[4..<integrityOffset]),
                    UnsafeRawBufferPointer(rebasing: whole[(integrityOffset + 4)..<(integrityOffset + 24)]))
            }
        }
    }
}
