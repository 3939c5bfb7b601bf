import RTCCore
import SocketIO
import SocketIOSessions

/// Serves what the public conformance suites want to find, and no rooms.
final class ConformanceFront: EngineIOHosting {

    private var engine: EngineIOServer?
    private var sockets: SocketIOServer
    let path: String

    init(_ profile: ConformanceProfile, bits: @escaping () -> UInt64) {
        let configuration = ConformanceApplication.configuration
        sockets = SocketIOServer(configuration: configuration, bits: bits)
        switch profile {
        case .engineio:
            engine = EngineIOServer(timing: configuration.engine, bits: bits)
            path = "/engine.io/"
        case .socketio:
            path = "/socket.io/"
        }
    }

    var sessionCount: Int { engine?.sessionCount ?? sockets.sessionCount }

    private func run() {
        while let event = engine?.nextEvent() {
            if case .message(let session, let message) = event { engine?.send(message, to: session) }
        }
        while let event = sockets.nextEvent() { ConformanceApplication.handle(&sockets, event) }
    }

    func refusal(of request: EngineIORequest, from origin: ClientOrigin, isUpgrade: Bool) -> EngineIORefusal? {
        engine?.refusal(of: request, isUpgrade: isUpgrade)
            ?? (engine == nil ? sockets.refusal(of: request, isUpgrade: isUpgrade) : nil)
    }

    func begin(_ request: UInt64, _ head: EngineIORequest, from origin: ClientOrigin, now: Instant) {
        if engine != nil { engine?.begin(request, head, now: now) } else { sockets.begin(request, head, now: now) }
        run()
    }

    func received(_ body: String?, of request: UInt64, now: Instant) {
        if engine != nil { engine?.received(body, of: request, now: now) } else { sockets.received(body, of: request, now: now) }
        run()
    }

    func aborted(_ request: UInt64, now: Instant) {
        if engine != nil { engine?.aborted(request) } else { sockets.aborted(request, now: now) }
        run()
    }

    func opened(_ socket: UInt64, query: URLQuery, from origin: ClientOrigin, now: Instant) {
        if engine != nil {
            engine?.opened(socket, query: query, now: now)
        } else {
            sockets.opened(socket, query: query, now: now)
        }
        run()
    }

    func received(_ message: EngineIOMessage, on socket: UInt64, now: Instant) {
        if engine != nil {
            engine?.received(message, on: socket, now: now)
        } else {
            sockets.received(message, on: socket, now: now)
        }
        run()
    }

    func closed(_ socket: UInt64, now: Instant) {
        if engine != nil { engine?.closed(socket) } else { sockets.closed(socket, now: now) }
        run()
    }

    func overflowed(_ socket: UInt64, now: Instant) {
        if let session = engine?.session(ofSocket: socket) { engine?.refuse(session, as: .overflow) }
        if engine == nil { sockets.overflowed(socket, now: now) }
        run()
    }

    func drain(now: Instant) {
        sockets.closeAll(now: now)
    }

    func advance(to now: Instant) {
        if engine != nil { engine?.advance(to: now) } else { sockets.advance(to: now) }
        run()
    }

    func listen(now: Instant) {}

    var deadline: Instant? { engine == nil ? sockets.deadline : engine?.deadline }

    func nextOutput() -> EngineIOOutput? { engine == nil ? sockets.nextOutput() : engine?.nextOutput() }
}
