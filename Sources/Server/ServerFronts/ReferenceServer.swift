public import AccessCore
import NIOCore
import NIOPosix
import RTCCore
public import Store

#if canImport(Glibc)
    import Glibc
#endif

/// The reference server on real sockets: HTTP/1.1, `starling.v1` over WebSocket at `/ws`, Socket.IO at `/socket.io/`, PeerJS at `/peerjs`.
///
/// One event loop runs all fronts. `permessage-deflate` is never offered. `/healthz` says that the process lives, `/readyz`
/// whether it takes calls.
public final class ReferenceServer: Sendable {
    /// The address that the server listens on.
    public let boundAddress: String
    /// The port that the server listens on, also where 0 was asked for.
    public var port: Int { configuration.port }
    /// With which a server like this one can be started in its place: the port is the one that was taken.
    public let configuration: ServerConfiguration
    /// Whose tokens it believes.
    public let keys: (any TokenKeys)?

    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel
    private let stun: (any Channel)?
    private let loop: NIOLoopBound<ServerLoop>
    private let store: StoreKeeper.Opened?

    private init(
        address: String, configuration: ServerConfiguration, keys: (any TokenKeys)?, group: MultiThreadedEventLoopGroup,
        listener: any Channel, stun: (any Channel)?, loop: NIOLoopBound<ServerLoop>, store: StoreKeeper.Opened?
    ) {
        self.store = store
        boundAddress = address
        self.configuration = configuration
        self.keys = keys
        self.group = group
        self.listener = listener
        self.stun = stun
        self.loop = loop
    }

    /// Where STUN is served, such as `stun:127.0.0.1:3478` (RFC 7064); `nil` where it is not.
    public var stunURL: String? {
        configuration.stunPort.map { "stun:\(boundAddress.contains(":") ? "[\(boundAddress)]" : boundAddress):\($0)" }
    }

    /// Where clients connect, such as `ws://127.0.0.1:8080/ws`.
    public var url: String {
        "\(configuration.tls == nil ? "ws" : "wss")://\(boundAddress.contains(":") ? "[\(boundAddress)]" : boundAddress):\(port)/ws"
    }

    /// Listens. Throws with the port and the remedy where that is not possible.
    ///
    /// - Parameters:
    ///   - keys: Whose tokens let clients in; with `nil` and no ``ServerConfiguration/accessTokens`` everybody comes in.
    ///   - store: Where it is written down what happens; closed when the server ends. `nil` keeps nothing.
    ///   - log: Where it says what happens; `nil` for nowhere.
    public static func start(
        configuration: ServerConfiguration, keys: (any TokenKeys)? = nil, store: (any StoreBackend)? = nil,
        log: ServerLog? = nil
    ) async throws(ServerError) -> ReferenceServer {
        var opened: StoreKeeper.Opened?
        if let store {
            do {
                opened = try await StoreKeeper.open(store, at: ServerLoop.unixMilliseconds())
            } catch {
                throw .store("\(error)")
            }
        }
        let kept = opened
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let seed = configuration.seed ?? UInt64.random(in: .min ... .max)
        do {
            let stun = try await startSTUN(configuration, on: eventLoop)
            let stunPort = stun?.localAddress?.port.map { UInt16(truncatingIfNeeded: $0) }
            let loop = try await eventLoop.submit {
                NIOLoopBound(
                    try ServerLoop(
                        configuration: configuration, keys: keys, seed: seed, stunPort: stunPort, store: kept, log: log,
                        eventLoop: eventLoop),
                    eventLoop: eventLoop)
            }.get()
            let queue = max(2, configuration.limits.outboundQueue)
            let listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 1024)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelOption(.writeBufferWaterMark, value: .init(low: queue / 2, high: queue))
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try loop.value.accept(channel) }
                }
                .bind(host: configuration.host, port: configuration.port).get()
            var bound = configuration
            bound.port = listener.localAddress?.port ?? configuration.port
            bound.stunPort = stunPort.map { Int($0) }
            return ReferenceServer(
                address: listener.localAddress?.ipAddress ?? configuration.host, configuration: bound, keys: keys, group: group,
                listener: listener, stun: stun, loop: loop, store: kept)
        } catch {
            try? await group.shutdownGracefully()
            await kept?.close()
            throw (error as? ServerError) ?? Self.explained(error, configuration)
        }
    }

    private static func startSTUN(
        _ configuration: ServerConfiguration, on eventLoop: any EventLoop
    ) async throws(ServerError) -> (any Channel)? {
        guard let port = configuration.stunPort else { return nil }
        let limit = configuration.limits.stun
        do {
            return try await DatagramBootstrap(group: eventLoop)
                .channelOption(.socketOption(.so_reuseaddr), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(STUNSocket(limit: limit))
                    }
                }
                .bind(host: configuration.host, port: port).get()
        } catch {
            var stun = configuration
            stun.port = port
            throw explained(error, stun)
        }
    }

    private static func explained(_ error: any Error, _ configuration: ServerConfiguration) -> ServerError {
        let host = configuration.host
        let port = configuration.port
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: return .portInUse(host: host, port: port)
        case EACCES, EPERM: return .portForbidden(host: host, port: port)
        default: return .cannotListen(host: host, port: port, reason: "\(error)")
        }
    }

    /// What the server has done so far.
    public func metrics() async -> ServerMetrics {
        (try? await loop.eventLoop.submit { [loop] in loop.value.metrics }.get()) ?? ServerMetrics()
    }

    /// Ends as a process that is killed does: every connection breaks without a word, and every session is lost. Call it instead of
    /// ``stop()``.
    public func kill() async {
        try? await listener.close()
        try? await stun?.close()
        try? await loop.eventLoop.submit { [loop] in
            loop.value.store?.abandon()
            loop.value.closeAll()
        }.get()
        try? await group.shutdownGracefully()
        await store?.close()
    }

    /// Tells clients to go (4017), waits for them for the configured time, and ends every thread. Call it once.
    public func stop() async {
        let eventLoop = loop.eventLoop
        let drainTime = configuration.timing.drain
        let done = eventLoop.makePromise(of: Void.self)
        eventLoop.execute { [loop] in
            let isDone = NIOLoopBoundBox(false, eventLoop: loop.eventLoop)
            let finish: @Sendable () -> Void = {
                guard !isDone.value else { return }
                isDone.value = true
                loop.value.closeAll()
                done.succeed(())
            }
            loop.value.drain().whenComplete { _ in finish() }
            loop.eventLoop.scheduleTask(in: .nanoseconds(drainTime.inNanoseconds), finish)
        }
        try? await done.futureResult.get()
        try? await listener.close()
        try? await stun?.close()
        if store != nil {
            try? await eventLoop.flatSubmit { [loop] in loop.value.finishStore() }.get()
        }
        try? await group.shutdownGracefully()
        await store?.close()
    }
}
