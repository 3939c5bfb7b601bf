import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import NetworkImpairment
import RTCCore
import SignalingProtocol

/// The front and its sockets on one event loop, which alone touches them.
final class ServerLoop {
    let configuration: ServerConfiguration
    let admission: Admission
    let front: NativeFront
    private let eventLoop: any EventLoop
    private let began = NIODeadline.now()
    private var sockets: [UInt64: WebSocketConnection] = [:]
    private var channels: [ObjectIdentifier: any Channel] = [:]
    private var socketsOfAddress: [String: Int] = [:]
    private var lastID: UInt64 = 0
    private var timer: (task: Scheduled<Void>, at: Instant)?
    private var isPumping = false
    /// On which STUN is served; `nil` where it is not.
    private let stunPort: UInt16?
    private var whenEmpty: EventLoopPromise<Void>?

    init(configuration: ServerConfiguration, seed: UInt64, stunPort: UInt16?, eventLoop: any EventLoop) {
        self.configuration = configuration
        self.stunPort = stunPort
        self.eventLoop = eventLoop
        admission = Admission(configuration: configuration)
        front = NativeFront(
            configuration: configuration, seed: seed, at: .origin, secretBits: { UInt64.random(in: .min ... .max) })
    }

    var now: Instant {
        Instant(nanoseconds: UInt64(max(0, (NIODeadline.now() - began).nanoseconds)))
    }

    // MARK: - Connections

    /// Prepares a connection that was just accepted.
    func accept(_ channel: any Channel) throws {
        let address = Self.address(of: channel)
        let host = address?.host ?? ""
        let isTrusted = configuration.trustLoopback && (address?.isLoopback ?? false)
        let open = socketsOfAddress[host, default: 0]
        guard isTrusted || open < configuration.limits.socketsPerAddress else {
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
        let requestGuard = RequestGuard(
            maximumBytes: configuration.limits.requestHead,
            patience: .nanoseconds(configuration.timing.requestHead.inNanoseconds))
        let answers = HTTPAnswers(loop: self, requestGuard: requestGuard)
        let handlers = NIOLoopBound((requestGuard, answers), eventLoop: eventLoop)
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: configuration.limits.frame.sessionDescription, automaticErrorHandling: false,
            shouldUpgrade: { channel, head in
                channel.eventLoop.makeSucceededFuture(bound.value.upgradeHeaders(for: head, from: channel))
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let (requestGuard, answers) = handlers.value
                    pipeline.removeHandler(requestGuard, promise: nil)
                    pipeline.removeHandler(answers, promise: nil)
                    try pipeline.addHandler(bound.value.makeConnection())
                }
            })
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(requestGuard)
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false,
            withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }), withErrorHandling: true)
        try pipeline.addHandler(answers)
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

    private func makeConnection() -> WebSocketConnection {
        lastID += 1
        return WebSocketConnection(id: lastID, loop: self)
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
        guard head.method == .GET, Self.path(of: head) == "/ws",
            admission.refusesUpgrade(fields(of: head, from: channel)) == nil
        else { return nil }
        return ["Sec-WebSocket-Protocol": Admission.subprotocol]
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
        let relays = configuration.relays?.server(for: "c\(socket.id)", unixSeconds: Int64(time(nil)))
        let servers = stunServers(for: channel) + (relays.map { [$0] } ?? [])
        front.opened(socket.id, from: Self.address(of: channel), iceServers: servers, now: now)
        pump()
    }

    /// The caller pumps when it has read everything.
    func received(_ text: String, on socket: WebSocketConnection) {
        front.received(text, on: socket.id, now: now)
    }

    /// - Parameter code: With which the client has closed, where it has.
    func closed(_ socket: WebSocketConnection, code: UInt16?) {
        guard sockets.removeValue(forKey: socket.id) != nil else { return }
        front.closed(socket.id, code: code, now: now)
        pump()
    }

    func overflowed(_ socket: WebSocketConnection) {
        front.overflowed(socket.id, now: now)
        pump()
    }

    func refuse(_ socket: WebSocketConnection, _ code: CloseCode, _ reason: String) {
        front.refuse(socket.id, with: code, reason: reason, now: now)
        pump()
    }

    /// Carries the front's outputs to the sockets and sets the timer.
    func pump() {
        guard !isPumping else { return }
        isPumping = true
        var touched: [WebSocketConnection] = []
        while let output = front.nextOutput() {
            switch output {
            case .send(let connection, let text):
                guard let socket = sockets[connection] else { continue }
                socket.send(text)
                touched.append(socket)
            case .close(let connection, let code, let reason):
                sockets[connection]?.close(code, reason)
            }
        }
        for socket in touched { socket.flush() }
        isPumping = false
        setTimer()
    }

    private func setTimer() {
        guard let deadline = front.deadline else { return }
        if let timer {
            guard deadline < timer.at else { return }
            timer.task.cancel()
        }
        let due = began + .nanoseconds(Int64(clamping: deadline.nanoseconds))
        let task = eventLoop.assumeIsolated().scheduleTask(deadline: due) { [weak self] in
            guard let self else { return }
            timer = nil
            front.advance(to: now)
            pump()
        }
        timer = (task, deadline)
    }

    // MARK: - Stopping

    /// Tells all clients to go. The future succeeds when they have gone.
    func drain() -> EventLoopFuture<Void> {
        front.drain(now: now)
        pump()
        guard !channels.isEmpty else { return eventLoop.makeSucceededVoidFuture() }
        let promise = whenEmpty ?? eventLoop.makePromise(of: Void.self)
        whenEmpty = promise
        return promise.futureResult
    }

    /// Closes what is still open.
    func closeAll() {
        timer?.task.cancel()
        timer = nil
        for channel in channels.values { channel.close(promise: nil) }
    }
}
