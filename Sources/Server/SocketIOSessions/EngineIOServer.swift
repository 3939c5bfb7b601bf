public import RTCCore
import RoomCore
import SignalingProtocol
public import SocketIO

/// The server's side of Engine.IO, protocol 4: HTTP requests and WebSockets in, messages of sessions out.
///
/// Its host numbers requests and WebSockets, and knows nothing of sessions. It calls ``begin(_:_:now:)`` for the head of each request and
/// ``received(_:of:now:)`` for the body of one that has any, and then takes ``nextOutput()`` and ``nextEvent()`` until there is none.
public struct EngineIOServer {
    public let timing: EngineIOTiming
    public let limits: EngineIOLimits

    private var sessions: [String: EngineIOSession] = [:]
    /// Whose answer or body is awaited.
    private var sessionOfRequest: [UInt64: String] = [:]
    private var sessionOfSocket: [UInt64: String] = [:]
    private var timers = DueQueue<String>()
    private var driver = EngineIOSession.Driver()
    private let bits: () -> UInt64

    /// - Parameter bits: Where the sessions' ids come from, 64 bits at a time: whoever knows one can speak for its client.
    public init(
        timing: EngineIOTiming = EngineIOTiming(), limits: EngineIOLimits = EngineIOLimits(), bits: @escaping () -> UInt64
    ) {
        self.timing = timing
        self.limits = limits
        self.bits = bits
    }

    public var sessionCount: Int { sessions.count }

    public mutating func nextOutput() -> EngineIOOutput? {
        guard let output = driver.outputs.next() else { return nil }
        switch output {
        case .respond(let request, _): sessionOfRequest[request] = nil
        case .close(let socket): sessionOfSocket[socket] = nil
        case .send: break
        }
        return output
    }

    public mutating func nextEvent() -> EngineIOEvent? {
        driver.events.next()
    }

    public var deadline: Instant? { timers.first }

    public mutating func advance(to now: Instant) {
        while let id = timers.popDue(at: now)?.element {
            sessions[id]?.timerAt = nil
            sessions[id]?.advance(to: now, &driver)
            settle(id)
        }
    }

    // MARK: - HTTP

    /// Why a request is refused; `nil` where it is not.
    ///
    /// - Parameter isUpgrade: Whether it asks for a WebSocket.
    public func refusal(of request: EngineIORequest, isUpgrade: Bool) -> EngineIORefusal? {
        guard let transport = request.query["transport"], ["polling", "websocket"].contains(transport),
            !isUpgrade || transport == "websocket"
        else { return .unknownTransport }
        guard request.query["EIO"] == "4" else { return .unsupportedVersion }
        guard let id = request.query["sid"] else {
            guard request.method == "GET" else { return .badHandshakeMethod }
            guard transport == "polling" || isUpgrade else { return .badRequest }
            return sessions.count < limits.sessions ? nil : .forbidden
        }
        guard let session = sessions[id] else { return .unknownSession }
        if isUpgrade { return nil }
        guard transport == "polling", session.transport == .polling else { return .badRequest }
        return request.method == "GET" || request.method == "POST" ? nil : .badRequest
    }

    /// A request's head has come. Where it is not answered at once, it is later.
    public mutating func begin(_ request: UInt64, _ head: EngineIORequest, now: Instant) {
        if let refusal = refusal(of: head, isUpgrade: false) {
            driver.outputs.append(.respond(request: request, .refused(refusal)))
            return
        }
        guard let id = head.query["sid"] else {
            let session = open(.polling, now: now)
            let handshake = EngineIOPacket.open(session.handshake.json.text)
            driver.outputs.append(.respond(request: request, .packets(handshake.polled)))
            return
        }
        sessionOfRequest[request] = id
        if head.method == "GET" {
            sessions[id]?.polled(request, now: now, &driver)
        } else {
            sessions[id]?.uploads(request, head, &driver)
        }
        settle(id)
    }

    /// - Parameter body: `nil` where it is larger than ``EngineIOLimits/payload``, or no UTF-8.
    public mutating func received(_ body: String?, of request: UInt64, now: Instant) {
        guard let id = sessionOfRequest[request] else { return }
        sessions[id]?.uploaded(request, body, now: now, &driver)
        settle(id)
    }

    /// The connection of a request that waits is gone.
    public mutating func aborted(_ request: UInt64) {
        guard let id = sessionOfRequest.removeValue(forKey: request) else { return }
        sessions[id]?.aborted(request, &driver)
        settle(id)
    }

    // MARK: - WebSocket

    /// A WebSocket is open; ``refusal(of:isUpgrade:)`` said nothing against it.
    ///
    /// - Returns: The session that begins with it, or that it wants to take over; `nil` where it is closed at once.
    @discardableResult
    public mutating func opened(_ socket: UInt64, query: URLQuery, now: Instant) -> String? {
        guard let id = query["sid"] else {
            let session = open(.webSocket(socket), now: now)
            sessionOfSocket[socket] = session.id
            driver.outputs.append(.send(socket: socket, EngineIOPacket.open(session.handshake.json.text).frame))
            return session.id
        }
        guard sessions[id]?.offered(socket, now: now) == true else {
            driver.outputs.append(.close(socket: socket))
            return nil
        }
        sessionOfSocket[socket] = id
        settle(id)
        return id
    }

    public mutating func received(_ message: EngineIOMessage, on socket: UInt64, now: Instant) {
        guard let id = sessionOfSocket[socket] else { return }
        sessions[id]?.received(message, on: socket, now: now, &driver)
        settle(id)
    }

    /// A WebSocket is gone, whoever closed it.
    public mutating func closed(_ socket: UInt64) {
        guard let id = sessionOfSocket.removeValue(forKey: socket) else { return }
        sessions[id]?.lost(socket, &driver)
        settle(id)
    }

    // MARK: - The application

    public mutating func send(_ message: EngineIOMessage, to session: String) {
        sessions[session]?.send(.message(message), &driver)
        settle(session)
    }

    /// Closes a session; nothing more comes from it.
    public mutating func close(_ session: String, now: Instant) {
        sessions[session]?.close(now: now, &driver)
        settle(session)
    }

    /// Closes a session over what it has sent.
    public mutating func refuse(_ session: String, as reason: EngineIOClosing = .violation) {
        sessions[session]?.close(reason, &driver)
        settle(session)
    }

    /// The session of a WebSocket, also of one that only wants to take over.
    public func session(ofSocket socket: UInt64) -> String? { sessionOfSocket[socket] }

    // MARK: - Sessions

    private mutating func open(_ transport: EngineIOSession.Transport, now: Instant) -> EngineIOSession {
        var id = Self.token(bits)
        while sessions[id] != nil { id = Self.token(bits) }
        let session = EngineIOSession(id: id, transport: transport, timing: timing, limits: limits, now: now)
        sessions[id] = session
        driver.events.append(.opened(session: id))
        settle(id)
        return session
    }

    private mutating func settle(_ id: String) {
        guard let session = sessions[id] else { return }
        guard !session.isClosed else {
            sessions[id] = nil
            return
        }
        guard let deadline = session.deadline, session.timerAt.map({ deadline < $0 }) ?? true else { return }
        sessions[id]?.timerAt = deadline
        timers.push(id, at: deadline)
    }

    /// 120 bits as twenty letters and digits that a URL needs not escape.
    static func token(_ bits: () -> UInt64) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var bytes: [UInt8] = []
        for _ in 0..<2 {
            let word = bits()
            for index in 0..<10 { bytes.append(alphabet[Int(word >> UInt64(6 * index) & 63)]) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
