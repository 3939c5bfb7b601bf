public import RTCCore
import RoomCore
public import SignalingProtocol
public import SocketIO

/// The server's side of Socket.IO, protocol 5, on Engine.IO: sockets that join namespaces, events, acknowledgements.
///
///               CONNECT              accept                 DISCONNECT, either side
///   connection ─────────▶ connecting ──────▶ connected ─────────────────────────────▶ over
///       │                     │                │    ▲                                   ▲
///       │ 45 s, a broken rule │ refuse    gone │    │ CONNECT with its pid              │
///       ▼                     ▼                ▼    │                recovery over      │
///    closed              CONNECT_ERROR        lost ─┴───────────────────────────────────┘
///
/// Its host numbers requests and WebSockets as for ``EngineIOServer``, and takes ``nextEvent()`` and then ``nextOutput()`` until there is
/// none of either.
public struct SocketIOServer {
    public let configuration: SocketIOConfiguration
    var engine: EngineIOServer
    var connections: [String: Connection] = [:]
    var sockets: [SocketIOSocket: Socket] = [:]
    var socketOfSecret: [String: SocketIOSocket] = [:]
    var timers = DueQueue<Timer>()
    var events = OutputQueue<SocketIOEvent>()
    private var lastNumber: UInt64 = 0
    let bits: () -> UInt64

    /// One Engine.IO session.
    struct Connection {
        var decoder: SocketIODecoder
        /// Whether it has ever been in a namespace.
        var hasConnected = false
        var connects = 0
        /// In the order in which it connected.
        var sockets: [(namespace: String, socket: SocketIOSocket)] = []
    }

    struct Socket {
        let namespace: String
        let id: String
        /// With which it may come back, where it may.
        let secret: String
        /// Its Engine.IO session; `nil` while it is lost.
        var session: String?
        var isAccepted = false
        var isReturning = false
        /// What a client that comes back has heard last.
        var heard: Int64?
        var nextAcknowledgement: Int64 = 0
        var pending: [Int64] = []
        var log = RecoveryLog()
        /// Counts its losses, so that a timer knows which one it was set for.
        var losses = 0
    }

    enum Timer: Sendable {
        case connect(session: String)
        case recovery(SocketIOSocket, loss: Int)
    }

    /// - Parameter bits: Where ids and secrets come from, 64 bits at a time.
    public init(configuration: SocketIOConfiguration = SocketIOConfiguration(), bits: @escaping () -> UInt64) {
        self.configuration = configuration
        self.bits = bits
        engine = EngineIOServer(timing: configuration.engine, limits: configuration.engineLimits, bits: bits)
    }

    public var sessionCount: Int { engine.sessionCount }
    /// Sockets that are accepted and not over, those that are lost included.
    public var socketCount: Int { sockets.values.count { $0.isAccepted } }

    /// The id that the client is told.
    public func id(of socket: SocketIOSocket) -> String? { sockets[socket]?.id }
    public func namespace(of socket: SocketIOSocket) -> String? { sockets[socket]?.namespace }
    /// Its Engine.IO session; `nil` while it is lost.
    public func session(of socket: SocketIOSocket) -> String? { sockets[socket]?.session }

    public var hasEvents: Bool { events.count > 0 }
    public mutating func nextEvent() -> SocketIOEvent? { events.next() }
    public mutating func nextOutput() -> EngineIOOutput? { engine.nextOutput() }

    public var deadline: Instant? {
        guard let first = timers.first, let second = engine.deadline else { return timers.first ?? engine.deadline }
        return min(first, second)
    }

    public mutating func advance(to now: Instant) {
        engine.advance(to: now)
        digest(now: now)
        while let timer = timers.popDue(at: now)?.element {
            switch timer {
            case .connect(let session):
                if connections[session]?.hasConnected == false { close(session, now: now) }
            case .recovery(let socket, let loss):
                guard let state = sockets[socket], state.session == nil, state.losses == loss else { continue }
                end(socket, .expired)
            }
        }
    }

    // MARK: - What the host tells

    public func refusal(of request: EngineIORequest, isUpgrade: Bool) -> EngineIORefusal? {
        engine.refusal(of: request, isUpgrade: isUpgrade)
    }

    public mutating func begin(_ request: UInt64, _ head: EngineIORequest, now: Instant) {
        engine.begin(request, head, now: now)
        digest(now: now)
    }

    public mutating func received(_ body: String?, of request: UInt64, now: Instant) {
        engine.received(body, of: request, now: now)
        digest(now: now)
    }

    public mutating func aborted(_ request: UInt64, now: Instant) {
        engine.aborted(request)
        digest(now: now)
    }

    public mutating func opened(_ socket: UInt64, query: URLQuery, now: Instant) {
        engine.opened(socket, query: query, now: now)
        digest(now: now)
    }

    public mutating func received(_ message: EngineIOMessage, on socket: UInt64, now: Instant) {
        engine.received(message, on: socket, now: now)
        digest(now: now)
    }

    public mutating func closed(_ socket: UInt64, now: Instant) {
        engine.closed(socket)
        digest(now: now)
    }

    /// More waits to be sent on this WebSocket than its host keeps.
    public mutating func overflowed(_ socket: UInt64, now: Instant) {
        guard let session = engine.session(ofSocket: socket) else { return }
        engine.refuse(session, as: .overflow)
        digest(now: now)
    }

    /// Closes every session.
    public mutating func closeAll(now: Instant) {
        for session in connections.keys.sorted() { close(session, now: now) }
    }

    /// Closes a whole connection, all its namespaces with it.
    public mutating func close(_ session: String, now: Instant) {
        engine.close(session, now: now)
        digest(now: now)
    }

    // MARK: - What the engine tells

    private mutating func digest(now: Instant) {
        while let event = engine.nextEvent() {
            switch event {
            case .opened(let session):
                connections[session] = Connection(decoder: SocketIODecoder(limits: configuration.packet))
                timers.push(.connect(session: session), at: now + configuration.connect)
                events.append(.opened(session: session))
            case .message(let session, let message):
                receive(message, from: session, now: now)
            case .closed(let session, let reason):
                guard let connection = connections.removeValue(forKey: session) else { continue }
                for (_, socket) in connection.sockets { lose(socket, reason, now: now) }
                events.append(.closed(session: session))
            }
        }
    }

    private mutating func receive(_ message: EngineIOMessage, from session: String, now: Instant) {
        guard var decoder = connections[session]?.decoder else { return }
        do throws(SocketIOError) {
            let packet = try decoder.take(message)
            connections[session]?.decoder = decoder
            if let packet { receive(packet, from: session, now: now) }
        } catch {
            engine.refuse(session)
        }
    }

    private mutating func receive(_ packet: SocketIOPacket, from session: String, now: Instant) {
        let known = connections[session]?.sockets.first { $0.namespace == packet.namespace }?.socket
        switch packet.kind {
        case .connect:
            guard known == nil else { return engine.refuse(session) }
            connect(packet, session: session, now: now)
        case .connectError:
            engine.refuse(session)
        case .disconnect:
            guard let known, sockets[known]?.isAccepted == true else { return engine.refuse(session) }
            end(known, .client)
        case .event, .acknowledgement:
            guard let known, sockets[known]?.isAccepted == true, case .array(let items)? = packet.data else {
                return engine.refuse(session)
            }
            deliver(packet, items, to: known)
        }
    }

    private mutating func deliver(_ packet: SocketIOPacket, _ items: [JSON], to socket: SocketIOSocket) {
        guard packet.kind == .event else {
            guard let id = packet.id, let place = sockets[socket]?.pending.firstIndex(of: id) else { return }
            sockets[socket]?.pending.remove(at: place)
            events.append(.acknowledged(socket, id: id, items, attachments: packet.attachments))
            return
        }
        let name = items.first?.stringValue ?? items.first?.text ?? ""
        events.append(
            .event(socket, name: name, Array(items.dropFirst()), attachments: packet.attachments, acknowledge: packet.id))
    }

    // MARK: - Namespaces

    private mutating func connect(_ packet: SocketIOPacket, session: String, now: Instant) {
        let auth = packet.data?.objectValue ?? JSONObject()
        connections[session]?.connects += 1
        guard connections[session]?.connects ?? 0 <= configuration.connectsPerConnection else { return engine.refuse(session) }
        guard configuration.namespaces.contains(packet.namespace) else {
            return refuse(packet.namespace, on: session, message: "Invalid namespace")
        }
        guard connections[session]?.sockets.count ?? 0 < configuration.namespacesPerConnection else {
            return refuse(packet.namespace, on: session, message: "Too many namespaces")
        }
        if let socket = returning(packet, auth: auth, now: now) {
            attach(socket, to: session)
            sockets[socket]?.isReturning = true
            sockets[socket]?.isAccepted = false
            events.append(
                .connecting(socket, namespace: packet.namespace, session: session, auth: auth, isReturning: true))
            return
        }
        lastNumber += 1
        let socket = SocketIOSocket(number: lastNumber)
        sockets[socket] = Socket(
            namespace: packet.namespace, id: EngineIOServer.token(bits), secret: EngineIOServer.token(bits), session: session)
        attach(socket, to: session)
        events.append(.connecting(socket, namespace: packet.namespace, session: session, auth: auth, isReturning: false))
    }

    private mutating func attach(_ socket: SocketIOSocket, to session: String) {
        guard let namespace = sockets[socket]?.namespace else { return }
        sockets[socket]?.session = session
        connections[session]?.sockets.append((namespace, socket))
    }

    /// Answers a ``SocketIOEvent/connecting(_:namespace:session:auth:isReturning:)``; the client hears of it before anything that follows.
    public mutating func accept(_ socket: SocketIOSocket) {
        guard let state = sockets[socket], !state.isAccepted, let session = state.session else { return }
        sockets[socket]?.isAccepted = true
        connections[session]?.hasConnected = true
        var reply: JSONObject = ["sid": .string(state.id)]
        if configuration.recovery != nil {
            reply["pid"] = .string(state.secret)
            socketOfSecret[state.secret] = socket
        }
        transmit(SocketIOPacket(.connect, namespace: state.namespace, data: .object(reply)), to: session)
        guard state.isReturning else { return }
        sockets[socket]?.isReturning = false
        for messages in state.log.messages(after: state.heard ?? 0) ?? [] {
            for message in messages { engine.send(message, to: session) }
        }
    }

    /// Answers in the negative: the connection stays.
    public mutating func refuse(_ socket: SocketIOSocket, message: String, data: JSON? = nil) {
        guard let state = sockets[socket], !state.isAccepted, let session = state.session else { return }
        refuse(state.namespace, on: session, message: message, data: data)
        connections[session]?.sockets.removeAll { $0.socket == socket }
        forget(socket)
        if state.isReturning { events.append(.disconnected(socket, .server)) }
    }

    private mutating func refuse(_ namespace: String, on session: String, message: String, data: JSON? = nil) {
        var reply: JSONObject = ["message": .string(message)]
        reply["data"] = data
        transmit(SocketIOPacket(.connectError, namespace: namespace, data: .object(reply)), to: session)
    }

    // MARK: - Sending

    private mutating func transmit(_ packet: SocketIOPacket, to session: String) {
        for message in packet.messages { engine.send(message, to: session) }
    }

    /// Sends an event.
    ///
    /// - Parameters:
    ///   - isVolatile: Not kept for a client that is away.
    ///   - attachments: For which placeholders stand in the arguments.
    public mutating func emit(
        _ name: String, _ arguments: [JSON], attachments: [[UInt8]] = [], isVolatile: Bool = false, to socket: SocketIOSocket
    ) {
        guard let state = sockets[socket], state.isAccepted else { return }
        var arguments = arguments
        if configuration.recovery != nil {
            // Volatile ones too: a client takes any text at the end of an event for an offset.
            arguments.append(.string(String(state.log.last + (isVolatile ? 0 : 1))))
        }
        let packet = SocketIOPacket.event(name, arguments, namespace: state.namespace, attachments: attachments)
        let messages = packet.messages
        if configuration.recovery != nil, !isVolatile { sockets[socket]?.log.add(messages, configuration) }
        guard let session = state.session else { return }
        for message in messages { engine.send(message, to: session) }
    }

    /// Sends an event that its client is to answer; it is not kept for one that is away.
    ///
    /// - Returns: The number of the answer; `nil` where there is nobody to ask.
    public mutating func ask(
        _ name: String, _ arguments: [JSON], attachments: [[UInt8]] = [], of socket: SocketIOSocket
    ) -> Int64? {
        guard let state = sockets[socket], state.isAccepted, let session = state.session else { return nil }
        let id = state.nextAcknowledgement
        sockets[socket]?.nextAcknowledgement = id + 1
        sockets[socket]?.pending.append(id)
        if state.pending.count >= configuration.pendingAcknowledgements { sockets[socket]?.pending.removeFirst() }
        transmit(
            .event(name, arguments, namespace: state.namespace, id: id, attachments: attachments), to: session)
        return id
    }

    /// Answers an event whose client waits for that.
    public mutating func acknowledge(
        _ socket: SocketIOSocket, _ id: Int64, _ arguments: [JSON], attachments: [[UInt8]] = []
    ) {
        guard let state = sockets[socket], state.isAccepted, let session = state.session else { return }
        transmit(
            SocketIOPacket(
                .acknowledgement, namespace: state.namespace, id: id, data: .array(arguments), attachments: attachments),
            to: session)
    }

    // MARK: - Endings

    /// Puts a client out of its namespace; its connection stays for others, and closes where there are none.
    public mutating func disconnect(_ socket: SocketIOSocket, now: Instant) {
        guard let state = sockets[socket] else { return }
        if let session = state.session {
            transmit(SocketIOPacket(.disconnect, namespace: state.namespace), to: session)
            end(socket, .server)
            if connections[session]?.sockets.isEmpty == true { close(session, now: now) }
        } else {
            end(socket, .server)
        }
    }

    mutating func forget(_ socket: SocketIOSocket) {
        if let state = sockets.removeValue(forKey: socket) { socketOfSecret[state.secret] = nil }
    }

    mutating func end(_ socket: SocketIOSocket, _ reason: SocketIODisconnect) {
        guard let state = sockets[socket] else { return }
        if let session = state.session { connections[session]?.sockets.removeAll { $0.socket == socket } }
        forget(socket)
        if state.isAccepted || state.isReturning { events.append(.disconnected(socket, reason)) }
    }
}
