public import AccessCore
public import RoomCore
public import SignalingProtocol

/// How a server behaves.
public struct ServerConfiguration: Hashable, Sendable {
    /// The address to listen on: a literal or a name.
    public var host: String
    /// 0 takes a free port.
    public var port: Int
    /// Where ids come from; `nil` draws one when the server starts.
    public var seed: UInt64?
    /// Lifts rate and socket limits for clients on this machine, and lets them in without an `Origin`.
    public var trustLoopback: Bool
    /// Web origins that may connect: exact, or `https://*.example.com`.
    public var allowedOrigins: [String] = []
    /// Names under which clients on this machine may reach the server, beside `localhost`, loopback addresses and `host`.
    public var allowedHosts: [String] = []
    /// Where any are given, `hello` must carry one.
    public var accessTokens: [AccessToken] = []
    /// Whom it lets in, beside what keys and tokens say.
    public var access = AccessPolicy()
    /// Tokens and identities that are not let in.
    public var revocations: [Revocation] = []
    /// Whether anyone may have tokens made, for developers: `POST /v1/tokens`.
    public var issuesTokens = false
    /// With which TLS is served in the place of plain connections.
    public var tls: TLSIdentity?
    /// The UDP port on which STUN is served (RFC 8489), and which clients are told; 0 takes a free one, `nil` serves none.
    public var stunPort: Int?
    /// What clients are told to use besides.
    public var iceServers: [ICEServer] = []
    /// TURN servers for which every client is given a user name of its own, that expires.
    public var relays: RelayAccess?
    public var socketIO = SocketIOSettings()
    public var peerJS = PeerJSSettings()
    /// Serves a public conformance suite of Socket.IO or Engine.IO in the place of rooms over Socket.IO.
    public var conformance: ConformanceProfile?
    public var limits = ServerLimits()
    public var timing = ServerTiming()
    public var alerts = AlertSettings()
    /// Whether everybody may read `/metrics` and `/v1/analytics` without a token.
    public var servesMetricsToAll = false
    public var storeTiming = StoreTiming()
    public var roomLimits = RoomLimits()
    public var roomTiming = RoomTiming()
    /// How rooms are run that their first visitor makes without saying how.
    public var roomDefaults = RoomSettings()

    public init(host: String = "127.0.0.1", port: Int = 8080, seed: UInt64? = nil, trustLoopback: Bool = false) {
        self.host = host
        self.port = port
        self.seed = seed
        self.trustLoopback = trustLoopback
    }
}
