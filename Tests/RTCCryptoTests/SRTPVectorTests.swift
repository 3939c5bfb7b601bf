import CStarlingOpenSSL
import RTCCrypto
import Testing

@Suite("SRTP's published vectors")
struct SRTPVectorTests {
    private func derive(_ key: String, _ salt: String, label: UInt8, count: Int) -> [UInt8] {
        let (key, salt) = (hex(key), hex(salt))
        var out = [UInt8](repeating: 0, count: count)
        #expect(starling_srtp_derive(key, key.count, salt, label, &out, count) == 1)
        return out
    }

    @Test("AES counter mode makes the key stream of RFC 3711 B.2")
    func keyStream() {
        let stream = derive("2B7E151628AED2A6ABF7158809CF4F3C", "F0F1F2F3F4F5F6F7F8F9FAFBFCFD", label: 0, count: 0xFF02 * 16)
        #expect(
            Array(stream[..<48])
                == hex("E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0"))
        #expect(
            Array(stream[(0xFEFF * 16)...])
                == hex("EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44"))
    }

    @Test("key derivation gives the keys of RFC 3711 B.3")
    func derivation() {
        let (key, salt) = ("E1F97A0D3E018BE0D64FA32C06DE4139", "0EC675AD498AFEEBB6960B3AABE6")
        #expect(derive(key, salt, label: 0, count: 16) == hex("C61E7A93744F39EE10734AFE3FF7A087"))
        #expect(derive(key, salt, label: 2, count: 14) == hex("30CBBC08863D8C85D49DB34A9AE1"))
        #expect(
            derive(key, salt, label: 1, count: 94)
                == hex(
                    """
                    CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE E049646C43D9327AD175578EF7227098
                    6371C10C9A369AC2F94A8C5FBCDDDC25 6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2
                    """))
    }

    private static let key = Array(UInt8(0)..<32)
    private static let salt = hex("51756964 2070726f 2071756f")
    private static let gallia = hex(
        """
        8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976
        69736120 696e2070 61727465 73207472 6573
        """)

    @Test(
        "RTP under GCM, RFC 7714 §16.1.1 and §16.2.1, both ways",
        arguments: [
            (
                STARLING_SRTP_GCM128,
                """
                8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5
                0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce
                """
            ),
            (
                STARLING_SRTP_GCM256,
                """
                8040f17b 8041f8d3 5501a0b2 32b1de78 a822fe12 ef9f78fa 332e33aa b1801238
                9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b7aa3 db36dfff d6b0f9bb 7878d7a7 6c13
                """
            ),
        ])
    func gcm(profile: Int, expected: String) {
        let sender = starling_srtp_new_from_session(Int32(profile), Self.key, Self.salt, 1)
        let receiver = starling_srtp_new_from_session(Int32(profile), Self.key, Self.salt, 0)
        defer {
            starling_srtp_free(sender)
            starling_srtp_free(receiver)
        }
        let payload = Array(Self.gallia[12...])
        var out = [UInt8](repeating: 0, count: Self.gallia.count + 16)
        let size = starling_srtp_protect(
            sender, Self.gallia, 12, payload, 5, Array(payload[5...]), payload.count - 5, 0x5501_a0b2, 0xf17b, &out)
        #expect(size == out.count)
        #expect(out == hex(expected))
        #expect(starling_srtp_unprotect(receiver, &out, out.count, 12, 0x5501_a0b2, 0xf17b) == payload.count)
        #expect(Array(out[..<Self.gallia.count]) == Self.gallia)
    }

    private static let report = hex(
        """
        81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
        deadbeef deadbeef deadbeef deadbeef deadbeef
        """)

    @Test(
        "RTCP under GCM, RFC 7714 §17.1 and §17.2, both ways",
        arguments: [
            (
                STARLING_SRTP_GCM128,
                """
                81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda
                4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4
                """
            ),
            (
                STARLING_SRTP_GCM256,
                """
                81c8000d 4d617273 d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50 a2eaa5c1 110555be
                8415f658 c61de047 6f1b6fad 1d1eb30c 4446839f 57ff6f6c b26ac3be 800005d4
                """
            ),
        ])
    func gcmControl(profile: Int, expected: String) {
        let sender = starling_srtp_new_from_session(Int32(profile), Self.key, Self.salt, 1)
        let receiver = starling_srtp_new_from_session(Int32(profile), Self.key, Self.salt, 0)
        defer {
            starling_srtp_free(sender)
            starling_srtp_free(receiver)
        }
        var out = [UInt8](repeating: 0, count: Self.report.count + 20)
        #expect(starling_srtp_protect_rtcp(sender, Self.report, Self.report.count, 0x5d4, &out) == out.count)
        #expect(out == hex(expected))
        #expect(starling_srtp_unprotect_rtcp(receiver, &out, out.count) == Self.report.count)
        #expect(Array(out[..<Self.report.count]) == Self.report)
    }

    @Test("RTCP that is only authenticated, RFC 7714 §17.3, is accepted")
    func tagOnly() {
        let receiver = starling_srtp_new_from_session(Int32(STARLING_SRTP_GCM128), Self.key, Self.salt, 0)
        defer { starling_srtp_free(receiver) }
        var packet = Self.report + hex("841dd968 3dd78ec9 2ae58790 125f62b3 000005d4")
        #expect(starling_srtp_unprotect_rtcp(receiver, &packet, packet.count) == Self.report.count)
        packet = Self.report + hex("841dd968 3dd78ec9 2ae58790 125f62b3 800005d4")
        #expect(starling_srtp_unprotect_rtcp(receiver, &packet, packet.count) == -1)
    }

    @Test("exported material splits as RFC 5764 §4.2 says", arguments: SRTPProfile.allCases)
    func layout(profile: SRTPProfile) throws {
        let material = (0..<SRTPKeys.materialSize(of: profile)).map { UInt8($0) }
        let client = try #require(SRTPKeys(profile: profile, material: material, isClient: true))
        let server = try #require(SRTPKeys(profile: profile, material: material, isClient: false))
        #expect(client.localKey + client.remoteKey + client.localSalt + client.remoteSalt == material)
        #expect(client.localKey == server.remoteKey && client.localSalt == server.remoteSalt)
        #expect(client.remoteKey == server.localKey && client.remoteSalt == server.localSalt)
        #expect(SRTPKeys(profile: profile, material: Array(material.dropLast()), isClient: true) == nil)
        let sizes: [SRTPProfile: Int] = [
            .aes128CMSHA1_80: 60, .aes128CMSHA1_32: 60, .aeadAES128GCM: 56, .aeadAES256GCM: 88,
        ]
        #expect(material.count == sizes[profile])
    }
}
