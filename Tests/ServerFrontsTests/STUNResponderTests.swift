import RTCCore
import RTCWire
import ServerFronts
import Testing

@Suite("The STUN responder, RFC 8489")
struct STUNResponderTests {
    private let source = SocketAddress(ipv4: 0xC000_0207, port: 4711)
    private let id = STUNTransactionID(high: 7, low: 9)

    private func message(_ messageClass: STUNMessageClass = .request, _ write: (inout STUNWriter) -> Void = { _ in }) -> [UInt8] {
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 8) { slot in
            var writer = STUNWriter(slot, messageClass, .binding, id)
            write(&writer)
            return Array(slot[..<writer.finish()])
        }
    }

    private func answer(
        _ responder: inout STUNResponder, _ bytes: [UInt8], from source: SocketAddress? = nil, now: Instant = .origin
    ) -> [UInt8] {
        withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { slot in
            let size = bytes.withUnsafeBytes {
                responder.answer($0.bytes, from: source ?? self.source, into: slot, now: now)
            }
            return Array(slot[..<size])
        }
    }

    @Test(
        "tells the source of a request, with a fingerprint",
        arguments: [
            SocketAddress(ipv4: 0xC000_0207, port: 4711), SocketAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 7, port: 4711),
        ])
    func binding(source: SocketAddress) throws {
        var responder = STUNResponder(at: .origin)
        let bytes = answer(&responder, message(), from: source)
        try bytes.withUnsafeBytes { raw in
            let response = try STUNMessage(parsing: raw.bytes)
            #expect(response.messageClass == .success && response.transactionID == id && response.hasFingerprint)
            #expect(response.xorMappedAddress == source)
        }
        #expect(bytes.count <= 2 * message().count)
        #expect(responder.statistics.answered == 1)
    }

    @Test("refuses what it must understand and does not, and names it")
    func unknown() throws {
        var responder = STUNResponder(at: .origin)
        let bytes = answer(&responder, message { $0.append(STUNAttributeType(rawValue: 0x7F01), UInt32(1)) })
        try bytes.withUnsafeBytes { raw in
            let response = try STUNMessage(parsing: raw.bytes)
            #expect(response.messageClass == .error && response.errorCode == .unknownAttribute)
            #expect(response.value(of: .unknownAttributes)?.byteCount == 2)
        }
    }

    @Test("ignores responses, indications and what is no STUN")
    func ignored() {
        var responder = STUNResponder(at: .origin)
        for bytes in [
            message(.success), message(.indication), message(.error), [], [0x80, 0x60, 1, 2], Array(message().dropLast()),
        ] {
            #expect(answer(&responder, bytes).isEmpty)
        }
        #expect(responder.statistics.ignored == 6)
    }

    @Test("answers no more than its rate")
    func limited() {
        var responder = STUNResponder(limit: RateLimit(perSecond: 10, burst: 3), at: .origin)
        for expected in [true, true, true, false] { #expect(answer(&responder, message()).isEmpty != expected) }
        #expect(!answer(&responder, message(), now: .milliseconds(100)).isEmpty)
        #expect(responder.statistics.limited == 1)
    }

    @Test("ten thousand mutations of a request neither crash it nor make it say more than twice as much")
    func mutations() {
        var random = SplitMix64(seed: 3)
        var responder = STUNResponder(at: .origin)
        let original = message { $0.append(.software, bytes: Array("starling".utf8)) }
        for round in 0..<10_000 {
            var bytes = original
            for _ in 0...Int(random.next() % 3) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.next() % 4 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
            let size = answer(&responder, bytes, now: .milliseconds(UInt64(round))).count
            #expect(size <= 2 * max(bytes.count, 28))
        }
    }
}
