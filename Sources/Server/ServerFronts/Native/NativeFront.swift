public import NetworkImpairment
public import RTCCore
import RoomCore
public import SignalingProtocol

/// The server's side of `starling.v1`: connections in, frames out, rooms behind. It serves any host, virtual or real.
///
///             hello                      errors, silence
///   waiting ──────────────────▶ greeted ─────────────────▶ closed
///      │ 5 s → 4004                │ broken, silence → 4008   ▲
///      │                           ▼                          │ grace over, a close that ends the session
///      │            hello,     in grace ──────────────────────┤
///      │            resume ◀───────┘                          │
///      └──────────────────────────────────────────────────────┘
///
/// A session outlives its connection for ``RoomTiming/disconnectGrace`` while it is in a room: whoever shows its newest secret goes on
/// with it on another connection, and first hears what it missed. A close with 1000 is a leave.
///
/// A request with a number that is not above the last is answered from the last 256 replies, so that asking twice has one effect.
/// A message that is no frame at all closes the connection with 4000; a request that is wrong is only refused.
public final class NativeFront: SignalingService {
    let configuration: ServerConfiguration
    let shared: SharedRooms
    var rooms: RoomCore {
        get { shared.core }
        _modify { yield &shared.core }
    }
    var connections: [UInt64: Connection] = [:]
    var sessions: [SessionKey: Session] = [:]
    var sessionOfName: [String: SessionKey] = [:]
    /// Names of sessions that ended lately, the oldest first.
    var endedSessions: [String] = []
    var timers = DueQueue<UInt64>()
    var outputs = OutputQueue<SignalingOutput>()
    var counts = ServerMetrics()
    var isDraining = false
    /// The type of the newest request; `nil` once it was taken.
    var newestRequest: String?
    let secretBits: () -> UInt64

    /// - Parameters:
    ///   - seed: Where the ids come from.
    ///   - secretBits: Where the sessions' secrets come from, 64 bits at a time. In virtual time they come from the seed, which real
    ///     clients could guess.
    ///   - unixMilliseconds: The wall clock at ``Instant/origin``.
    ///   - rooms: Those that it shares with other fronts; `nil` for its own.
    public init(
        configuration: ServerConfiguration, seed: UInt64, at now: Instant, unixMilliseconds: Int64 = 0,
        secretBits: (() -> UInt64)? = nil, rooms: SharedRooms? = nil
    ) {
        precondition(
            (.zero ... .seconds(300)).contains(configuration.roomTiming.disconnectGrace), "A session is kept for 0 to 300 s.")
        self.configuration = configuration
        if let secretBits {
            self.secretBits = secretBits
        } else {
            var random = SplitMix64(seed: SplitMix64.derive(seed, "secrets"))
            self.secretBits = { random.next() }
        }
        shared = rooms ?? SharedRooms(configuration: configuration, seed: seed, unixMilliseconds: unixMilliseconds)
    }

    public var roomCount: Int { rooms.roomCount }
    public var participantCount: Int { rooms.participantCount }
    public var connectionCount: Int { connections.count }

    /// Who is in a room, in the order in which they joined.
    public func participants(in room: String) -> [String] {
        rooms.participants(in: room)
    }

    public var metrics: ServerMetrics {
        var metrics = counts
        metrics.connections = connections.count
        metrics.sessions = rooms.sessionCount
        metrics.sessionsInGrace = sessions.values.count { $0.connection == nil }
        metrics.rooms = rooms.roomCount
        metrics.participants = rooms.participantCount
        metrics.waiting = rooms.waitingCount
        metrics.queued = rooms.queueCount
        metrics.room = rooms.statistics
        return metrics
    }

    public func opened(_ connection: UInt64, url: String, now: Instant) {
        opened(connection, from: nil, now: now)
    }

    /// A WebSocket is open.
    ///
    /// - Parameters:
    ///   - address: Where it comes from; `nil` for this machine.
    ///   - iceServers: What this client is told to use before what all are told.
    ///   - bearer: The token of the request that opened it, for a `hello` without one.
    public func opened(
        _ connection: UInt64, from address: SocketAddress?, iceServers: [ICEServer] = [], bearer: String? = nil, now: Instant
    ) {
        precondition(connections[connection] == nil, "The connection \(connection) was opened twice.")
        counts.connectionsOpened += 1
        let isTrusted = configuration.trustLoopback && (address?.isLoopback ?? true)
        connections[connection] = Connection(
            address: address?.host ?? "", isTrusted: isTrusted, iceServers: iceServers, bearer: bearer,
            limits: configuration.limits, now: now)
        guard !isDraining else {
            close(connection, .draining, "the server is stopping", now: now)
            return
        }
        timers.push(connection, at: now + configuration.timing.hello)
    }

    public func received(_ text: String, on connection: UInt64, now: Instant) {
        guard connections[connection] != nil else { return }
        counts.messagesReceived += 1
        counts.bytesReceived += text.utf8.count
        handle(text, on: connection, now: now)
        drainRooms(now: now)
    }

    /// The connection is gone, whoever closed it.
    public func closed(_ connection: UInt64, code: UInt16?, now: Instant) {
        let known = code.flatMap { CloseCode(rawValue: $0) }
        forget(connection, endsSession: known == .left, as: .leave, now: now)
        drainRooms(now: now)
    }

    /// More waits to be sent on this connection than the limit allows.
    public func overflowed(_ connection: UInt64, now: Instant) {
        close(connection, .slowConsumer, "more than \(configuration.limits.outboundQueue) bytes wait to be read", now: now)
        drainRooms(now: now)
    }

    /// The host refuses a message without reading it, such as one that is too big.
    public func refuse(_ connection: UInt64, with code: CloseCode, reason: String, now: Instant) {
        close(connection, code, reason, now: now)
        drainRooms(now: now)
    }

    /// The server is about to stop: tells every client and closes every connection; new ones are turned away.
    public func drain(now: Instant) {
        guard !isDraining else { return }
        isDraining = true
        for connection in connections.keys.sorted() {
            if connections[connection]?.session != nil {
                let wait = configuration.timing.comeBackAfter.map { $0.inNanoseconds / 1_000_000 }
                let event = Event.goAway(reason: "the server is stopping", url: nil, retryMilliseconds: wait)
                send(.event(event, seq: nil, rev: nil), on: connection)
            }
            close(connection, .draining, "the server is stopping", now: now)
        }
        for session in sessions.keys.sorted(by: { $0.number < $1.number }) { rooms.ended(session, .disconnected) }
        drainRooms(now: now)
    }

    public var deadline: Instant? {
        earliest(timers.first, rooms.deadline)
    }

    public func advance(to now: Instant) {
        while let connection = timers.popDue(at: now)?.element {
            checkSilence(of: connection, now: now)
        }
        rooms.advance(to: now)
        drainRooms(now: now)
    }

    public func nextOutput() -> SignalingOutput? {
        outputs.next()
    }

    /// The type of the request that was just received, each once; `nil` where it was none.
    func takeRequestType() -> String? {
        newestRequest.take()
    }
}
