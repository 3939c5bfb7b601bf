import NIOCore
import NIOHTTP1
import NIOWebSocket
import RTCCore
import SignalingProtocol
import SocketIOSessions

/// Connections that come, and what becomes of them before they are WebSockets.
extension ServerLoop {
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

    func evict(_ connection: UInt64) {
        requestsEvicted += 1
        guards[connection]?.evict()
    }

    func gone(_ channel: any Channel, host: String) {
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

    static func address(of channel: any Channel) -> RTCCore.SocketAddress? {
        channel.remoteAddress.flatMap { RTCCore.SocketAddress($0) }
    }

    /// This server's STUN under the address that the client has reached it by, which is right also where it listens on all of them.
    func stunServers(for channel: any Channel) -> [ICEServer] {
        guard let stunPort, var address = channel.localAddress.flatMap({ RTCCore.SocketAddress($0) }) else { return [] }
        address.port = stunPort
        return [ICEServer(urls: ["stun:\(address)"])]
    }
}
