import AccessCore
public import RTCCore
import RoomCore
import SignalingProtocol
public import SocketIO
public import SocketIOSessions

/// Rooms over Socket.IO: each socket is a session of the rooms, and a ``SocketIOPreset`` says which of its events mean what.
///
///              CONNECT, token right             join
///   connection ───────────────────▶ outside ───────────▶ in a room
///        │                              ▲    leave           │ connection gone
///        │ token wrong                  └────────────────────┤
///        ▼                                                   ▼
///   CONNECT_ERROR                          over; with recovery: waits for the grace
///
/// A socket needs no `ready`: it hears its room from the answer to its join on. Participants are shown under the id that they chose, or
/// their socket's; native ones under their own. A client that names a `session` of its own, a secret, when it connects takes the place
/// of what it left behind in the same room, so that its own ghost is not in its way.
public final class SocketIOFront: EngineIOHosting {
    let configuration: ServerConfiguration
    let rooms: SharedRooms
    var server: SocketIOServer
    private let presets: [String: SocketIOPreset]
    private var origins: [UInt64: ClientOrigin] = [:]
    private var sessionsOfAddress: [String: Int] = [:]
    var members: [SocketIOSocket: Member] = [:]
    var socketOfSession: [SessionKey: SocketIOSocket] = [:]
    /// Members by room, in the order in which they joined.
    var present: [String: [SocketIOSocket]] = [:]
    var requests: [Int64: Pending] = [:]
    var lastRequest: Int64 = 0
    private var connects = JoinLimiter()
    public internal(set) var counts = SocketIOCounts()
    private var isDraining = false

    /// One socket, as the rooms see it.
    struct Member {
        let key: SessionKey
        let preset: SocketIOPreset
        let origin: ClientOrigin
        let grant: Grant
        var identity: String? { grant.identity }
        var place: Place?
        /// As what it enters, while it waits in a lobby.
        var entering: Entrance?
        var messages: TokenBucket
        var signals: TokenBucket
        var abuse: TokenBucket
    }

    struct Place {
        let room: String
        let participant: String
        let id: String
        let name: String
        var epochs = SignalEpochs()
        /// The others that it knows of.
        var known: [String: PeerDescription] = [:]
    }

    /// What a client has chosen for its join.
    struct Entrance {
        let id: String
        let name: String
        let status: JSONObject?
    }

    /// A command whose reply is awaited.
    struct Pending {
        enum What {
            case join(Entrance)
            case leave
            /// - Parameter receiver: For whom alone it is; `nil` for all.
            case chat(text: String, receiver: String?)
            case other
            case silent
        }

        let socket: SocketIOSocket
        let event: String
        let acknowledge: Int64?
        let what: What
    }

    /// - Parameter bits: Where ids and secrets come from, 64 bits at a time.
    public init(configuration: ServerConfiguration, rooms: SharedRooms, bits: @escaping () -> UInt64) {
        self.configuration = configuration
        self.rooms = rooms
        let settings = configuration.socketIO
        var sockets = SocketIOConfiguration(namespaces: settings.namespaces.map(\.name))
        sockets.engineLimits.waiting = configuration.limits.outboundQueue
        sockets.recovery = settings.recovers ? configuration.roomTiming.disconnectGrace : nil
        server = SocketIOServer(configuration: sockets, bits: bits)
        presets = Dictionary(settings.namespaces.map { ($0.name, $0.preset) }, uniquingKeysWith: { first, _ in first })
    }

    var path: String { configuration.socketIO.path }
    public var sessionCount: Int { server.sessionCount }
    public var deadline: Instant? { server.deadline }
    public func nextOutput() -> EngineIOOutput? {
        let output = server.nextOutput()
        if case .respond(let request, _)? = output { origins[request] = nil }
        return output
    }

    // MARK: - What the host tells

    public func refusal(of request: EngineIORequest, from origin: ClientOrigin, isUpgrade: Bool) -> EngineIORefusal? {
        if let refusal = server.refusal(of: request, isUpgrade: isUpgrade) { return refusal }
        guard request.query["sid"] == nil else { return nil }
        return isDraining || hasTooMany(origin) ? .forbidden : nil
    }

    private func hasTooMany(_ origin: ClientOrigin) -> Bool {
        guard !origin.isTrusted(configuration) else { return false }
        return sessionsOfAddress[origin.address?.host ?? "", default: 0] >= configuration.socketIO.sessionsPerAddress
    }

    public func begin(_ request: UInt64, _ head: EngineIORequest, from origin: ClientOrigin, now: Instant) {
        origins[request] = origin
        server.begin(request, head, now: now)
        digest(from: origin, now: now)
    }

    public func received(_ body: String?, of request: UInt64, now: Instant) {
        let origin = origins[request] ?? ClientOrigin()
        counts.received(body?.utf8.count ?? 0)
        server.received(body, of: request, now: now)
        digest(from: origin, now: now)
    }

    public func aborted(_ request: UInt64, now: Instant) {
        let origin = origins.removeValue(forKey: request) ?? ClientOrigin()
        server.aborted(request, now: now)
        digest(from: origin, now: now)
    }

    public func opened(_ socket: UInt64, query: URLQuery, from origin: ClientOrigin, now: Instant) {
        origins[socket] = origin
        counts.connections += 1
        server.opened(socket, query: query, now: now)
        digest(from: origin, now: now)
    }

    public func received(_ message: EngineIOMessage, on socket: UInt64, now: Instant) {
        counts.received(message.size)
        server.received(message, on: socket, now: now)
        digest(from: origins[socket] ?? ClientOrigin(), now: now)
    }

    public func closed(_ socket: UInt64, now: Instant) {
        let origin = origins.removeValue(forKey: socket) ?? ClientOrigin()
        server.closed(socket, now: now)
        digest(from: origin, now: now)
    }

    public func overflowed(_ socket: UInt64, now: Instant) {
        server.overflowed(socket, now: now)
        digest(from: origins[socket] ?? ClientOrigin(), now: now)
    }

    public func drain(now: Instant) {
        isDraining = true
        server.closeAll(now: now)
        digest(from: ClientOrigin(), now: now)
    }

    public func advance(to now: Instant) {
        server.advance(to: now)
        digest(from: ClientOrigin(), now: now)
    }

    // MARK: - What sockets do

    private func digest(from origin: ClientOrigin, now: Instant) {
        while let event = server.nextEvent() {
            switch event {
            case .opened(let session): open(session, from: origin)
            case .closed(let session): close(session)
            case .connecting(let socket, let namespace, _, let auth, let isReturning):
                if isReturning {
                    welcomeBack(socket, auth, now: now)
                } else {
                    welcome(socket, namespace, auth, from: origin, now: now)
                }
            case .event(let socket, let name, let arguments, let attachments, let acknowledge):
                perform(
                    SocketIOCall(name: name, arguments: arguments, attachments: attachments, acknowledge: acknowledge),
                    of: socket,
                    now: now)
            case .acknowledged: break
            case .lost(let socket):
                // The rooms keep only who is in one; the others are kept here.
                if let member = members[socket], member.place != nil { rooms.core.disconnected(member.key, now: now) }
            case .disconnected(let socket, let reason):
                guard let member = members[socket] else { continue }
                forget(socket)
                rooms.core.ended(member.key, reason == .client ? .leave : .disconnected)
            }
            hear(now: now)
        }
        hear(now: now)
        if server.hasEvents { digest(from: origin, now: now) }
    }

    /// Passes on what the rooms have to say.
    public func listen(now: Instant) {
        digest(from: ClientOrigin(), now: now)
    }

    private func welcome(
        _ socket: SocketIOSocket, _ namespace: String, _ auth: JSONObject, from origin: ClientOrigin, now: Instant
    ) {
        guard let preset = presets[namespace] else { return server.refuse(socket, message: "Invalid namespace") }
        let connectRate = configuration.limits.messages
        if !origin.isTrusted(configuration),
            let wait = connects.take(connectRate, address: origin.address?.host ?? "", identity: nil, now: now)
        {
            counts.rateLimited += 1
            let data: JSONObject = [
                "code": .string(ErrorCode.rateLimited.rawValue), "retry_ms": .integer(wait.inNanoseconds / 1_000_000 + 1),
            ]
            return server.refuse(socket, message: "too many connections", data: .object(data))
        }
        let bearer: Bearer
        switch rooms.admit(token(auth, origin), now: now) {
        case .failure(let refusal): return refuse(socket, refusal)
        case .success(let found): bearer = found
        }
        let key = rooms.open(
            bearer, address: origin.isTrusted(configuration) ? nil : origin.address?.host,
            tab: auth["session"]?.stringValue.map { String($0.prefix(64)) }, for: .socketIO)
        let limits = configuration.limits
        members[socket] = Member(
            key: key, preset: preset, origin: origin, grant: bearer.grant, messages: TokenBucket(limits.messages, at: now),
            signals: TokenBucket(limits.signals, at: now), abuse: TokenBucket(limits.abuse, at: now))
        socketOfSession[key] = socket
        server.accept(socket)
    }

    private func welcomeBack(_ socket: SocketIOSocket, _ auth: JSONObject, now: Instant) {
        guard let member = members[socket] else { return refuse(socket, Self.foreign) }
        switch rooms.admit(token(auth, member.origin), now: now) {
        // Its session is not over, and it has shown the secret of its socket: what it joined with may be past its time.
        case .failure(let refusal) where refusal.reason == .expired || refusal.reason == .spent: break
        case .failure(let refusal): return refuse(socket, refusal)
        case .success(let bearer):
            guard bearer.grant.identity == member.identity else { return refuse(socket, Self.foreign) }
            if let until = bearer.until { rooms.core.extend(member.key, until: until) }
        }
        let hasGap = rooms.core.waiting(for: member.key, now: now) == nil
        server.accept(socket)
        counts.recovered += 1
        guard let place = member.place else { return }
        rooms.core.disconnected(member.key, now: now)
        rooms.core.resumed(member.key, now: now)
        guard hasGap else { return }
        // It has missed too much of its room: it has to enter anew.
        lastRequest += 1
        requests[lastRequest] = Pending(socket: socket, event: "", acknowledge: nil, what: .leave)
        rooms.core.perform(.leave, id: lastRequest, for: member.key, now: now)
        fail(RequestError(.resumeGap, "more was missed of '\(place.room)' than is kept; join again"), "resume", nil, socket)
    }

    private static let foreign = TokenRefusal(.unknown, "'token' is another identity's")

    private func refuse(_ socket: SocketIOSocket, _ refusal: TokenRefusal) {
        counts.refusedTokens += 1
        server.refuse(
            socket, message: refusal.message, data: .object(["code": .string(refusal.code.rawValue)]))
    }

    /// What a client shows: in `auth`, or as Bearer. Where tokens mean nothing, so does what it shows.
    private func token(_ auth: JSONObject, _ origin: ClientOrigin) -> String? {
        rooms.gate.knowsTokens ? auth["token"]?.stringValue ?? origin.bearer : nil
    }

    private func open(_ session: String, from origin: ClientOrigin) {
        guard !origin.isTrusted(configuration) else { return }
        let address = origin.address?.host ?? ""
        addressOfSession[session] = address
        sessionsOfAddress[address, default: 0] += 1
    }

    private var addressOfSession: [String: String] = [:]

    private func close(_ session: String) {
        guard let address = addressOfSession.removeValue(forKey: session) else { return }
        let left = sessionsOfAddress[address, default: 1] - 1
        sessionsOfAddress[address] = left > 0 ? left : nil
    }

    /// Nothing is left of a socket but what the rooms still say of it.
    func forget(_ socket: SocketIOSocket) {
        leave(socket)
        guard let member = members.removeValue(forKey: socket) else { return }
        socketOfSession[member.key] = nil
    }

    /// It is in no room any more.
    func leave(_ socket: SocketIOSocket) {
        guard let place = members[socket]?.place else { return }
        members[socket]?.place = nil
        members[socket]?.entering = nil
        rooms.unname(place.participant, in: place.room)
        present[place.room]?.removeAll { $0 == socket }
        if present[place.room]?.isEmpty == true {
            present[place.room] = nil
        }
    }

    func emit(
        _ name: String, _ arguments: [JSON], attachments: [[UInt8]] = [], isVolatile: Bool = false, to socket: SocketIOSocket
    ) {
        counts.sent += 1
        server.emit(name, arguments, attachments: attachments, isVolatile: isVolatile, to: socket)
    }
}
