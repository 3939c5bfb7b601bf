import CStarlingOpenSSL
import RTCCore
import RTCCrypto
import Testing

@Suite("Certificates, RFC 8122")
struct CertificateTests {
    @Test("a fingerprint reads what it writes")
    func roundTrip() throws {
        let fingerprint = try Certificate.generate(unixSeconds: 1_767_225_600).fingerprint
        #expect(fingerprint.algorithm == "sha-256")
        #expect(fingerprint.bytes.count == 32)
        #expect(fingerprint.text.utf8.count == 95)
        #expect(CertificateFingerprint(algorithm: "SHA-256", text: fingerprint.text.lowercased()) == fingerprint)
    }

    @Test("text that is no fingerprint is refused", arguments: ["", "A", "AB:", "AB:C", "AB:CG", "AB-CD", "AB:CD:", ":AB", "ÄB"])
    func refused(text: String) {
        #expect(CertificateFingerprint(algorithm: "sha-256", text: text) == nil)
    }

    @Test("ten thousand mutations of a fingerprint neither crash nor read differently than they are written")
    func mutations() {
        var random = SplitMix64(seed: 4)
        let original = Array("12:AB:34:CD:56:EF".utf8)
        for _ in 0..<10_000 {
            let text = String(decoding: random.mutated(original, splicing: original), as: UTF8.self)
            guard let fingerprint = CertificateFingerprint(algorithm: "sha-256", text: text) else { continue }
            #expect(fingerprint.text == text.uppercased())
        }
    }

    @Test("two certificates differ unless they come from one seed and one time")
    func uniqueness() throws {
        let made = try (0..<4).map { _ in try Certificate.generate(unixSeconds: 1_767_225_600).der }
        #expect(Set(made).count == 4)
        let seeded = try Certificate.generate(unixSeconds: 1_767_225_600, entropy: .seeded(1)).der
        #expect(try Certificate.generate(unixSeconds: 1_767_225_600, entropy: .seeded(1)).der == seeded)
        #expect(try Certificate.generate(unixSeconds: 1_767_225_600, entropy: .seeded(2)).der != seeded)
        #expect(try Certificate.generate(unixSeconds: 1_767_225_601, entropy: .seeded(1)).der != seeded)
    }

    @Test(
        "a certificate is signed by its own key, and OpenSSL writes it as it was made",
        arguments: [
            (0, 86_400), (1_767_225_600, 1_769_904_000), (2_524_600_000, 2_524_700_000), (253_402_000_000, 253_402_300_799),
        ])
    func genuine(notBefore: Int64, notAfter: Int64) throws {
        for _ in 0..<50 {
            let certificate = try #require(starling_certificate_new(notBefore, notAfter, nil))
            defer { starling_certificate_free(certificate) }
            #expect(starling_certificate_is_genuine(certificate) == 1)
        }
    }

    @Test("years from 2050 on are written in full (RFC 5280 §4.1.2.5), and those past 9999 are refused")
    func dates() throws {
        // Valid from the last day of 2049 on.
        let der = try Certificate.generate(unixSeconds: 2_524_608_000).der
        let dates = [23, 13] + Array("491231000000Z".utf8) + [24, 15] + Array("20500131000000Z".utf8)
        #expect(der.indices.contains { der[$0...].starts(with: dates) })
        #expect(throws: CryptoError.self) { try Certificate.generate(unixSeconds: 253_402_300_800) }
    }
}
