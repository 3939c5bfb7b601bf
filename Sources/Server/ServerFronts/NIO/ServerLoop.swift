import AccessCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
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
    private let api: HTTPAPI
    private let socketIO: SocketIOFront
    private let engineIO: any EngineIOHosting
    private let eventLoop: any EventLoop
    private let began = NIODeadline.now()
    private var sockets: [UInt64: WebSocketConnection] = [:]
    private var channels: [ObjectIdentifier: any Channel] = [:]
    private var socketsOfAddress: [String: Int] = [:]
    private var openRequests: OpenRequests
    private var guards: [UInt64: RequestGuard] = [:]
    private var socketsRefused = 0
    private var requestsEvicted = 0
    private var tlsFailures = 0
    private let tls: TLSContext?
    private var lastID: UInt64 = 0
    private var relayUsers: UInt64 = 0
    private var timer: (task: Scheduled<Void>, at: Instant)?
    private var isPumping = false
    private var needsPump = false
    /// HTTP connections that are kept, and those of them whose request waits, by its number.
    private var kept: [ObjectIdentifier: HTTPAnswers] = [:]
    private var exchanges: [UInt64: HTTPAnswers] = [:]
    /// On which STUN is served; `nil` where it is not.
    private let stunPort: UInt16?
    private var whenEmpty: EventLoopPromise<Void>?
    private var calls = CallCounts()
    private var loopLag = MetricHistogram.seconds
    private var service = ServiceTimes()
    private var joins = MetricHistogram.seconds
    private var matchWaits = ServerMetrics().matchWaits
    private let startedAt: Int64
    private let log: ServerLog?
    private var alerts: AlertDesk?

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
    private var unixNow: Int64 { startedAt + Int64(now.nanoseconds / 1_000_000) }

    /// Writes a line into the log, where there is one that wants it.
    func write(_ line: @autoclosure () -> LogLine) {
        guard let log else { return }
        let line = line()
        if line.level >= log.level { log.write(line.text(at: unixNow) + "\n") }
    }

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

    private static func instant(since began: NIODeadline) -> Instant {
        Instant(nanoseconds: UInt64(max(0, (NIODeadline.now() - began).nanoseconds)))
    }

    // MARK: - Connections

    /// Prepares a connection that was just accepted.
    func accept(_ channel: any Channel) throws {
        let address = Self.address(of: channel)
        let host = address?.host ?? ""
        let isTrusted = isTrusted(channel)
        let open = socketsOfAddress[host, default: 0]
        if channels.count >= configuration.limits.sockets, let oldest = openRequests.takeOldest() { evict(oldest) }
        guard isTrusted || open < configuration.limits.socketsPerAddress, channels.count < configuration.limits.sockets else {
            socketsRefused += 1
            channel.close(promise: nil)
            return
        }
        socketsOfAddress[host] = open + 1
        channels[ObjectIdentifier(channel)] = channel
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        channel.closeFuture.assumeIsolated().whenComplete { _ in bound.value.gone(channel, host: host) }
        try configure(channel, bound: bound)
    }

    private func configure(_ channel: any Channel, bound: NIOLoopBound<ServerLoop>) throws {
        let id = nextID()
        let requestGuard = RequestGuard(
            maximumBytes: configuration.limits.requestHead,
            patience: .nanoseconds(configuration.timing.requestHead.inNanoseconds)
        ) {
            bound.value.settled(id)
        }
        guards[id] = requestGuard
        if let oldest = openRequests.began(id) { evict(oldest) }
        let answers = HTTPAnswers(loop: self, requestGuard: requestGuard)
        let handlers = NIOLoopBound((requestGuard, answers), eventLoop: eventLoop)
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: max(configuration.limits.frame.sessionDescription, maximumBody), automaticErrorHandling: false,
            shouldUpgrade: { channel, head in
                channel.eventLoop.makeSucceededFuture(bound.value.upgradeHeaders(for: head, from: channel))
            },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let (requestGuard, answers) = handlers.value
                    pipeline.removeHandler(requestGuard, promise: nil)
                    pipeline.removeHandler(answers, promise: nil)
                    try pipeline.addHandler(bound.value.makeConnection(for: head))
                }
            })
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            guard let connection = tls.accept() else {
                channel.close(promise: nil)
                return
            }
            try pipeline.addHandler(TLSHandler(connection) { bound.value.tlsFailures += 1 })
        }
        try pipeline.addHandler(requestGuard)
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false,
            withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }), withErrorHandling: true)
        try pipeline.addHandler(answers)
    }

    /// Whether rates and the number of sockets are lifted for a client.
    func isTrusted(_ channel: any Channel) -> Bool {
        configuration.trustLoopback && (Self.address(of: channel)?.isLoopback ?? false)
    }

    private func settled(_ connection: UInt64) {
        guards[connection] = nil
        openRequests.finished(connection)
    }

    private func evict(_ connection: UInt64) {
        requestsEvicted += 1
        guards[connection]?.evict()
    }

    private func gone(_ channel: any Channel, host: String) {
        channels[ObjectIdentifier(channel)] = nil
        let open = socketsOfAddress[host, default: 1] - 1
        socketsOfAddress[host] = open > 0 ? open : nil
        if channels.isEmpty {
            whenEmpty?.succeed(())
            whenEmpty = nil
        }
    }

    private func makeConnection(for head: HTTPRequestHead) -> WebSocketConnection {
        let path = Self.path(of: head)
        let route: ClientRoute
        if isEngineIO(path) {
            route = .engineIO(URLQuery(target: head.uri))
        } else {
            route = peerJS.isPath(path) ? .peerJS(URLQuery(target: head.uri)) : .native
        }
        let bearer = Admission.bearer(head.headers.first(name: "authorization"))
        return WebSocketConnection(id: nextID(), route: route, bearer: bearer, loop: self)
    }

    /// Numbers connections and requests.
    func nextID() -> UInt64 {
        lastID += 1
        return lastID
    }

    // MARK: - Requests

    static func path(of head: HTTPRequestHead) -> String {
        String(head.uri.prefix { $0 != "?" && $0 != "#" })
    }

    func fields(of head: HTTPRequestHead, from channel: any Channel) -> Admission.Head {
        Admission.Head(
            host: head.headers["host"], origins: head.headers["origin"],
            subprotocols: head.headers[canonicalForm: "sec-websocket-protocol"].map { String($0) },
            authorization: head.headers.first(name: "authorization"),
            isLoopback: Self.address(of: channel)?.isLoopback ?? false)
    }

    private func upgradeHeaders(for head: HTTPRequestHead, from channel: any Channel) -> HTTPHeaders? {
        let path = Self.path(of: head)
        let fields = fields(of: head, from: channel)
        guard head.method == .GET else { return nil }
        if path == "/ws" {
            return admission.refusesUpgrade(fields) == nil ? ["Sec-WebSocket-Protocol": Admission.subprotocol] : nil
        }
        guard admission.refusesOrigin(fields) == nil else { return nil }
        if isEngineIO(path) { return refusal(of: head, from: channel, isUpgrade: true) == nil ? HTTPHeaders() : nil }
        return peerJS.isPath(path) ? HTTPHeaders() : nil
    }

    private func origin(of channel: any Channel) -> ClientOrigin {
        ClientOrigin(address: Self.address(of: channel), iceServers: stunServers(for: channel) + relays())
    }

    /// TURN servers with a user of the next client's own.
    private func relays() -> [ICEServer] {
        guard let access = configuration.relays else { return [] }
        relayUsers += 1
        return [access.server(for: "c\(relayUsers)", unixSeconds: Int64(time(nil)))]
    }

    /// - Parameter body: `nil` where it is too large, or no text.
    func answer(_ head: HTTPRequestHead, body: String?, from channel: any Channel) -> APIResponse {
        let request = APIRequest(
            method: head.method.rawValue, path: Self.path(of: head), query: URLQuery(target: head.uri),
            bearer: Admission.bearer(head.headers.first(name: "authorization")), body: body)
        let response = api.answer(request, from: ClientOrigin(address: Self.address(of: channel)), now: now)
        pump()
        return response
    }

    // MARK: - Engine.IO over HTTP

    func isEngineIO(_ path: String) -> Bool {
        path == engineIO.path || path + "/" == engineIO.path
    }

    private static func request(_ head: HTTPRequestHead) -> EngineIORequest {
        EngineIORequest(
            method: head.method.rawValue, query: URLQuery(target: head.uri),
            contentType: head.headers.first(name: "content-type"),
            contentLength: head.headers.first(name: "content-length").flatMap { Int($0) })
    }

    func refusal(of head: HTTPRequestHead, from channel: any Channel, isUpgrade: Bool) -> EngineIORefusal? {
        engineIO.refusal(of: Self.request(head), from: origin(of: channel), isUpgrade: isUpgrade)
    }

    func begin(_ id: UInt64, _ head: HTTPRequestHead, on answers: HTTPAnswers, from channel: any Channel) {
        kept[ObjectIdentifier(answers)] = answers
        exchanges[id] = answers
        var origin = origin(of: channel)
        origin.bearer = Admission.bearer(head.headers.first(name: "authorization"))
        let request = Self.request(head)
        if let refusal = engineIO.refusal(of: request, from: origin, isUpgrade: false) {
            exchanges[id] = nil
            return answers.respond(.refused(refusal))
        }
        engineIO.begin(id, request, from: origin, now: now)
        pump()
    }

    /// - Parameter body: `nil` where it is too large, or no text.
    func received(_ body: String?, of id: UInt64) {
        timed { engineIO.received(body, of: id, now: $0) }
        pump()
    }

    func aborted(_ id: UInt64) {
        guard exchanges.removeValue(forKey: id) != nil else { return }
        engineIO.aborted(id, now: now)
        pump()
    }

    func gone(_ answers: HTTPAnswers) {
        kept[ObjectIdentifier(answers)] = nil
    }

    // MARK: - What happened

    private func takeRecords() {
        while let record = rooms.core.nextRecord() {
            switch record {
            case .stats(_, let report): calls.add(report)
            case .heard(_, let wait): joins.add(wait.inSeconds)
            case .matched(_, let waits): for wait in waits { matchWaits.add(wait.inSeconds) }
            default: break
            }
            store?.take(record)
            write(record.logLine)
        }
        guard let error = store?.counts.error, error != lastStoreError else {
            if store?.counts.error == nil { lastStoreError = nil }
            return
        }
        lastStoreError = error
        write(LogLine(.error, "store_failed", ["error": .string(error)]))
    }

    private var lastStoreError: String?

    /// Figures of the last hours, for people; `nil` where nothing is written down.
    func analytics(hours: Int) -> EventLoopFuture<JSONObject>? {
        let until = unixNow
        let since = until - Int64(hours) * 3_600_000
        return store?.read { store in try Analytics(store, since: since, until: until).json }
    }

    /// For Prometheus.
    var metricsText: String {
        MetricsText.write(metrics.families + ProcessMetrics.families(startedAt: Double(startedAt) / 1000))
    }

    // MARK: - Reports of calls

    /// Whose calls a path is about: `/v1/stats/calls/{participant}`.
    static func participant(ofCallPath path: String) -> String? {
        let prefix = "/v1/stats/calls/"
        guard path.hasPrefix(prefix), path.utf8.count > prefix.utf8.count else { return nil }
        return String(path.dropFirst(prefix.count))
    }

    /// Who tells of a participant's calls is let in under the same identity, or is an administrator.
    func refusesCalls(of participant: String, bearer: String?) -> RequestError? {
        guard rooms.gate.asksForTokens else { return nil }
        switch rooms.examine(bearer, now: now) {
        case .failure(let refusal): return RequestError(refusal.code, refusal.message)
        case .success(let grant):
            guard !grant.isAdministrator, let identity = store?.chronicle.identity(of: participant), identity != grant.identity
            else { return nil }
            return RequestError(.forbidden, "the token is another identity's")
        }
    }

    /// Takes a report of calls; it is written down with what comes next.
    ///
    /// - Parameter body: `nil` where it is too large, or no text.
    /// - Returns: The status and the body of the answer.
    func calls(_ body: String?, of participant: String) -> (Int, JSONObject) {
        guard let store else { return (404, ["error": "not_found", "message": "this server keeps no store"]) }
        guard let body else {
            return (413, ["error": "too_large", "message": .string("the body is larger than \(maximumBody) bytes")])
        }
        do throws(FrameError) {
            let reports = try CallReport.parse(body)
            guard store.take(reports, of: participant) else {
                return (404, ["error": "no_such_peer", "message": "nobody here was ever called so"])
            }
            for report in reports { calls.add(report) }
            return (202, ["status": "accepted"])
        } catch {
            return (error.code.status, ["error": .string(error.code.rawValue), "message": .string(error.message)])
        }
    }

    private static func address(of channel: any Channel) -> RTCCore.SocketAddress? {
        channel.remoteAddress.flatMap { RTCCore.SocketAddress($0) }
    }

    /// This server's STUN under the address that the client has reached it by, which is right also where it listens on all of them.
    private func stunServers(for channel: any Channel) -> [ICEServer] {
        guard let stunPort, var address = channel.localAddress.flatMap({ RTCCore.SocketAddress($0) }) else { return [] }
        address.port = stunPort
        return [ICEServer(urls: ["stun:\(address)"])]
    }

    // MARK: - What sockets tell

    func opened(_ socket: WebSocketConnection, on channel: any Channel) {
        sockets[socket.id] = socket
        var origin = origin(of: channel)
        origin.bearer = socket.bearer
        switch socket.route {
        case .native:
            front.opened(
                socket.id, from: origin.address, iceServers: origin.iceServers, bearer: socket.bearer, now: now)
        case .engineIO(let query): engineIO.opened(socket.id, query: query, from: origin, now: now)
        case .peerJS(let query): peerJS.opened(socket.id, query: query, from: origin, now: now)
        }
        pump()
    }

    /// The caller pumps when it has read everything.
    func received(_ text: String, on socket: WebSocketConnection) {
        timed { now in
            switch socket.route {
            case .native: front.received(text, on: socket.id, now: now)
            case .engineIO: engineIO.received(.text(text), on: socket.id, now: now)
            case .peerJS: peerJS.received(text, on: socket.id, now: now)
            }
        }
    }

    func received(_ bytes: [UInt8], on socket: WebSocketConnection) {
        timed { engineIO.received(.binary(bytes), on: socket.id, now: $0) }
    }

    /// Carries out what was read, or is due, now; ``pump()`` ends the time that it takes.
    private func timed(_ work: (Instant) -> Void) {
        let now = now
        let before = rooms.core.statistics.signalsRelayed
        work(now)
        service.read(type: front.takeRequestType(), signals: rooms.core.statistics.signalsRelayed - before, at: now)
    }

    /// - Parameters:
    ///   - code: With which the client has closed, where it has.
    ///   - isClean: Whether it was the client that closed.
    func closed(_ socket: WebSocketConnection, code: UInt16?, isClean: Bool) {
        guard sockets.removeValue(forKey: socket.id) != nil else { return }
        switch socket.route {
        case .native: front.closed(socket.id, code: code, now: now)
        case .engineIO: engineIO.closed(socket.id, now: now)
        case .peerJS: peerJS.closed(socket.id, isClean: isClean, now: now)
        }
        pump()
    }

    func overflowed(_ socket: WebSocketConnection) {
        switch socket.route {
        case .native: front.overflowed(socket.id, now: now)
        case .engineIO: engineIO.overflowed(socket.id, now: now)
        case .peerJS: peerJS.overflowed(socket.id, now: now)
        }
        pump()
    }

    func refuse(_ socket: WebSocketConnection, _ code: CloseCode, _ reason: String) {
        switch socket.route {
        case .native: front.refuse(socket.id, with: code, reason: reason, now: now)
        case .engineIO:
            engineIO.closed(socket.id, now: now)
            socket.close(code.rawValue, reason)
        case .peerJS: peerJS.refuse(socket.id, with: code, reason: reason, now: now)
        }
        pump()
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

    private func setTimer() {
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

    // MARK: - Stopping

    /// Tells all clients to go. The future succeeds when they have gone.
    func drain() -> EventLoopFuture<Void> {
        write(LogLine(.info, "draining", ["connections": .integer(Int64(channels.count))]))
        front.drain(now: now)
        engineIO.drain(now: now)
        peerJS.drain(now: now)
        pump()
        // order: each only closes
        for answers in kept.values { answers.closeIdle() }
        guard !channels.isEmpty else { return eventLoop.makeSucceededVoidFuture() }
        let promise = whenEmpty ?? eventLoop.makePromise(of: Void.self)
        whenEmpty = promise
        return promise.futureResult
    }

    /// Writes down that the server stopped, behind everything else.
    func finishStore() -> EventLoopFuture<Void> {
        guard let store else { return eventLoop.makeSucceededVoidFuture() }
        takeRecords()
        return store.finish(reason: "stopped")
    }

    /// Closes what is still open.
    func closeAll() {
        alerts?.end()
        write(LogLine(.info, "stopped"))
        timer?.task.cancel()
        timer = nil
        for channel in channels.values { channel.close(promise: nil) }
    }
}
