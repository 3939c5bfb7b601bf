public import AccessCore
internal import FoundationEssentials
internal import JWTKit
public import SignalingProtocol

/// Keys of HS256, ES256 and EdDSA (RFC 7518 §3, RFC 8037), by jwt-kit.
///
/// They are read once, and then verify and sign without waiting.
public struct JWTKeys: TokenKeys {
    /// Bytes of the shortest secret: that of the hash (RFC 7518 §3.2).
    public static let shortestSecret = 32
    static let algorithms = ["HS256", "ES256", "EdDSA"]

    private struct Key: Sendable {
        let name: String?
        let algorithm: any JWTAlgorithm
    }

    private var keys: [Key] = []

    /// A secret by which tokens are made and verified.
    public struct Secret: Hashable, Sendable {
        /// The `kid` of tokens that are made with it; `nil` for those without.
        public var name: String?
        public var bytes: [UInt8]

        public init(name: String? = nil, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// - Parameters:
    ///   - secrets: Several while one is being replaced by the next.
    ///   - keySet: The text of a JWK Set (RFC 7517), of which the keys of other algorithms are not used.
    public init(secrets: [Secret], keySet: String? = nil) async throws(TokenKeyError) {
        for secret in secrets {
            guard secret.bytes.count >= Self.shortestSecret else { throw .shortSecret(bytes: secret.bytes.count) }
            // A collection of one, since in it the key is the default and can be had again without a name.
            let collection = JWTKeyCollection()
            await collection.add(hmac: HMACKey(from: secret.bytes), digestAlgorithm: .sha256)
            try await add(collection, as: secret.name, for: nil)
        }
        guard let keySet else { return }
        let set: JWKS
        do {
            set = try JSONDecoder().decode(JWKS.self, from: Data(keySet.utf8))
        } catch {
            throw .unreadableSet("\(error)")
        }
        for (index, key) in set.keys.enumerated() {
            let name = key.keyIdentifier?.string
            let collection = JWTKeyCollection()
            var named = key
            named.keyIdentifier = JWKIdentifier(string: name ?? "\(index)")
            let algorithm = Self.algorithm(of: key)
            guard let algorithm, Self.algorithms.contains(algorithm) else { continue }
            do {
                try await collection.add(jwk: named)
            } catch {
                throw .unreadableKey(name ?? "number \(index + 1)", "\(error)")
            }
            try await add(collection, as: name, for: algorithm)
        }
        guard !keys.isEmpty else { throw .noKeys }
    }

    /// What a key is for: what it says, or the one thing that its kind is good for.
    private static func algorithm(of key: JWK) -> String? {
        if let algorithm = key.algorithm { return algorithm.rawValue }
        switch key.keyType {
        case .ecdsa: return key.curve?.rawValue == "P-256" ? "ES256" : nil
        case .octetKeyPair: return "EdDSA"
        default: return nil
        }
    }

    private mutating func add(
        _ collection: JWTKeyCollection, as name: String?, for algorithm: String?
    ) async throws(TokenKeyError) {
        do {
            keys.append(Key(name: name, algorithm: try await collection.getKey(alg: algorithm)))
        } catch {
            throw .unreadableKey(name ?? "without a name", "\(error)")
        }
    }

    private func candidates(_ name: String?) -> [Key] {
        keys.filter { $0.name == name }
    }

    public func algorithms(ofKey name: String?) -> [String] {
        candidates(name).map(\.algorithm.name)
    }

    public func verify(_ signature: [UInt8], of text: [UInt8], algorithm: String, key name: String?) -> Bool {
        candidates(name).contains { key in
            key.algorithm.name == algorithm && (try? key.algorithm.verify(signature, signs: text)) == true
        }
    }

    public func token(claims: JSONObject) -> String? {
        let payload = Base64URL.encode(Array(JSON.object(claims).text.utf8))
        for key in keys {
            var header: JSONObject = ["alg": .string(key.algorithm.name), "typ": "JWT"]
            header["kid"] = key.name.map { .string($0) }
            let signed = Base64URL.encode(Array(JSON.object(header).text.utf8)) + "." + payload
            guard let signature = try? key.algorithm.sign(Array(signed.utf8)) else { continue }
            return signed + "." + Base64URL.encode(signature)
        }
        return nil
    }
}
