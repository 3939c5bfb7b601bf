public import RTCCore
public import RTCCrypto
public import RTCICE

/// What a peer is made of: everything that it may not find out by itself.
public struct PeerConfiguration {
    /// The peer's share of the run's seed: credentials, SSRCs and timers come from it.
    public var seed: UInt64
    public var wallClock: WallClock
    /// Shared by the peers of one worker.
    public var dtls: DTLSContext
    public var certificate: Certificate
    /// The canonical name in RTCP (RFC 7022).
    public var cname: String
    public var codecs: CodecPreferences
    public var iceTiming: IceAgent.Timing
    /// Whom to ask for server-reflexive candidates (RFC 8445 §5.1.1.2); names are resolved by whoever makes the peer.
    public var stunServers: [SocketAddress]
    /// Whom to ask for relayed candidates, in this order; names are resolved like those above.
    public var turnServers: [TURNServer] = []
    public var iceTransportPolicy = IceTransportPolicy.all
    /// Whether connections are made to TCP candidates of the far side, where it has some (RFC 6544).
    public var usesTCP = true
    public var turnTiming = TURNClient.Timing()
    /// The number of the first byte stream that the peer asks for; the next ones follow it. An owner of several peers tells them apart by it.
    public var firstStream: UInt64 = 1
    public var srtpBackend: SRTPBackend
    /// Shown each packet of media that a track of ours receives, before it is counted; `nil` where nobody looks, as in a load.
    public var payloadReceived: ((ReceivedPayload) -> Void)?

    public init(
        seed: UInt64, wallClock: WallClock, dtls: DTLSContext, certificate: Certificate, cname: String,
        codecs: CodecPreferences = .default, iceTiming: IceAgent.Timing = .init(), srtpBackend: SRTPBackend = .libcrypto,
        stunServers: [SocketAddress] = []
    ) {
        self.seed = seed
        self.wallClock = wallClock
        self.dtls = dtls
        self.certificate = certificate
        self.cname = cname
        self.codecs = codecs
        self.iceTiming = iceTiming
        self.srtpBackend = srtpBackend
        self.stunServers = stunServers
    }
}
