internal import CStarlingOpenSSL
internal import RTCCore

extension Entropy {
    /// Proves that OpenSSL follows the seed and the virtual clock in this process; a simulation that cannot must not run.
    public static func selfTest() throws(CryptoError) {
        try testRandomness()
        try testClock()
    }

    private static func testRandomness() throws(CryptoError) {
        let first = try helloOfClient(seed: 1)
        guard try helloOfClient(seed: 1).bytes == first.bytes else { throw .hooksDoNotWork("one seed made two handshakes") }
        guard try helloOfClient(seed: 2).bytes != first.bytes else { throw .hooksDoNotWork("two seeds made one handshake") }
        let certificate = try Certificate.generate(unixSeconds: 0, entropy: .seeded(1)).fingerprint
        guard try Certificate.generate(unixSeconds: 0, entropy: .seeded(1)).fingerprint == certificate else {
            throw .hooksDoNotWork("one seed made two certificates")
        }
        guard systemBytes() != systemBytes() else { throw .hooksDoNotWork("the system's randomness repeats") }
    }

    private static func systemBytes() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        guard starling_openssl_random(&bytes, bytes.count) == 1 else { return [] }
        return bytes
    }

    private static func testClock() throws(CryptoError) {
        let hello = try helloOfClient(seed: 3)
        guard hello.deadline == hello.sentAt + DTLSEndpoint.firstRetransmit else {
            throw .hooksDoNotWork("the first retransmission is due at another time than the virtual one")
        }
        guard hello.wasRetransmitted else { throw .hooksDoNotWork("virtual time does not drive retransmissions") }
    }

    private struct Hello {
        var bytes: [UInt8]
        var sentAt: Instant
        var deadline: Instant?
        var wasRetransmitted: Bool
    }

    private static func helloOfClient(seed: UInt64) throws(CryptoError) -> Hello {
        let now = Instant.milliseconds(5_000_000)
        let certificate = try Certificate.generate(unixSeconds: 0, entropy: .seeded(seed))
        let context = try DTLSContext(entropy: .seeded(seed), clock: .simulation)
        var client = DTLSEndpoint(context: context, certificate: certificate, role: .client, seed: seed, now: now)
        client.start(now: now)
        var slot = [UInt8](repeating: 0, count: DTLSEndpoint.longestDatagram)
        let size = slot.withUnsafeMutableBytes { client.nextDatagram(into: $0) }
        let deadline = client.deadline
        client.advance(to: now + DTLSEndpoint.firstRetransmit)
        var again = slot
        let sizeAgain = again.withUnsafeMutableBytes { client.nextDatagram(into: $0) }
        return Hello(
            bytes: Array(slot[..<size]), sentAt: now, deadline: deadline, wasRetransmitted: sizeAgain > 0)
    }
}
