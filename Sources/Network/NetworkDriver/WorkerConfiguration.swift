public import NIOCore
public import NIOPosix
public import RTCCore

/// How a worker does its work.
public struct WorkerConfiguration: Sendable {
    /// Where machines' sockets are bound; port 0 for any.
    public var localAddress: RTCCore.SocketAddress = .loopback(port: 0)
    /// Datagrams taken from a socket in one call.
    public var receiveBatch = 64
    /// Datagrams taken from a machine at a time.
    public var sendBatch = 64
    /// SO_RCVBUF in bytes; without the right to more, the system cuts it to its limit (`net.core.rmem_max`).
    public var receiveBuffer = 1 << 20
    /// SO_SNDBUF in bytes; cut like ``receiveBuffer``.
    public var sendBuffer = 1 << 20
    /// Whether equal datagrams to one address leave in one segmented send (UDP GSO) where the kernel can.
    public var usesSegmentation = true
    /// Wakes for deadlines only at multiples of this, so that many machines share a wake-up; zero wakes for each one exactly. What it adds
    /// counts as lag. A wake-up costs more than a datagram does, so a load of many machines wants about a millisecond.
    public var timerGranularity: Duration = .zero
    /// A PEM file with the certificates that streams with TLS trust; `nil` for those of the system.
    public var certificateAuthorities: String?
    /// A PEM file with the certificates by which servers of `wss:` addresses are trusted; `nil` for those of the system.
    public var signalingAuthorities: String?
    /// Where signaling connections live; shared by all workers.
    public var signalingGroup: any EventLoopGroup
    /// How long a signaling connection may take to open, from the request to the end of the WebSocket handshake; a stream as long, TLS included.
    public var signalingTimeout: Duration = .seconds(5)
    /// The WebSocket subprotocol that is offered (RFC 6455 §1.9); `nil` for none.
    public var signalingSubprotocol: String? = "starling.v1"

    /// - Parameter signalingGroup: The process's shared one by default.
    public init(signalingGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) {
        self.signalingGroup = signalingGroup
    }
}
