public import RTCCore

/// What a driver hosts: a machine with sockets, byte streams, a timer and one signaling connection.
///
/// Mutate, then drain: after every call that changes the machine the driver takes its requests and its datagrams until there are
/// none, then reads ``deadline`` again. A machine lives on one worker and is called by it alone.
public protocol HostedMachine: AnyObject {
    /// When ``advance(to:)`` next has something to do; `nil` for never.
    var deadline: Instant? { get }

    func advance(to now: Instant)

    /// A datagram arrived on one of the machine's sockets. Its bytes are lent and may be changed in place.
    ///
    /// - Parameter arrivedAt: The kernel's receive timestamp, or the virtual one.
    func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant)

    /// The same, with the congestion codepoint of its IP header; a machine that has no use for it leaves this out.
    func receive(_ datagram: inout MutableRawSpan, on path: Path, ecn: ECN, arrivedAt: Instant, now: Instant)

    /// Bytes arrived on one of the machine's streams, in order and without gaps, cut anywhere. They are lent and may be changed in place.
    /// A machine that opens no streams leaves this out.
    ///
    /// - Parameter stream: The number that the machine gave it.
    func receive(_ bytes: inout MutableRawSpan, onStream stream: UInt64, now: Instant)

    /// Something that the machine asked its driver for has happened.
    func receive(_ input: HostInput, now: Instant)

    func nextDatagrams(into batch: inout DatagramBatch) -> Drain

    func nextRequest() -> HostRequest?
}

extension HostedMachine {
    public func receive(_ datagram: inout MutableRawSpan, on path: Path, ecn: ECN, arrivedAt: Instant, now: Instant) {
        receive(&datagram, on: path, arrivedAt: arrivedAt, now: now)
    }

    public func receive(_ bytes: inout MutableRawSpan, onStream stream: UInt64, now: Instant) {}
}

/// What a machine asks its driver to do.
public enum HostRequest: Hashable, Sendable {
    /// Open a UDP socket on the host's own address and answer with ``HostInput/socketOpened(token:local:)``.
    case openSocket(token: UInt64)
    /// Open a UDP socket on a multicast group's port that is a member of the group on the host's own network, and answer like
    /// ``openSocket(token:)``. It hears what anybody sends to the group, and what goes to the group leaves on that network.
    case openMulticastSocket(token: UInt64, group: SocketAddress)
    /// What still comes to it is dropped and stands in the ledger (``DropCause/closed``).
    case closeSocket(local: SocketAddress)
    /// Open a TCP connection, with TLS where the target names whom to expect, and answer with ``HostInput/streamOpened(token:local:)``.
    ///
    /// From then on bytes go out by `DatagramBatch.append(toStream:on:_:)` and come in by ``HostedMachine/receive(_:onStream:now:)``. The
    /// impairment of datagrams leaves streams alone; a blackout of media holds them up, and a change of address breaks them.
    ///
    /// - Parameter token: The machine's own number for it, never used twice.
    indirect case openStream(token: UInt64, StreamTarget)
    /// What was written before still leaves; nothing more is told of the stream.
    case closeStream(token: UInt64)
    /// From now on sockets open on another address of the host, where it has one.
    case changeAddress
    /// Open the signaling connection; one at a time, again after ``HostInput/signalingClosed(code:reason:)`` or ``closeSignaling``,
    /// after which nothing more is told of the one before.
    case openSignaling(url: String)
    case sendSignaling(String)
    /// Close the signaling connection, or give up opening it.
    case closeSignaling(code: UInt16, reason: String)
    /// Break the signaling connection at once as a failing network does: what is on its way is lost, and for this long every attempt to
    /// open one fails.
    case cutSignaling(for: Duration)
    /// From now on this network lies between the machine and the others.
    ///
    /// Indirect, so that requests, of which a driver asks for after every call, are small.
    indirect case setNetwork(NetworkProfile)
    /// From now on what the machine sends bears this codepoint; ``ECN/notECT`` at the beginning.
    case markECN(ECN)
    /// Cut datagrams in both directions, and hold signaling back, for this long from now, or one of the two. A signaling connection
    /// does not open before the end, and the attempt fails where that is later than it may take.
    case blackout(Duration, BlackoutScope)
    /// The machine's life is over; it asks for nothing more.
    case finished
}

/// What a driver tells its machine.
public enum HostInput: Hashable, Sendable {
    case socketOpened(token: UInt64, local: SocketAddress)
    case socketFailed(token: UInt64, reason: String)
    case streamOpened(token: UInt64, local: SocketAddress)
    /// It could not be opened, or it is over: the machine hears no more of it.
    case streamClosed(token: UInt64, reason: String)
    case signalingOpened
    case signalingReceived(String)
    /// - Parameter code: The WebSocket close code (RFC 6455 §7.4), or `nil` where the connection broke or was never made.
    case signalingClosed(code: UInt16?, reason: String)
}
