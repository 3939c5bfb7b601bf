/// The STUN and TURN servers that bots use.
public enum ICEServers: Sendable, Hashable {
    /// Those that the server under test hands out.
    case handedOut
    /// A TURN server that is started for the run.
    case embedded
    case listed([ICEServerEntry])
}

/// One entry of a list of servers, as in W3C `RTCIceServer`.
public struct ICEServerEntry: Sendable, Hashable {
    /// Checked, at least one.
    public var urls: [String]
    public var username: String?
    /// The password of the user; secret.
    public var credential: String?
    /// Shared with the TURN server: each bot makes itself a user name that expires, with its password. Secret.
    public var secret: String?

    public init(urls: [String], username: String? = nil, credential: String? = nil, secret: String? = nil) {
        self.urls = urls
        self.username = username
        self.credential = credential
        self.secret = secret
    }
}

/// Which candidates bots use (W3C `RTCIceTransportPolicy`).
public enum TransportPolicy: String, Sendable, Hashable, CaseIterable {
    case all
    case relay
}
