internal import RTCCore

/// A user name for a TURN server that expires, with the password that follows from it and a secret shared with the server
/// (draft-uberti-behave-turn-rest-00 §2.2).
public struct EphemeralCredential: Hashable, Sendable {
    /// The Unix time at which it ends, a colon, and whom it is for.
    public let username: String
    /// The base 64 of the user name's HMAC-SHA1 with the secret.
    public let password: String

    /// - Parameter expiry: In seconds since 1970; it must outlive the refreshes of the allocation.
    public init(secret: String, user: String, expiry: Int64) {
        self.init(secret: secret, username: "\(expiry):\(user)")
    }

    /// The password that a user name must come with.
    public init(secret: String, username: String) {
        self.username = username
        let key = HMACSHA1(key: Array(secret.utf8))
        let code = [UInt8](unsafeUninitializedCapacity: HMACSHA1.size) { out, count in
            Array(username.utf8).withUnsafeBytes { key.authenticate($0, into: UnsafeMutableRawBufferPointer(out)) }
            count = HMACSHA1.size
        }
        password = Base64.encode(code)
    }

    /// When a user name ends, in seconds since 1970; `nil` where it is none of these.
    public static func expiry(of username: String) -> Int64? {
        username.split(separator: ":", maxSplits: 1).first.flatMap { Int64($0) }
    }
}
