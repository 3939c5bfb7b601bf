import AccessCore
import RTCCore
import ServerTokens
import SignalingProtocol
import Testing

@Suite("Keys of tokens")
struct JWTKeysTests {
    /// The text, signature and key of an example in an RFC.
    private static func isVerified(_ token: String, by keys: JWTKeys, algorithm: String, key: String? = nil) throws -> Bool {
        let parts = token.split(separator: ".")
        let signature = try #require(Base64URL.decode(parts[2]))
        return keys.verify(signature, of: Array("\(parts[0]).\(parts[1])".utf8), algorithm: algorithm, key: key)
    }

    @Test("the HS256 example of RFC 7515 A.1 is verified, and no other text")
    func hs256() async throws {
        let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
        let keys = try await JWTKeys(secrets: [.init(bytes: try #require(Base64URL.decode(secret)))])
        let token =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
            + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
            + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        #expect(try Self.isVerified(token, by: keys, algorithm: "HS256"))
        #expect(try !Self.isVerified("x" + token, by: keys, algorithm: "HS256"))
        #expect(try !Self.isVerified(token, by: keys, algorithm: "HS512"))
        #expect(try !Self.isVerified(token, by: keys, algorithm: "HS256", key: "other"))
        #expect(keys.algorithms(ofKey: nil) == ["HS256"] && keys.algorithms(ofKey: "other").isEmpty)
    }

    private static let keySet = """
        {"keys":[
        {"kty":"EC","crv":"P-256","kid":"ec","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
        {"kty":"OKP","crv":"Ed25519","kid":"ed","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        {"kty":"EC","crv":"P-521","kid":"large","alg":"ES512",
        "x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4XUxcWceHwAM",
        "y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}]}
        """

    @Test("the ES256 example of RFC 7515 A.3 is verified by a JWK Set, and by no other algorithm")
    func es256() async throws {
        let keys = try await JWTKeys(secrets: [], keySet: Self.keySet)
        let token =
            "eyJhbGciOiJFUzI1NiJ9"
            + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
            + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        #expect(try Self.isVerified(token, by: keys, algorithm: "ES256", key: "ec"))
        #expect(try !Self.isVerified(token, by: keys, algorithm: "HS256", key: "ec"))
        #expect(try !Self.isVerified(token, by: keys, algorithm: "ES256", key: "ed"))
        #expect(keys.algorithms(ofKey: "ec") == ["ES256"] && keys.algorithms(ofKey: "large").isEmpty)
        #expect(keys.token(claims: [:]) == nil, "public keys sign nothing")
    }

    @Test("the EdDSA example of RFC 8037 A.4 is verified by a JWK Set")
    func edDSA() async throws {
        let keys = try await JWTKeys(secrets: [], keySet: Self.keySet)
        let token =
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
            + ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        #expect(try Self.isVerified(token, by: keys, algorithm: "EdDSA", key: "ed"))
        #expect(try !Self.isVerified(token, by: keys, algorithm: "ES256", key: "ed"))
    }

    @Test("a token made with a secret passes the gate, also with the next secret in front of it, until the old one goes")
    func rotation() async throws {
        let old = JWTKeys.Secret(name: "1", bytes: Array(repeating: 1, count: 32))
        let new = JWTKeys.Secret(name: "2", bytes: Array(repeating: 2, count: 32))
        let begin: Int64 = 1_700_000_000
        let wish = TokenWish(identity: "ana", room: "r", name: "Ana", role: .host, isOnce: true, tokenID: "1")
        let token = try #require(try await JWTKeys(secrets: [old]).token(claims: wish.claims(at: begin)))
        for (secrets, isIn) in [([old], true), ([new, old], true), ([new], false)] {
            var gate = Gate(policy: AccessPolicy(), keys: try await JWTKeys(secrets: secrets), unixMilliseconds: begin * 1000)
            let grant = try? gate.admit(token, now: .origin).get()
            #expect((grant != nil) == isIn)
            #expect(grant.map { $0.identity == "ana" && $0.role == .host && $0.name == "Ana" && $0.isOnce } ?? !isIn)
        }
    }

    @Test("a secret that is shorter than the hash is refused with the remedy")
    func short() async {
        let error = await #expect(throws: TokenKeyError.self) {
            _ = try await JWTKeys(secrets: [.init(bytes: [1, 2, 3])])
        }
        #expect(error == .shortSecret(bytes: 3) && error?.description.contains("openssl rand") == true)
    }

    @Test("a set that is none, or has no key of use, is refused")
    func sets() async {
        for text in ["", "[]", #"{"keys":[{"kty":"EC","crv":"P-256","kid":"k","x":"AA","y":"AA"}]}"#] {
            await #expect(throws: TokenKeyError.self) { _ = try await JWTKeys(secrets: [], keySet: text) }
        }
        let error = await #expect(throws: TokenKeyError.self) { _ = try await JWTKeys(secrets: [], keySet: #"{"keys":[]}"#) }
        #expect(error == .noKeys)
    }
}
