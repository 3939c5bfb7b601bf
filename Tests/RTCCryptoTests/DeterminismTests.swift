import RTCCore
import RTCCrypto
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite("OpenSSL in simulations")
struct DeterminismTests {
    private func handshake(seed: UInt64) throws -> (sent: [[UInt8]], keys: SRTPKeys?) {
        var pair = try DTLSPair(seed: seed)
        pair.link = .init(loss: 0.2, duplication: 0.1, spread: .milliseconds(50))
        pair.start()
        pair.run()
        return (pair.sent, pair.client.srtpKeys)
    }

    @Test("the self-test passes")
    func selfTest() throws {
        try Entropy.selfTest()
    }

    @Test("one seed gives the same bytes and keys, another seed others", arguments: 1...UInt64(20))
    func repeats(seed: UInt64) throws {
        let (first, again, other) = (try handshake(seed: seed), try handshake(seed: seed), try handshake(seed: seed + 1000))
        #expect(first.sent == again.sent)
        #expect(first.keys == again.keys)
        #expect(first.keys != nil)
        #expect(first.sent[0] != other.sent[0])
        #expect(first.keys != other.keys)
    }

    @Test("the bytes of one seed are the same in every process")
    func golden() throws {
        let certificate = try Certificate.generate(unixSeconds: 1_767_225_600, entropy: .seeded(1))
        #expect(certificate.fingerprint.text == Self.goldenFingerprint)
        let keys = try #require(try handshake(seed: 1).keys)
        #expect(CertificateFingerprint(algorithm: "key", bytes: keys.localKey).text == Self.goldenKey)
    }

    // Taken with OpenSSL 3.0.19, the fingerprint with 3.0.22 too; another version may draw its random numbers in another order.
    private static let goldenFingerprint =
        "FB:50:0D:0A:72:1F:30:DD:BF:9D:12:15:CE:3B:83:2E:E6:7B:7D:F5:EF:B1:0D:1F:96:C0:47:E7:1D:99:39:F4"
    private static let goldenKey = "D5:A2:AB:4A:54:7A:39:D3:BF:F1:2F:9C:A8:0B:FD:ED"

    @Test("another peer on the same context changes nothing")
    func independence() throws {
        func hello(withNeighbour: Bool) throws -> [UInt8] {
            let context = try DTLSContext(entropy: .seeded(1), clock: .simulation)
            let certificate = try Certificate.generate(unixSeconds: 0, entropy: .seeded(2))
            var slot = [UInt8](repeating: 0, count: 2000)
            if withNeighbour {
                var neighbour = DTLSEndpoint(context: context, certificate: certificate, role: .client, seed: 8, now: .origin)
                neighbour.start(now: .origin)
            }
            var endpoint = DTLSEndpoint(context: context, certificate: certificate, role: .client, seed: 9, now: .origin)
            endpoint.start(now: .origin)
            let size = slot.withUnsafeMutableBytes { endpoint.nextDatagram(into: $0) }
            return Array(slot[..<size])
        }
        let (alone, together) = (try hello(withNeighbour: false), try hello(withNeighbour: true))
        #expect(alone == together)
        #expect(!alone.isEmpty)
    }

    @Test("system randomness stays random beside seeded threads")
    func otherThreads() async throws {
        let fingerprints = try await withThrowingTaskGroup(of: [CertificateFingerprint].self) { group in
            for worker in 0..<4 {
                group.addTask {
                    var made: [CertificateFingerprint] = []
                    for _ in 0..<50 {
                        let entropy: Entropy = worker % 2 == 0 ? .system : .seeded(5)
                        made.append(try Certificate.generate(unixSeconds: 0, entropy: entropy).fingerprint)
                    }
                    return made
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let kinds = fingerprints.map { Set($0).count }.sorted()
        #expect(kinds == [1, 1, 50, 50])
        #expect(Set(fingerprints.flatMap { $0 }).count == 101)
    }

    @Test("the wall clock is the system's outside of OpenSSL")
    func realClock() {
        var (now, reference) = (timeval(), timespec())
        gettimeofday(&now, nil)
        clock_gettime(CLOCK_REALTIME, &reference)
        #expect(abs(now.tv_sec - reference.tv_sec) <= 1)
    }
}
