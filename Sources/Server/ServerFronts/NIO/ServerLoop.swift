import AccessCore
import NIOCore
import NetworkImpairment
import Operations
import RTCCore
import RoomCore
import SignalingProtocol
import SocketIO
import SocketIOSessions
import Store

#if canImport(Glibc)
    import Glibc
#endif

/// The fronts and their sockets on one event loop, which alone touches them.
final class ServerLoop {
    let configuration: ServerConfiguration
    let admission: Admission
    let front: NativeFront
    let peerJS: PeerJSFront
    let store: StoreKeeper?
    let rooms: SharedRooms
    let api: HTTPAPI
    let socketIO: SocketIOFront
    let engineIO: any EngineIOHosting
    let eventLoop: any EventLoop
    let began = NIODeadline.now()
    var sockets: [UInt64: WebSocketConnection] = [:]
    var channels: [ObjectIdentifier: any Channel] = [:]
    var socketsOfAddress: [String: Int] = [:]
    var openRequests: OpenRequests
    var guards: [UInt64: RequestGuard] = [:]
    var socketsRefused = 0
    var requestsEvicted = 0
    var tlsFailures = 0
    let tls: TLSContext?
    private var lastID: UInt64 = 0
    var relayUsers: UInt64 = 0
    var timer: (task: Scheduled<Void>, at: Instant)?
    private var isPumping = false
    private var needsPump = false
    /// HTTP connections that are kept, and those of them whose request waits, by its number.
    var kept: [ObjectIdentifier: HTTPAnswers] = [:]
    var exchanges: [UInt64: HTTPAnswers] = [:]
    /// On which STUN is served; `nil` where it is not.
    let stunPort: UInt16?
    var whenEmpty: EventLoopPromise<Void>?
    var calls = CallCounts()
    var loopLag = MetricHistogram.seconds
    var service = ServiceTimes()
    var joins = MetricHistogram.seconds
    var matchWaits = ServerMetrics().matchWaits
    let startedAt: Int64
    let log: ServerLog?
    var alerts: AlertDesk?
    /// The store's last error that was written into the log.
    var lastStoreError: String?

    init(
        configuration: ServerConfiguration, keys: (any TokenKeys)?, seed: UInt64, stunPort: UInt16?,
        store: StoreKeeper.Opened?, log: ServerLog?, eventLoop: any EventLoop
    ) throws(ServerError) {
        if let identity = configuration.tls { tls = try TLSContext(identity) } else { tls = nil }
        openRequests = OpenRequests(limit: configuration.limits.openRequests)
        self.configuration = configuration
        self.stunPort = stunPort
        self.eventLoop = eventLoop
        let bits = { UInt64.random(in: .min ... .max) }
        let unixMilliseconds = Self.unixMilliseconds()
        let rooms = SharedRooms(
            configuration: configuration, seed: seed, unixMilliseconds: unixMilliseconds, keys: keys, secretBits: bits)
        self.rooms = rooms
        let began = began
        admission = Admission(configuration: configuration, knowsTokens: rooms.gate.knowsTokens) { token in
            guard rooms.gate.knowsTokens, case .success = rooms.examine(token, takesOnce: true, now: Self.instant(since: began))
            else { return false }
            return true
        } isAdministrator: { token in
            guard case .success(let grant) = rooms.examine(token, now: Self.instant(since: began)) else { return false }
            return grant.isAdministrator
        }
        startedAt = unixMilliseconds
        self.log = log
        self.store = store.map { opened in
            StoreKeeper(
                opened, timing: configuration.storeTiming, eventLoop: eventLoop, now: { Self.instant(since: began) },
                unixMilliseconds: unixMilliseconds)
        }
        rooms.core.keepsRecords = true
        self.store?.begin(&rooms.core)
        self.store?.restore(&rooms.gate)
        front = NativeFront(configuration: configuration, seed: seed, at: .origin, secretBits: bits, rooms: rooms)
        peerJS = PeerJSFront(configuration: configuration, rooms: rooms, bits: bits)
        api = HTTPAPI(configuration: configuration, rooms: rooms, keys: keys, bits: bits)
        socketIO = SocketIOFront(configuration: configuration, rooms: rooms, bits: bits)
        engineIO = configuration.conformance.map { ConformanceFront($0, bits: bits) } ?? socketIO
        alerts = AlertDesk(
            configuration.alerts, eventLoop: eventLoop, now: { Self.instant(since: began) },
            unixMilliseconds: { [weak self] in self?.unixNow ?? 0 },
            metrics: { [weak self] in self?.metrics ?? ServerMetrics() }, log: { [weak self] in self?.write($0) })
        alerts?.begin()
        write(LogLine(.info, "started", ["version": .string(ServerVersion.current)]))
    }

    /// The wall clock, as it was when the server began and has gone on since.
    var unixNow: Int64 { startedAt + Int64(now.nanoseconds / 1_000_000) }

    static func unixMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Bytes of the largest message and body that Engine.IO takes.
    var maximumBody: Int { EngineIOLimits().payload }

    var metrics: ServerMetrics {
        var metrics = front.metrics
        metrics.socketIOSessions = engineIO.sessionCount
        metrics.socketIO = socketIO.counts
        metrics.peerJSPeers = peerJS.peerCount
        metrics.peerJS = peerJS.counts
        metrics.refusedTokens = rooms.gate.refusals
        metrics.sockets = channels.count
        metrics.socketsRefused = socketsRefused
        metrics.requestsEvicted = requestsEvicted
        metrics.tlsFailures = tlsFailures
        metrics.store = store?.counts
        metrics.call = calls
        metrics.loopLag = loopLag
        metrics.service = service
        metrics.joins = joins
        metrics.matchWaits = matchWaits
        metrics.alertsFiring = alerts?.firing ?? []
        metrics.webhooksDelivered = alerts?.webhook.delivered ?? 0
        metrics.webhooksGivenUp = alerts?.webhook.givenUp ?? 0
        return metrics
    }

    var now: Instant { Self.instant(since: began) }

    static func instant(since began: NIODeadline) -> Instant {
        Instant(nanoseconds: UInt64(max(0, (NIODeadline.now() - began).nanoseconds)))
    }

    /// Numbers connections and requests.
    func nextID() -> UInt64 {
        lastID += 1
        return lastID
    }

    /// Carries out what was read, or is due, now; ``pump()`` ends the time that it takes.
    func timed(_ work: (Instant) -> Void) {
        let now = now
        let before = rooms.core.statistics.signalsRelayed
        work(now)
        service.read(type: front.takeRequestType(), signals: rooms.core.statistics.signalsRelayed - before, at: now)
    }

    /// Carries the fronts' outputs to the sockets and sets the timer.
    func pump() {
        needsPump = true
        guard !isPumping else { return }
        isPumping = true
        var touched: [WebSocketConnection] = []
        while needsPump {
            needsPump = false
            front.drainRooms(now: now)
            engineIO.listen(now: now)
            peerJS.listen(now: now)
            while let output = front.nextOutput() ?? peerJS.nextOutput() {
                needsPump = true
                switch output {
                case .send(let connection, let text):
                    guard let socket = sockets[connection] else { continue }
                    socket.send(text)
                    touched.append(socket)
                case .close(let connection, let code, let reason):
                    sockets[connection]?.close(code, reason)
                }
            }
            while let output = engineIO.nextOutput() {
                needsPump = true
                switch output {
                case .respond(let request, let response): exchanges.removeValue(forKey: request)?.respond(response)
                case .send(let connection, let message):
                    guard let socket = sockets[connection] else { continue }
                    switch message {
                    case .text(let text): socket.send(text)
                    case .binary(let bytes): socket.send(bytes)
                    }
                    touched.append(socket)
                case .close(let connection):
                    sockets[connection]?.close(CloseCode.left.rawValue, "")
                }
            }
        }
        for socket in touched { socket.flush() }
        service.handedOver(at: now)
        isPumping = false
        takeRecords()
        setTimer()
    }

    func setTimer() {
        guard let deadline = earliest(earliest(front.deadline, engineIO.deadline), peerJS.deadline) else { return }
        if let timer {
            guard deadline < timer.at else { return }
            timer.task.cancel()
        }
        let step = configuration.timing.timerGranularity.inNanoseconds
        let exact = Int64(clamping: deadline.nanoseconds)
        let due = began + .nanoseconds(exact + (step - exact % step))
        let task = eventLoop.assumeIsolated().scheduleTask(deadline: due) { [weak self] in
            guard let self else { return }
            timer = nil
            loopLag.add((now - deadline).inSeconds)
            timed { now in
                front.advance(to: now)
                engineIO.advance(to: now)
                peerJS.advance(to: now)
            }
            pump()
        }
        timer = (task, deadline)
    }
}
