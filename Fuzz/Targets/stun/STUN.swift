import FuzzSupport
import RTCCore
import RTCCrypto
import RTCWire

/// The parser of STUN (RFC 8489) and every accessor of what it accepts.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let input = UnsafeRawBufferPointer(start: start, count: size)
    read(input)
    // A wrong check value would keep everything behind it out of reach.
    var mended = Array(input)
    guard mended.count >= 28 else { return 0 }
    mended.withUnsafeMutableBytes { bytes in
        let length = UInt16(truncatingIfNeeded: bytes.count - STUNMessage.headerSize)
        bytes.storeBytes(of: length.bigEndian, toByteOffset: 2, as: UInt16.self)
        bytes.storeBytes(of: STUNMessage.magicCookie.bigEndian, toByteOffset: 4, as: UInt32.self)
        let end = bytes.count - 8
        bytes.storeBytes(of: UInt32(0x8028_0004).bigEndian, toByteOffset: end, as: UInt32.self)
        let check = STUNFingerprint.of(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        bytes.storeBytes(of: check.bigEndian, toByteOffset: end + 4, as: UInt32.self)
        read(UnsafeRawBufferPointer(bytes))
    }
    return 0
}

// One thread is all that a fuzzer has.
nonisolated(unsafe) private let key = HMACSHA1(key: Array("a-password-of-24-letters".utf8))

private func read(_ bytes: UnsafeRawBufferPointer) {
    guard let message = try? STUNMessage(parsing: bytes.bytes) else { return }
    let ends = [message.username?.byteCount, message.realm?.byteCount, message.nonce?.byteCount]
    promise(ends.allSatisfy { $0.map { $0 <= 763 } ?? true }, "no text is longer than RFC 8489 §14 allows")
    _ = (message.priority, message.usesCandidate, message.iceControlled, message.iceControlling, message.errorCode)
    _ = (message.xorMappedAddress, message.xorAddress(.xorPeerAddress), message.xorAddress(.xorRelayedAddress))
    for index in 0..<message.unknownRequired.count { _ = message.unknownRequired[index] }
    _ = message.withIntegrity { start, rest, code in
        var expected: (UInt64, UInt64, UInt32) = (0, 0, 0)
        return withUnsafeMutableBytes(of: &expected) { expected in
            key.authenticate(start, rest, into: UnsafeMutableRawBufferPointer(rebasing: expected[..<20]))
            return HMACSHA1.equal(UnsafeRawBufferPointer(rebasing: expected[..<20]), code)
        }
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked(seeds())
    return 0
}

private func seeds() -> [[UInt8]] {
    let id = STUNTransactionID(high: 1, low: 2)
    let peer = SocketAddress(ipv4: 0x0A00_0001, port: 5000)
    return [
        message(.request, id) { writer in
            writer.append(.username, bytes: Array("here:there".utf8))
            writer.append(.priority, UInt32(1_862_270_975))
            writer.append(.iceControlling, UInt64(77))
            writer.append(.useCandidate)
        },
        message(.success, id) { $0.append(.xorMappedAddress, xor: peer) },
        message(.success, id) { $0.append(.xorMappedAddress, xor: SocketAddress(ipv6High: 1, low: 2, port: 3)) },
        message(.error, id) { writer in
            writer.append(STUNErrorCode.unauthenticated)
            writer.append(.realm, bytes: Array("realm".utf8))
            writer.append(.nonce, bytes: Array("nonce".utf8))
        },
        message(.error, id) { $0.append(STUNErrorCode.roleConflict) },
        message(.indication, id) { _ in },
    ]
}

private func message(
    _ messageClass: STUNMessageClass, _ id: STUNTransactionID, _ attributes: (inout STUNWriter) -> Void
) -> [UInt8] {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1500, alignment: 8)
    defer { bytes.deallocate() }
    var writer = STUNWriter(bytes, messageClass, .binding, id)
    attributes(&writer)
    writer.appendIntegrity { key.authenticate($0, into: $1) }
    let size = writer.finish()
    return Array(bytes[..<size])
}
