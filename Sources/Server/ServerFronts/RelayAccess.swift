internal import RTCCore
internal import RTCCrypto
public import SignalingProtocol

/// TURN servers that share a secret with this one, so that each client can be given a user name that expires
/// (draft-uberti-behave-turn-rest-00; coturn calls it `use-auth-secret`).
public struct RelayAccess: Hashable, Sendable {
    public var urls: [String]
    /// Never written anywhere.
    public var secret: String
    /// How long a user name is good; longer than clients stay connected, since allocations are refreshed with it.
    public var lifetime: Duration

    public init(urls: [String], secret: String, lifetime: Duration = .seconds(3600)) {
        self.urls = urls
        self.secret = secret
        self.lifetime = lifetime
    }

    /// What a client is told.
    ///
    /// - Parameter unixSeconds: Now, in seconds since 1970.
    public func server(for user: String, unixSeconds: Int64) -> ICEServer {
        let credential = EphemeralCredential(secret: secret, user: user, expiry: unixSeconds + lifetime.components.seconds)
        return ICEServer(urls: urls, username: credential.username, credential: credential.password)
    }
}
