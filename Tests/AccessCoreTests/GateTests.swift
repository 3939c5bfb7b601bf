import AccessCore
import HandmadeTokens
import RTCCore
import SignalingProtocol
import Testing

@Suite("The gate: tokens")
struct GateTests {
    static func gate(
        _ keys: HandmadeTokens? = HandmadeTokens(), fixed: [Gate.FixedToken] = [],
        _ change: (inout AccessPolicy) -> Void = { _ in }
    ) -> Gate {
        var policy = AccessPolicy()
        change(&policy)
        return Gate(policy: policy, fixed: fixed, keys: keys, unixMilliseconds: HandmadeTokens.begin * 1000)
    }

    static func reason(_ token: String?, _ gate: Gate = gate(), at seconds: Int64 = 1) -> TokenRefusal.Reason? {
        var gate = gate
        guard case .failure(let refusal) = gate.admit(token, now: .origin + .seconds(seconds)) else { return nil }
        #expect(gate.refusals == [refusal.reason: 1])
        return refusal.reason
    }

    static func grant(_ token: String?, _ gate: Gate = gate()) throws -> Grant {
        var gate = gate
        return try gate.admit(token, now: .origin + .seconds(1)).get()
    }

    @Test("a token says who its bearer is and what it may do")
    func full() throws {
        let token = HandmadeTokens.token(
            ["name": "Ana", "jti": "j1"],
            starling: """
                {"v":1,"room":"r","rooms":["x-*"],"role":"viewer","perms":["subscribe","chat"],"sources":["camera"],
                "lobby":"skip","dup":"reject","attrs":{"flag":"de"},"hidden":true,"tenant":"acme","ttl_session":60,"unknown":[1]}
                """)
        let grant = try Self.grant(token)
        #expect(
            grant
                == Grant(
                    identity: "ana", name: "Ana", role: .viewer, permissions: [.subscribe, .chat],
                    rooms: .some([.init("r"), .init("x-*", isGlob: true)]), sources: [.camera], lobby: .skip,
                    duplicate: .reject, attributes: ["flag": "de"], isHidden: true, tenant: "acme",
                    sessionLifetime: .seconds(60), tokenID: "j1"))
        #expect(grant.qualified("r") == "acme\u{1F}r" && Grant.shown("acme\u{1F}r") == "r" && Grant.shown("r") == "r")
    }

    @Test("without keys everybody comes in, and a token is a name")
    func open() throws {
        let gate = Self.gate(nil)
        #expect(!gate.knowsTokens && !gate.asksForTokens)
        #expect(try Self.grant("ana", gate) == Grant(identity: "ana"))
        #expect(try Self.grant(nil, gate) == Grant())
    }

    @Test("with keys nobody comes in without a token, unless anonymous clients may; a wrong token is refused all the same")
    func anonymous() throws {
        #expect(Self.reason(nil) == .missing)
        let gate = Self.gate { $0.allowsAnonymous = true }
        #expect(try Self.grant(nil, gate) == Grant())
        #expect(Self.reason("made up", gate) == .unknown)
    }

    @Test("a fixed token is compared as it stands")
    func fixed() throws {
        let gate = Self.gate(nil, fixed: [.init("sesame", Grant(identity: "ali", role: .host))])
        #expect(try Self.grant("sesame", gate) == Grant(identity: "ali", role: .host))
        #expect(Self.reason("sesam", gate) == .unknown && Self.reason("sesamee", gate) == .unknown)
        #expect(Self.reason("", gate) == .unknown)
    }

    @Test(
        "what is no token is refused as malformed",
        arguments: [
            ".", "..", "a.b.c", "a.b", "é.é.é", HandmadeTokens.token() + ".x", HandmadeTokens.token() + "=",
            HandmadeTokens.token(header: "[]"), HandmadeTokens.token(header: #"{"typ":"JWT"}"#),
            HandmadeTokens.token(header: #"{"alg":"HS256","alg":"none"}"#),
            HandmadeTokens.token(header: #"{"alg":"HS256","kid":1}"#),
            HandmadeTokens.token(payload: "[1]"), HandmadeTokens.token(payload: ""),
            HandmadeTokens.token(payload: String(repeating: "[", count: 200)),
            HandmadeTokens.token(["pad": .string(String(repeating: "x", count: 4096))]),
        ])
    func malformed(token: String) {
        #expect(Self.reason(token) == .malformed)
    }

    @Test("no token chooses its algorithm: 'none', and any other than that of its key, is refused whatever the signature")
    func algorithms() {
        for algorithm in ["none", "None", "HS512", "RS256", "ES256", ""] {
            #expect(Self.reason(HandmadeTokens.token(header: #"{"alg":"\#(algorithm)"}"#)) == .algorithm)
        }
        let unsigned = HandmadeTokens.token(header: #"{"alg":"none"}"#)
        #expect(Self.reason(String(unsigned[...(unsigned.lastIndex(of: ".") ?? unsigned.startIndex)])) == .algorithm)
        // A public key must not be taken for a secret.
        let keys = HandmadeTokens([("p", "ES256", 7)])
        #expect(Self.reason(HandmadeTokens.token(header: #"{"alg":"HS256","kid":"p"}"#), Self.gate(keys)) == .algorithm)
    }

    @Test("'crit' is refused, since nothing of it is understood")
    func critical() {
        #expect(Self.reason(HandmadeTokens.token(header: #"{"alg":"HS256","crit":["exp"],"exp":1}"#)) == .critical)
        #expect(Self.reason(HandmadeTokens.token(header: #"{"alg":"HS256","crit":["b64"],"b64":false}"#)) == .critical)
    }

    @Test("keys are told apart by 'kid', and an old one is good beside the new one until it is taken away")
    func rotation() throws {
        let both = Self.gate(HandmadeTokens([("old", "HS256", 1), ("new", "HS256", 2)]))
        let old = HandmadeTokens.token(header: #"{"alg":"HS256","kid":"old"}"#, secret: 1)
        let new = HandmadeTokens.token(header: #"{"alg":"HS256","kid":"new"}"#, secret: 2)
        #expect(try Self.grant(old, both).identity == "ana" && Self.grant(new, both).identity == "ana")
        #expect(Self.reason(HandmadeTokens.token(header: #"{"alg":"HS256","kid":"new"}"#, secret: 1), both) == .signature)
        #expect(Self.reason(HandmadeTokens.token(secret: 1), both) == .key)
        #expect(Self.reason(old, Self.gate(HandmadeTokens([("new", "HS256", 2)]))) == .key)
    }

    @Test("a signature of anything else is wrong")
    func signatures() {
        #expect(Self.reason(HandmadeTokens.token(secret: 8)) == .signature)
        let parts = HandmadeTokens.token().split(separator: ".")
        let other = HandmadeTokens.token(["sub": "bo"]).split(separator: ".")
        #expect(Self.reason("\(parts[0]).\(other[1]).\(parts[2])") == .signature)
        #expect(Self.reason("\(parts[0]).\(parts[1]).") == .signature)
    }

    @Test("audience and expiry are needed, and the issuer where some are named")
    func needed() {
        #expect(Self.reason(HandmadeTokens.token(["aud": nil])) == .audience)
        #expect(Self.reason(HandmadeTokens.token(["aud": "others"])) == .audience)
        #expect(Self.reason(HandmadeTokens.token(["aud": 1])) == .audience)
        #expect(Self.reason(HandmadeTokens.token(["aud": .array(["others", "starling"])])) == nil)
        #expect(Self.reason(HandmadeTokens.token(["exp": nil])) == .claim)
        #expect(Self.reason(HandmadeTokens.token(["exp": "tomorrow"])) == .claim)
        #expect(Self.reason(HandmadeTokens.token(["sub": nil])) == .claim)
        let strict = Self.gate { $0.issuers = ["us"] }
        #expect(Self.reason(HandmadeTokens.token(), strict) == .issuer)
        #expect(Self.reason(HandmadeTokens.token(["iss": "them"]), strict) == .issuer)
        #expect(Self.reason(HandmadeTokens.token(["iss": "us"]), strict) == nil)
    }

    @Test("times count with thirty seconds of leeway, and no token is good for more than ten minutes")
    func times() {
        let token = HandmadeTokens.token()
        #expect(Self.reason(token, at: 629) == nil && Self.reason(token, at: 630) == .expired)
        let later = HandmadeTokens.token(["nbf": .integer(HandmadeTokens.begin + 60)])
        #expect(Self.reason(later, at: 29) == .early && Self.reason(later, at: 30) == nil)
        let future = HandmadeTokens.token(["iat": .integer(HandmadeTokens.begin + 100)])
        #expect(Self.reason(future, at: 1) == .early)
        #expect(Self.reason(HandmadeTokens.token(["exp": .integer(HandmadeTokens.begin + 601)])) == .lifetime)
        #expect(
            Self.reason(HandmadeTokens.token(["iat": nil, "exp": .integer(HandmadeTokens.begin + 3600)])) == .lifetime)
        #expect(Self.reason(HandmadeTokens.token(["exp": .number(Double(HandmadeTokens.begin) + 599.5)])) == nil)
        #expect(Self.reason(HandmadeTokens.token(["exp": .number(1e300)])) == .claim)
    }

    @Test(
        "a claim that is known and wrong refuses the token",
        arguments: [
            #""v":2"#, #""room":"""#, #""room":1"#, #""room":"a\nb""#, #""rooms":"r""#, #""rooms":[1]"#, #""rooms":[]"#, "",
            #""room":"r","role":"owner""#, #""room":"r","perms":["all"]"#, #""room":"r","perms":"chat""#,
            #""room":"r","sources":["radio"]"#, #""room":"r","lobby":"maybe""#, #""room":"r","dup":1"#,
            #""room":"r","hidden":1"#, #""room":"r","once":true"#, #""room":"r","ttl_session":9"#,
            #""room":"r","ttl_session":86401"#, #""room":"r","attrs":[]"#, #""room":"r","tenant":"""#,
            #""rooms":["\#(Array(repeating: "r", count: 33).joined(separator: #"",""#))"]"#,
        ])
    func wrong(members: String) {
        let starling = "{\(members)}"
        #expect(Self.reason(HandmadeTokens.token(starling: starling)) == .claim)
    }

    @Test("a token without grants is for nothing")
    func withoutGrants() {
        #expect(Self.reason(HandmadeTokens.token(starling: nil)) == .claim)
        #expect(Self.reason(HandmadeTokens.token(starling: #""r""#)) == .claim)
    }

    @Test("a one-time token is good for one session, also when it is shown again at once")
    func once() throws {
        var gate = Self.gate()
        let token = HandmadeTokens.token(["jti": "one"], starling: #"{"room":"r","once":true}"#)
        #expect(try gate.examine(token, takesOnce: true, now: .origin).get().isOnce)
        guard case .failure(let forHTTP) = gate.examine(token, now: .origin) else { throw Unexpected() }
        #expect(forHTTP.reason == .spent)
        #expect(try gate.admit(token, now: .origin).get().tokenID == "one")
        guard case .failure(let refusal) = gate.admit(token, now: .origin + .seconds(629)) else { throw Unexpected() }
        #expect(refusal.reason == .spent && refusal.code == .unauthenticated)
    }

    @Test("one-time tokens are remembered until they expire, and no more of them are let in than can be remembered")
    func remembered() throws {
        var gate = Self.gate { $0.spentTokens = 2 }
        let tokens = (1...3).map { HandmadeTokens.token(["jti": .string("\($0)")], starling: #"{"room":"r","once":true}"#) }
        for token in tokens[..<2] { _ = try gate.admit(token, now: .origin).get() }
        guard case .failure(let refusal) = gate.admit(tokens[2], now: .origin) else { throw Unexpected() }
        #expect(refusal.reason == .overload && refusal.code == .nodeFull)
        let later = HandmadeTokens.token(
            ["jti": "4", "iat": .integer(HandmadeTokens.begin + 700), "exp": .integer(HandmadeTokens.begin + 1000)],
            starling: #"{"room":"r","once":true}"#)
        #expect(try gate.admit(later, now: .origin + .seconds(700)).get().tokenID == "4")
    }

    @Test("what a gate has spent, the gate after it does not let in until it is over")
    func spentBefore() throws {
        var first = Self.gate()
        let token = HandmadeTokens.token(["jti": "one"], starling: #"{"room":"r","once":true}"#)
        _ = try first.admit(token, now: .origin).get()
        let noted = first.nextSpent()
        let spent = SpentToken(id: "one", until: HandmadeTokens.begin + 630)
        #expect(noted == spent)
        var second = Self.gate()
        second.restore([spent])
        #expect(Self.reason(token, second) == .spent)
        var other = Self.gate()
        other.restore([SpentToken(id: "two", until: spent.until)])
        #expect(try other.admit(token, now: .origin).get().tokenID == "one")
    }

    struct Unexpected: Error {}

    @Test("what is revoked is refused: one token, or everything of one identity")
    func revoked() throws {
        var gate = Self.gate()
        let revocations = try ["jti j1", "sub bo"].map { try #require(Revocation(line: $0)) }
        for revocation in revocations { gate.revoke(revocation) }
        #expect(Self.reason(HandmadeTokens.token(["jti": "j1"]), gate) == .revoked)
        #expect(Self.reason(HandmadeTokens.token(["sub": "bo"]), gate) == .revoked)
        #expect(Self.reason(HandmadeTokens.token(["jti": "j2"]), gate) == nil)
        #expect(Revocation(line: "") == nil && Revocation(line: "jti") == nil && Revocation(line: "ip 1") == nil)
    }

    @Test("what an earlier server revoked is refused, identities under their veil")
    func restored() throws {
        var gate = Self.gate()
        gate.restore([.token("j1"), .identity("<bo>")]) { "<\($0)>" }
        #expect(Self.reason(HandmadeTokens.token(["jti": "j1"]), gate) == .revoked)
        #expect(Self.reason(HandmadeTokens.token(["sub": "bo"]), gate) == .revoked)
        #expect(Self.reason(HandmadeTokens.token(["sub": "<bo>"]), gate) == nil)
        #expect(Self.reason(HandmadeTokens.token(["jti": "<j1>"]), gate) == nil)
    }

    @Test("LiveKit's grants are taken where their issuer is named, and what they leave out is allowed")
    func video() throws {
        let gate = Self.gate { $0.issuers = ["APIkey"] }
        let claims: [String: JSON?] = ["iss": "APIkey", "aud": nil, "name": "Ana"]
        var video: JSONObject = [
            "roomJoin": .bool(true), "room": "r", "canPublishSources": .array(["camera", "screen_share"]),
            "roomAdmin": .bool(true),
        ]
        let token = { (video: JSONObject, extra: [String: JSON?]) in
            HandmadeTokens.token(
                claims.merging(extra) { $1 }.merging(["video": .object(video)]) { $1 }, starling: nil)
        }
        let grant = try Self.grant(token(video, [:]), gate)
        #expect(
            grant
                == Grant(
                    identity: "ana", name: "Ana", role: .cohost, rooms: .some([.init("r")]), sources: [.camera, .screen],
                    sessionLifetime: .seconds(3600)))
        video["canPublish"] = .bool(false)
        video["roomAdmin"] = nil
        #expect(try Self.grant(token(video, [:]), gate).permissions == Role.speaker.permissions.filter { $0 != .publish })
        #expect(Self.reason(token(video, ["iss": nil]), Self.gate()) == .audience)
        video["roomJoin"] = nil
        #expect(Self.reason(token(video, [:]), gate) == .claim)
    }

    @Test("an administrator's token needs no room, and only it says so")
    func administrator() throws {
        #expect(try Self.grant(HandmadeTokens.token(starling: #"{"admin":true}"#)).isAdministrator)
        #expect(try !Self.grant(HandmadeTokens.token(starling: #"{"room":"r"}"#)).isAdministrator)
    }
}
