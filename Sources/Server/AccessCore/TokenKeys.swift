public import SignalingProtocol

/// The keys that tokens are signed with, wherever they are kept (RFC 7515).
///
/// A key knows its one algorithm: a token cannot choose another for it, so there is no confusion of public keys with secrets.
public protocol TokenKeys: Sendable {
    /// The algorithms of the keys that a token may mean: all of that name, or where it names none, all without.
    ///
    /// - Returns: One entry for each key, in the order in which they were given.
    func algorithms(ofKey name: String?) -> [String]

    /// Whether one of those keys made the signature.
    ///
    /// - Parameters:
    ///   - signature: As many bytes as the token has.
    ///   - algorithm: What the token says; keys of other algorithms do not count.
    func verify(_ signature: [UInt8], of text: [UInt8], algorithm: String, key name: String?) -> Bool

    /// A token with these claims, by the first key that can sign; `nil` where there are public keys only.
    func token(claims: JSONObject) -> String?
}
