/// What a worker has done and what went wrong on its host, counted since it began.
///
/// Counts of datagrams are of UDP sockets alone; what the impairment stage did is in each machine's ``NetworkImpairment/HostReport``.
public struct WorkerHealth: Sendable {
    /// How late machines were called after their deadline.
    public var lag = LagHistogram()
    public var datagramsReceived: UInt64 = 0
    /// UDP payload in bytes.
    public var bytesReceived: UInt64 = 0
    public var datagramsSent: UInt64 = 0
    /// UDP payload in bytes of what was handed to the kernel, refused or not.
    public var bytesSent: UInt64 = 0
    /// Datagrams discarded because the socket's send buffer was full (EAGAIN).
    public var sendsBlocked: UInt64 = 0
    /// Datagrams discarded because the device's queue was full (ENOBUFS).
    public var sendsWithoutBuffers: UInt64 = 0
    /// Datagrams that the kernel refused for another reason.
    public var sendsFailed: UInt64 = 0
    /// errno of the last of them.
    public var lastSendError: Int32 = 0
    /// Datagrams that the kernel dropped because the receive buffer was full (SO_RXQ_OVFL).
    public var receiveBufferDrops: UInt64 = 0
    /// Datagrams that were longer than a slot and therefore discarded.
    public var datagramsTruncated: UInt64 = 0
    /// Datagrams that machines sent from sockets that they had not open.
    public var datagramsUnroutable: UInt64 = 0
    /// Writes to streams that were not open, or whose other side takes too little.
    public var streamWritesDropped: UInt64 = 0
    /// Calls of `recvmmsg`.
    public var receiveCalls: UInt64 = 0
    /// Calls of `sendmsg` and `sendmmsg`.
    public var sendCalls: UInt64 = 0
    /// Turns of the loop.
    public var turns: UInt64 = 0
    /// Times that a machine, just advanced, had a deadline that was past again; many of them mean that it spins.
    public var immediateDeadlines: UInt64 = 0
    /// CPU time of the worker's thread.
    public var cpuTime: Duration = .zero
    /// UDP sockets that are open now.
    public var openSockets: Int = 0

    public init() {}

    /// Adds another worker's counts to these.
    public mutating func merge(_ other: WorkerHealth) {
        lag.merge(other.lag)
        datagramsReceived += other.datagramsReceived
        bytesReceived += other.bytesReceived
        datagramsSent += other.datagramsSent
        bytesSent += other.bytesSent
        sendsBlocked += other.sendsBlocked
        sendsWithoutBuffers += other.sendsWithoutBuffers
        sendsFailed += other.sendsFailed
        if other.lastSendError != 0 { lastSendError = other.lastSendError }
        receiveBufferDrops += other.receiveBufferDrops
        datagramsTruncated += other.datagramsTruncated
        datagramsUnroutable += other.datagramsUnroutable
        streamWritesDropped += other.streamWritesDropped
        receiveCalls += other.receiveCalls
        sendCalls += other.sendCalls
        turns += other.turns
        immediateDeadlines += other.immediateDeadlines
        cpuTime += other.cpuTime
        openSockets += other.openSockets
    }
}
