/// What the PeerJS front serves.
public struct PeerJSSettings: Hashable, Sendable {
    /// The keys that clients may have; each is the name of a room, `peerjs:KEY`.
    public var keys = ["peerjs"]
    /// Whether clients may list who is here.
    public var allowsDiscovery = false
    /// How long a message waits for a peer that is not here.
    public var expiry: Duration = .seconds(5)
    /// Without a heartbeat, which clients send every five seconds, for so long a peer is lost.
    public var alive: Duration = .seconds(90)
    /// Messages that wait for peers that are not here.
    public var waiting = 1000
    /// Bytes of an id, and of a token.
    public var idBytes = 64

    public init() {}
}
