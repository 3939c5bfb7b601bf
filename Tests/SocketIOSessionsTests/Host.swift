import RTCCore
import SocketIO
import SocketIOSessions

/// A server with an application on it, as a host sees it.
protocol Served {
    mutating func begin(_ request: UInt64, _ head: EngineIORequest, now: Instant)
    mutating func received(_ body: String?, of request: UInt64, now: Instant)
    mutating func aborted(_ request: UInt64, now: Instant)
    func refusal(of request: EngineIORequest, isUpgrade: Bool) -> EngineIORefusal?
    mutating func opened(_ socket: UInt64, query: URLQuery, now: Instant)
    mutating func received(_ message: EngineIOMessage, on socket: UInt64, now: Instant)
    mutating func closed(_ socket: UInt64, now: Instant)
    mutating func advance(to now: Instant)
    var deadline: Instant? { get }
    mutating func nextOutput() -> EngineIOOutput?
    /// Lets the application answer.
    mutating func run()
}

/// Engine.IO that echoes.
struct Echo: Served {
    var server: EngineIOServer
    var closings: [EngineIOClosing] = []

    init(timing: EngineIOTiming = EngineIOTiming(), limits: EngineIOLimits = EngineIOLimits(), seed: UInt64 = 1) {
        var random = SplitMix64(seed: seed)
        server = EngineIOServer(timing: timing, limits: limits, bits: { random.next() })
    }

    mutating func begin(_ request: UInt64, _ head: EngineIORequest, now: Instant) { server.begin(request, head, now: now) }
    mutating func received(_ body: String?, of request: UInt64, now: Instant) { server.received(body, of: request, now: now) }
    mutating func aborted(_ request: UInt64, now: Instant) { server.aborted(request) }
    func refusal(of request: EngineIORequest, isUpgrade: Bool) -> EngineIORefusal? {
        server.refusal(of: request, isUpgrade: isUpgrade)
    }
    mutating func opened(_ socket: UInt64, query: URLQuery, now: Instant) { server.opened(socket, query: query, now: now) }
    mutating func received(_ message: EngineIOMessage, on socket: UInt64, now: Instant) {
        server.received(message, on: socket, now: now)
    }
    mutating func closed(_ socket: UInt64, now: Instant) { server.closed(socket) }
    mutating func advance(to now: Instant) { server.advance(to: now) }
    var deadline: Instant? { server.deadline }
    mutating func nextOutput() -> EngineIOOutput? { server.nextOutput() }

    mutating func run() {
        while let event = server.nextEvent() {
            switch event {
            case .message(let session, let message): server.send(message, to: session)
            case .closed(_, let reason): closings.append(reason)
            case .opened: break
            }
        }
    }
}

/// Socket.IO with an application of the test's.
struct Application: Served {
    var server: SocketIOServer
    var log: [SocketIOEvent] = []
    /// What it does with an event.
    var handle: (inout SocketIOServer, SocketIOEvent) -> Void

    init(
        _ configuration: SocketIOConfiguration = SocketIOConfiguration(), seed: UInt64 = 1,
        handle: @escaping (inout SocketIOServer, SocketIOEvent) -> Void = { _, _ in }
    ) {
        var random = SplitMix64(seed: seed)
        server = SocketIOServer(configuration: configuration, bits: { random.next() })
        self.handle = handle
    }

    mutating func begin(_ request: UInt64, _ head: EngineIORequest, now: Instant) { server.begin(request, head, now: now) }
    mutating func received(_ body: String?, of request: UInt64, now: Instant) { server.received(body, of: request, now: now) }
    mutating func aborted(_ request: UInt64, now: Instant) { server.aborted(request, now: now) }
    func refusal(of request: EngineIORequest, isUpgrade: Bool) -> EngineIORefusal? {
        server.refusal(of: request, isUpgrade: isUpgrade)
    }
    mutating func opened(_ socket: UInt64, query: URLQuery, now: Instant) { server.opened(socket, query: query, now: now) }
    mutating func received(_ message: EngineIOMessage, on socket: UInt64, now: Instant) {
        server.received(message, on: socket, now: now)
    }
    mutating func closed(_ socket: UInt64, now: Instant) { server.closed(socket, now: now) }
    mutating func advance(to now: Instant) { server.advance(to: now) }
    var deadline: Instant? { server.deadline }
    mutating func nextOutput() -> EngineIOOutput? { server.nextOutput() }

    mutating func run() {
        while let event = server.nextEvent() {
            switch event {
            case .opened, .closed: break
            default: log.append(event)
            }
            handle(&server, event)
        }
    }
}

/// The public suite's application, as the conformance profile serves it.
extension Application {
    static func conformance() -> Application {
        Application(ConformanceApplication.configuration, handle: ConformanceApplication.handle)
    }
}

/// Plays HTTP clients and WebSockets against a server, in virtual time.
final class Host<Server: Served> {
    var server: Server
    private(set) var now = Instant.origin
    private(set) var answers: [UInt64: EngineIOResponse] = [:]
    private(set) var frames: [UInt64: [EngineIOMessage]] = [:]
    private(set) var closedSockets: Set<UInt64> = []
    private var lastID: UInt64 = 0

    init(_ server: Server) {
        self.server = server
    }

    func settle() {
        server.run()
        while let output = server.nextOutput() {
            switch output {
            case .respond(let request, let response): answers[request] = response
            case .send(let socket, let message):
                if !closedSockets.contains(socket) { frames[socket, default: []].append(message) }
            case .close(let socket): closedSockets.insert(socket)
            }
            server.run()
        }
    }

    /// Lets time pass, timer by timer.
    func wait(_ duration: Duration) {
        let end = now + duration
        while let deadline = server.deadline, deadline <= end {
            now = max(now, deadline)
            server.advance(to: now)
            settle()
        }
        now = end
        server.advance(to: now)
        settle()
    }

    // MARK: - HTTP

    /// Sends a request, which may have to wait.
    func request(
        _ method: String, _ query: String, body: String? = nil, contentType: String? = nil, sendsBody: Bool = true
    ) -> UInt64 {
        lastID += 1
        let head = EngineIORequest(
            method: method, query: URLQuery(target: "/engine.io/?" + query), contentType: contentType,
            contentLength: body?.utf8.count)
        server.begin(lastID, head, now: now)
        settle()
        if sendsBody, let body { finish(lastID, body: body) }
        return lastID
    }

    func finish(_ request: UInt64, body: String?) {
        server.received(body, of: request, now: now)
        settle()
    }

    func get(_ query: String) -> EngineIOResponse? {
        let request = request("GET", query)
        return answers[request]
    }

    func post(_ body: String, _ query: String) -> EngineIOResponse? {
        let request = request("POST", query, body: body)
        return answers[request]
    }

    func abort(_ request: UInt64) {
        server.aborted(request, now: now)
        settle()
    }

    /// Opens a session that polls.
    ///
    /// - Returns: Its query.
    func openPolling() -> String {
        guard let body = get("EIO=4&transport=polling")?.body, let handshake = EngineIOHandshake(String(body.dropFirst())) else {
            return ""
        }
        return "EIO=4&transport=polling&sid=\(handshake.session)"
    }

    // MARK: - WebSocket

    /// - Returns: `nil` where it is refused before it opens.
    func webSocket(_ query: String) -> UInt64? {
        let parsed = URLQuery(target: "/engine.io/?" + query)
        guard server.refusal(of: EngineIORequest(method: "GET", query: parsed), isUpgrade: true) == nil else { return nil }
        lastID += 1
        server.opened(lastID, query: parsed, now: now)
        settle()
        return lastID
    }

    func send(_ text: String, on socket: UInt64) { send(.text(text), on: socket) }

    func send(_ message: EngineIOMessage, on socket: UInt64) {
        guard !closedSockets.contains(socket) else { return }
        server.received(message, on: socket, now: now)
        settle()
    }

    func drop(_ socket: UInt64) {
        closedSockets.insert(socket)
        server.closed(socket, now: now)
        settle()
    }

    /// Takes what was sent on a socket so far.
    func take(_ socket: UInt64) -> [EngineIOMessage] {
        frames.removeValue(forKey: socket) ?? []
    }

    func texts(_ socket: UInt64) -> [String] {
        take(socket).map { message in
            guard case .text(let text) = message else { return "bytes" }
            return text
        }
    }

    func isClosed(_ socket: UInt64) -> Bool { closedSockets.contains(socket) }
}
