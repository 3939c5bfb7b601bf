public import AccessCore
import RTCCore
public import SignalingProtocol

/// Keys and tokens for tests of what surrounds signatures: these are none that anybody should trust.
public struct HandmadeTokens: TokenKeys {
    /// Seconds since 1970 at which the tests' time begins.
    public static let begin: Int64 = 1_700_000_000

    public var keys: [(name: String?, algorithm: String, secret: UInt64)]

    public init(_ keys: [(name: String?, algorithm: String, secret: UInt64)] = [(nil, "HS256", 7)]) {
        self.keys = keys
    }

    public func algorithms(ofKey name: String?) -> [String] {
        keys.filter { $0.name == name }.map(\.algorithm)
    }

    public func verify(_ signature: [UInt8], of text: [UInt8], algorithm: String, key name: String?) -> Bool {
        keys.contains {
            $0.name == name && $0.algorithm == algorithm && signature == Self.signature(of: text, secret: $0.secret)
        }
    }

    public func token(claims: JSONObject) -> String? {
        keys.first.map { Self.token(payload: JSON.object(claims).text, secret: $0.secret) }
    }

    private static func signature(of text: [UInt8], secret: UInt64) -> [UInt8] {
        var random = SplitMix64(seed: SplitMix64.derive(secret, String(decoding: text, as: UTF8.self)))
        return (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    /// A token with these texts for header and payload, signed by a secret.
    public static func token(header: String = #"{"alg":"HS256","typ":"JWT"}"#, payload: String, secret: UInt64 = 7) -> String {
        let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8))
        return signed + "." + Base64URL.encode(signature(of: Array(signed.utf8), secret: secret))
    }

    /// Good from ``begin`` for ten minutes, with changes; `nil` takes a claim away.
    ///
    /// - Parameter starling: The claim of that name, as JSON.
    public static func token(
        _ changes: [String: JSON?] = [:], starling: String? = #"{"room":"r"}"#, header: String = #"{"alg":"HS256"}"#,
        secret: UInt64 = 7
    ) -> String {
        var claims: JSONObject = [
            "sub": "ana", "aud": "starling", "iat": .integer(begin), "exp": .integer(begin + 600),
        ]
        claims["starling"] = starling.map { .raw($0) }
        for (name, value) in changes { claims[name] = value }
        return token(header: header, payload: JSON.object(claims).text, secret: secret)
    }
}
