import MutatedInput
import RTCCore
import RTCCrypto
import RTCWire
import Testing

/// Parses and hands the message on; `nil` where parsing fails.
@discardableResult
func withMessage<Result>(_ bytes: [UInt8], _ body: (borrowing STUNMessage) -> Result) -> Result? {
    bytes.withUnsafeBytes { buffer in
        do throws(STUNMessage.ParsingError) {
            return body(try STUNMessage(parsing: buffer.bytes))
        } catch {
            return nil
        }
    }
}

func expectMessage(_ bytes: [UInt8], _ body: (borrowing STUNMessage) -> Void) {
    if let error = parsingError(bytes) { Issue.record("\(error)") }
    withMessage(bytes, body)
}

func parsingError(_ bytes: [UInt8]) -> STUNMessage.ParsingError? {
    bytes.withUnsafeBytes { buffer in
        do throws(STUNMessage.ParsingError) {
            _ = try STUNMessage(parsing: buffer.bytes)
            return nil
        } catch {
            return error
        }
    }
}

func isAuthentic(_ message: borrowing STUNMessage, _ key: borrowing HMACSHA1) -> Bool {
    message.withIntegrity { start, rest, code in
        var expected = [UInt8](repeating: 0, count: 20)
        return expected.withUnsafeMutableBytes { expected in
            key.authenticate(start, rest, into: expected)
            return HMACSHA1.equal(UnsafeRawBufferPointer(expected), code)
        }
    } ?? false
}

/// Writes a message into an array.
func message(
    _ messageClass: STUNMessageClass, _ id: STUNTransactionID, method: STUNMethod = .binding, password: String? = nil,
    _ attributes: (inout STUNWriter) -> Void
) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: 1500)
    let size = bytes.withUnsafeMutableBytes { buffer in
        var writer = STUNWriter(buffer, messageClass, method, id)
        attributes(&writer)
        if let password {
            let key = HMACSHA1(key: Array(password.utf8))
            writer.appendIntegrity { key.authenticate($0, into: $1) }
        }
        return writer.finish()
    }
    return Array(bytes[..<size])
}

@Suite("STUN, RFC 8489")
struct STUNTests {
    @Test("reads the request of RFC 5769 §2.1")
    func request() {
        let key = HMACSHA1(key: Array(RFC5769.password.utf8))
        expectMessage(RFC5769.request) { message in
            #expect(message.messageClass == .request)
            #expect(message.method == .binding)
            #expect(message.transactionID == STUNTransactionID(high: 0xB7E7_A701, low: 0xBC34_D686_FA87_DFAE))
            let username = message.username?.array
            #expect(username == Array("evtj:h6vY".utf8))
            #expect(message.priority == 0x6E00_01FF)
            #expect(message.iceControlled == 0x932F_F9B1_5126_3B36)
            #expect(message.iceControlling == nil)
            #expect(message.usesCandidate == false)
            #expect(message.hasFingerprint == true)
            #expect(message.unknownRequired.isEmpty)
            let authentic = isAuthentic(message, key)
            #expect(authentic)
            let wrong = isAuthentic(message, HMACSHA1(key: [1, 2, 3]))
            #expect(!wrong)
        }
    }

    @Test(
        "reads the responses of RFC 5769 §2.2 and §2.3",
        arguments: [(RFC5769.responseIPv4, "192.0.2.1"), (RFC5769.responseIPv6, "2001:db8:1234:5678:11:2233:4455:6677")])
    func response(bytes: [UInt8], host: String) throws {
        let key = HMACSHA1(key: Array(RFC5769.password.utf8))
        expectMessage(bytes) { message in
            #expect(message.messageClass == .success)
            let mapped = message.xorMappedAddress
            #expect(mapped?.host == host)
            #expect(mapped?.port == 32_853)
            let authentic = isAuthentic(message, key)
            #expect(authentic)
        }
    }

    @Test("reads the long-term request of RFC 5769 §2.4")
    func longTerm() {
        let key = HMACSHA1(key: RFC5769.longTermKey)
        expectMessage(RFC5769.longTerm) { message in
            let realm = message.realm?.array
            let nonce = message.nonce?.array
            #expect(realm == Array("example.org".utf8))
            #expect(nonce == Array("f//499k954d6OL34oL9FSTvy64sA".utf8))
            let authentic = isAuthentic(message, key)
            #expect(authentic)
            #expect(message.hasFingerprint == false)
        }
    }

    @Test("writes what it reads")
    func roundTrip() {
        let id = STUNTransactionID(high: 1, low: 2)
        for address in [
            SocketAddress(ipv4: 0xC000_0201, port: 32_853), SocketAddress(ipv6High: 0x2001_0DB8_0000_0001, low: 77, port: 9),
        ] {
            let bytes = message(.success, id, password: "secret") { $0.append(.xorMappedAddress, xor: address) }
            expectMessage(bytes) { message in
                #expect(message.xorMappedAddress == address)
                #expect(message.transactionID == id)
                let authentic = isAuthentic(message, HMACSHA1(key: Array("secret".utf8)))
                #expect(authentic)
            }
        }
        let refusal = message(.error, id) { writer in
            var unknown = STUNUnknownAttributes()
            for type in [UInt16(0x7001), 0x7002, 0x7003] { unknown.append(type) }
            writer.append(STUNErrorCode.unknownAttribute)
            writer.append(unknown)
        }
        expectMessage(refusal) { message in
            #expect(message.errorCode == .unknownAttribute)
            let types = message.value(of: .unknownAttributes)?.array
            #expect(types == [0x70, 1, 0x70, 2, 0x70, 3])
        }
    }

    @Test("keeps every class and method", arguments: [STUNMethod.binding, .allocate, .channelBind, .init(rawValue: 0xFFF)])
    func types(method: STUNMethod) throws {
        for kind in [STUNMessageClass.request, .indication, .success, .error] {
            let bytes = message(kind, STUNTransactionID(high: 3, low: 4), method: method) { _ in }
            expectMessage(bytes) { message in
                #expect(message.messageClass == kind)
                #expect(message.method == method)
            }
        }
    }

    @Test("names what must be understood and is not, and skips what need not be")
    func unknown() {
        let bytes = message(.request, STUNTransactionID(high: 3, low: 4)) { writer in
            writer.append(STUNAttributeType(rawValue: 0xC057), UInt32(1))
            writer.append(STUNAttributeType(rawValue: 0x7ABC), UInt32(1))
            writer.append(STUNAttributeType.lifetime, UInt32(1))
            writer.append(.priority, UInt32(7))
        }
        expectMessage(bytes) { message in
            #expect(message.unknownRequired.count == 2)
            let first = message.unknownRequired[0]
            #expect(first == 0x7ABC)
            #expect(message.priority == 7)
        }
    }

    @Test("ignores what follows the integrity, and the second of a kind")
    func afterIntegrity() {
        let id = STUNTransactionID(high: 3, low: 4)
        let bytes = message(.request, id) { writer in
            writer.append(.priority, UInt32(1))
            writer.append(.priority, UInt32(2))
            writer.appendIntegrity { _, _ in }
            writer.append(.useCandidate)
            writer.append(STUNAttributeType(rawValue: 0x7ABC), UInt32(1))
        }
        expectMessage(bytes) { message in
            #expect(message.priority == 1)
            #expect(message.usesCandidate == false)
            #expect(message.unknownRequired.isEmpty)
        }
    }

    @Test("refuses what is no whole message")
    func refusals() {
        let good = RFC5769.request
        #expect(parsingError([]) == .notSTUN)
        #expect(parsingError(Array(good.dropLast(4))) == .lengthMismatch)
        #expect(parsingError(good + [0, 0, 0, 0]) == .lengthMismatch)
        var bytes = good
        bytes[4] ^= 1
        #expect(parsingError(bytes) == .notSTUN)
        bytes = good
        bytes[30] ^= 1
        #expect(parsingError(bytes) == .fingerprintMismatch)
        bytes = good
        bytes[23] = 0xFF
        #expect(parsingError(bytes) == .attributeTruncated(offset: 20))
    }

    @Test("gives nothing where the buffer is too small")
    func overflow() {
        var bytes = [UInt8](repeating: 0, count: 40)
        let size = bytes.withUnsafeMutableBytes { buffer in
            var writer = STUNWriter(buffer, .request, .binding, STUNTransactionID(high: 0, low: 0))
            writer.append(.username, bytes: [UInt8](repeating: 1, count: 30))
            writer.appendIntegrity { _, _ in }
            return writer.finish()
        }
        #expect(size == 0)
    }

    @Test("survives 10,000 mutations of its own messages")
    func mutations() {
        let corpus = [RFC5769.request, RFC5769.responseIPv4, RFC5769.responseIPv6, RFC5769.longTerm]
        let key = HMACSHA1(key: Array(RFC5769.password.utf8))
        var mutator = Mutator(seed: 5)
        var parsed = 0
        for _ in 0..<10_000 {
            // Without its fingerprint a mutation gets further.
            var bytes = mutator.mutate(corpus)
            if mutator.random.next() & 1 == 0, bytes.count > 20 { repairLength(&bytes) }
            let read = withMessage(bytes) { message in
                _ = message.username?.array
                _ = message.realm?.array
                _ = message.nonce?.array
                _ = message.priority
                _ = message.iceControlled
                _ = message.iceControlling
                _ = message.usesCandidate
                _ = message.errorCode
                _ = message.xorMappedAddress
                _ = message.xorAddress(.xorRelayedAddress)
                return isAuthentic(message, key)
            }
            if read != nil { parsed += 1 }
        }
        #expect(parsed > 100)
    }

    private func repairLength(_ bytes: inout [UInt8]) {
        bytes.removeLast(bytes.count % 4)
        guard bytes.count >= 20 else { return }
        bytes[2] = UInt8((bytes.count - 20) >> 8)
        bytes[3] = UInt8((bytes.count - 20) & 0xFF)
    }
}
