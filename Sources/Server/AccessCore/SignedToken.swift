import SignalingProtocol

/// A JWT in its compact form, read and not yet believed (RFC 7515 §3.1, RFC 7519 §7.2).
struct SignedToken {
    let algorithm: String
    let keyName: String?
    let claims: JSONObject
    let signature: [UInt8]
    /// What the signature is of.
    let signed: [UInt8]

    init(_ text: String, bytes limit: Int) throws(TokenRefusal) {
        guard text.utf8.count <= limit else { throw Self.malformed("a token of more than \(limit) bytes") }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let signature = Base64URL.decode(parts[2]) else {
            throw Self.malformed("a token is three parts in base64url with points between")
        }
        let header = try Self.object(parts[0], "header")
        guard header["crit"] == nil else {
            throw TokenRefusal(.critical, "the token's header has 'crit', of which nothing is understood here")
        }
        guard let algorithm = header["alg"]?.stringValue else { throw Self.malformed("the token's header has no 'alg'") }
        self.algorithm = algorithm
        keyName = header["kid"]?.stringValue
        guard header["kid"] == nil || keyName != nil else { throw Self.malformed("the token's 'kid' is not a text") }
        claims = try Self.object(parts[1], "payload")
        self.signature = signature
        signed = Array((parts[0] + "." + parts[1]).utf8)
    }

    private static func malformed(_ message: String) -> TokenRefusal { TokenRefusal(.malformed, message) }

    private static func object(_ part: Substring, _ name: String) throws(TokenRefusal) -> JSONObject {
        guard let bytes = Base64URL.decode(part), let text = String(validating: bytes, as: UTF8.self),
            let object = (try? JSONParser.parse(text, maximumDepth: 8))?.objectValue
        else { throw malformed("the token's \(name) is not a JSON object in base64url") }
        return object
    }
}
