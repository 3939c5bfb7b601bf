import AccessCore
import FuzzSupport
import HandmadeTokens
import RTCCore
import ServerTokens
import SignalingProtocol

/// Those who come to the gate with tokens of their own and of others.
final class Visitors {
    private static let begin = HandmadeTokens.begin
    private static let leeway: Int64 = 30
    private static let remembered = 4
    /// By their order: what the gate believes, and what it does not.
    private static let handmade: [(name: String?, algorithm: String, secret: UInt64)] = [
        (nil, "HS256", 7), ("k", "ES256", 8), ("k", "EdDSA", 9),
    ]
    private var gate: Gate
    private var now = Instant.origin
    private let hasRealKeys: Bool
    /// What issuers whom the gate believes have written, and everybody's newest.
    private var genuine: Set<String> = ["fixed"]
    private var tokens = ["fixed"]
    private var spent: Set<String> = []
    private var revoked: [Revocation] = []

    init(_ input: inout FuzzInput) {
        let choice = input.byte()
        hasRealKeys = choice & 1 == 0
        var policy = AccessPolicy()
        policy.allowsAnonymous = choice & 2 != 0
        policy.issuers = choice & 4 == 0 ? [] : ["i"]
        policy.revocations = Self.remembered
        gate = Gate(
            policy: policy, fixed: [.init("fixed", Grant(identity: "f", isAdministrator: true))],
            keys: hasRealKeys ? Keys.all.server : HandmadeTokens(Self.handmade), unixMilliseconds: Self.begin * 1000)
    }

    func step(_ input: inout FuzzInput) {
        switch input.below(8) {
        case 0: show(input.text())
        case 1: issue(wish(&input), &input)
        case 2: issue(claims(&input), &input)
        case 3: sign(&input)
        case 4: show(tokens[input.below(tokens.count)])
        case 5: show(damaged(&input))
        case 6: now = now + .seconds(Int64(input.below(400)))
        default: revoke(&input)
        }
    }

    // MARK: - Issuers

    private func wish(_ input: inout FuzzInput) -> JSONObject {
        let choice = input.byte()
        let wish = TokenWish(
            identity: ["ana", "bob"][Int(choice & 1)], room: ["r", "a*", "*", "?b"][Int(choice >> 1 & 3)],
            name: choice & 8 == 0 ? nil : "n", role: choice & 16 == 0 ? nil : .host, lifetime: Int64(input.below(700)),
            isOnce: choice & 32 != 0, tokenID: choice & 64 == 0 ? nil : "j\(choice & 3)", issuer: choice & 4 == 0 ? nil : "i",
            isAdministrator: choice & 128 != 0)
        return wish.claims(at: gate.unixSeconds(at: now) + Int64(input.byte()) - 128)
    }

    /// Claims of the right names and odd values.
    private func claims(_ input: inout FuzzInput) -> JSONObject {
        var claims = wish(&input)
        let names = ["sub", "aud", "iss", "exp", "nbf", "iat", "jti", "name", "starling", "video"]
        for _ in 0..<input.below(3) {
            let values: [JSON] = [
                .null, .integer(Self.begin), .number(1.5e9), .string("i"), .array(["starling", .integer(1)]), .bool(true),
                .object(["roomJoin": .bool(true), "room": "r"]), .object(["rooms": .array(["*"])]), .integer(-1),
                .integer(JSON.largestInteger), .string(String(repeating: "x", count: 300)), .number(1e300),
            ]
            claims[names[input.below(names.count)]] = input.byte() & 15 == 15 ? nil : values[input.below(values.count)]
        }
        return claims
    }

    private func issue(_ claims: JSONObject, _ input: inout FuzzInput) {
        if hasRealKeys {
            let issuer = input.below(Keys.all.issuers.count)
            if let token = Keys.all.issuers[issuer].token(claims: claims) { keep(token, isGenuine: issuer < Keys.all.trusted) }
        } else {
            sign(header: #"{"alg":"HS256"}"#, payload: JSON.object(claims).text, &input)
        }
    }

    /// Any header and any payload, by hand.
    private func sign(_ input: inout FuzzInput) {
        let (header, payload) = (input.text(), input.text())
        sign(header: header, payload: payload, &input)
    }

    private func sign(header: String, payload: String, _ input: inout FuzzInput) {
        let secret = UInt64(7 + input.below(4))
        let isGenuine = !hasRealKeys && Self.handmade.contains { $0.secret == secret }
        keep(HandmadeTokens.token(header: header, payload: payload, secret: secret), isGenuine: isGenuine)
    }

    private func keep(_ token: String, isGenuine: Bool) {
        if isGenuine { genuine.insert(token) }
        tokens = tokens.suffix(7) + [token]
    }

    // MARK: - Bearers

    /// Bytes changed, cut, repeated; parts of two tokens; another form of the same.
    private func damaged(_ input: inout FuzzInput) -> String {
        var bytes = Array(tokens[input.below(tokens.count)].utf8)
        let place = bytes.isEmpty ? 0 : Int(input.number(UInt16.self)) % bytes.count
        let other = Array(tokens[input.below(tokens.count)].utf8)
        switch input.below(6) {
        case 0 where !bytes.isEmpty: bytes[place] ^= 1 << (input.byte() & 7)
        case 1: bytes = Array(bytes[..<place])
        case 2:
            let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            let others = other.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            let picked = (0..<3).map { (input.byte() & 1 == 0 ? parts : others).dropFirst($0).first ?? [] }
            bytes = Array(picked.joined(separator: [UInt8(ascii: ".")]))
        case 3: bytes.append(["=", ".", "A", " "].map { $0 as Unicode.Scalar }.map { UInt8(ascii: $0) }[input.below(4)])
        case 4: bytes = Array(bytes[..<place]) + Array(input.text().utf8) + bytes[place...]
        default: bytes = Array(bytes[..<place]) + other.suffix(other.count - min(place, other.count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func show(_ token: String) {
        let examined = gate.examine(token, takesOnce: true, now: now)
        switch gate.admit(token, now: now) {
        case .failure(let refusal):
            promise(!refusal.message.isEmpty && !refusal.message.contains("\n"), "a refusal says why: \(refusal)")
            if case .success(let grant) = examined {
                promise(grant.isOnce && refusal.reason == .spent, "only what was used up is examined and not let in: \(refusal)")
            }
        case .success(let grant):
            promise(genuine.contains(token), "nothing is let in but what an issuer wrote: \(token)")
            promise(!grant.isOnce || spent.insert(token).inserted, "a token for once is good once")
            promise(!revoked.contains { $0.concerns(grant) }, "what is revoked is out")
            if token != "fixed" { check(grant, of: token) }
        }
    }

    /// A grant is what the token says.
    private func check(_ grant: Grant, of token: String) {
        let payload = token.split(separator: ".").dropFirst().first.flatMap { Base64URL.decode($0) } ?? []
        let claims = (try? JSONParser.parse(String(decoding: payload, as: UTF8.self)))?.objectValue ?? [:]
        let seconds = gate.unixSeconds(at: now)
        promise(Double(seconds) < (claims["exp"]?.numberValue ?? 0) + Double(Self.leeway), "it has not expired")
        promise((claims["nbf"]?.numberValue ?? 0) < Double(seconds + Self.leeway + 1), "it is good already")
        promise((1...128).contains(grant.identity?.utf8.count ?? 0) || grant.identity == grant.tokenID, "its bearer is somebody")
        promise(grant.sessionLifetime.map { $0 <= .seconds(86_400) } ?? true, "a session ends")
        let starling = claims["starling"]?.objectValue
        promise(!grant.isAdministrator || starling?["admin"] == .bool(true), "an administrator is called so")
        if let room = starling?["room"]?.stringValue, starling?["rooms"] == nil {
            promise(grant.rooms.contains(room) && !grant.rooms.contains(room + "x"), "a room is that room")
        }
        if let rooms = starling?["rooms"]?.arrayValue, starling?["room"] == nil {
            let isForAll = rooms.contains { ($0.stringValue ?? "").contains { $0 == "*" || $0 == "?" } }
            promise(isForAll || !grant.rooms.contains("another room than these"), "patterns are for what they say")
        }
    }

    private func revoke(_ input: inout FuzzInput) {
        let lines = ["sub ana", "jti j0", "jti j1", "sub bob", "jti j2"]
        let choice = input.below(8)
        guard let revocation = Revocation(line: choice < 5 ? lines[choice] : input.text()) else { return }
        gate.revoke(revocation)
        if !revoked.contains(revocation) { revoked = revoked.suffix(Self.remembered - 1) + [revocation] }
    }
}
