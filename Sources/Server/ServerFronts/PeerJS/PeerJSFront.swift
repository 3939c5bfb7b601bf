import AccessCore
public import NetworkImpairment
public import RTCCore
import RoomCore
public import SignalingProtocol
public import SocketIOSessions

/// Rooms for PeerJS clients: each key is a room, `peerjs:KEY`, each peer a participant of it under the id that it chose.
///
///            id free, key known            no heartbeat, socket broken       grace over
///   socket ─────────────────────▶ open ──────────────────────────────▶ lost ────────────▶ over
///      │                           │ ▲     same id and token            │                  ▲
///      │ otherwise                 │ └──────────────────────────────────┘                  │
///      ▼                           └───────────────────────────────────────────────────────┘
///   ERROR, ID-TAKEN                     LEAVE, socket closed
///
/// A message for a peer that is not here waits for five seconds; then its sender is told once, `EXPIRE`. Another socket with the same id
/// and token takes over at once and is told `OPEN` like any other; the older one closes with 4009. A message that is none is answered with
/// `ERROR`. Participants of other fronts are peers like any other: media connections reach them, data connections do not.
public final class PeerJSFront {
    let configuration: ServerConfiguration
    let settings: PeerJSSettings
    let rooms: SharedRooms
    private let bits: () -> UInt64
    private var sockets: [UInt64: PeerName] = [:]
    /// From which a message may be wrong before its socket closes.
    private var abuse: [UInt64: TokenBucket] = [:]
    var peers: [PeerName: Peer] = [:]
    var peerOfSession: [SessionKey: PeerName] = [:]
    var requests: [Int64: (peer: PeerName, to: String?)] = [:]
    private var lastRequest: Int64 = 0
    var waiting: [Waiting] = []
    private var timers = DueQueue<Timer>()
    private var outputs = OutputQueue<SignalingOutput>()
    public internal(set) var counts = PeerJSCounts()
    private var isDraining = false

    struct PeerName: Hashable {
        let key: String
        let id: String

        var room: String { "peerjs:" + key }
    }

    struct Peer {
        let token: String
        let session: SessionKey
        let isTrusted: Bool
        /// `nil` until the room has said so.
        var participant: String?
        var socket: UInt64?
        var heardAt: Instant
        var messages: TokenBucket
        var epochs = SignalEpochs()
        /// The one media connection with each participant of another front.
        var connections: [String: String] = [:]
        /// Those with which an offer was passed on already.
        var offered: Set<String> = []
        var refusal: RequestError?
    }

    /// A message for a peer that is not here.
    struct Waiting {
        let name: PeerName
        let sender: PeerName
        let message: PeerJSMessage
        let expiresAt: Instant
    }

    private enum Timer: Sendable {
        case silence(PeerName, socket: UInt64)
        case expiry
    }

    /// - Parameter bits: Where the ids that clients ask for come from, 64 bits at a time.
    public init(configuration: ServerConfiguration, rooms: SharedRooms, bits: @escaping () -> UInt64) {
        self.configuration = configuration
        settings = configuration.peerJS
        self.rooms = rooms
        self.bits = bits
    }

    public var deadline: Instant? { timers.first }
    public func nextOutput() -> SignalingOutput? { outputs.next() }
    public var peerCount: Int { peers.count }

    // MARK: - HTTP

    /// What a GET is answered with; `nil` where the path is none of this front's.
    ///
    /// - Parameter path: `/KEY/id`, `/KEY/peers` or `/peerjs`, with or without `/peerjs` before it.
    public func answer(path: String) -> EngineIOResponse? {
        var parts = path.split(separator: "/").map(String.init)
        if parts == ["peerjs"] {
            let body: JSONObject = ["name": "Starling", "protocol": "peerjs"]
            return EngineIOResponse(status: 200, contentType: "application/json", body: JSON.object(body).text)
        }
        if parts.count == 3, parts[0] == "peerjs" { parts.removeFirst() }
        guard parts.count == 2, ["id", "peers"].contains(parts[1]), path.hasPrefix("/peerjs/") || settings.keys.contains(parts[0])
        else { return nil }
        guard settings.keys.contains(parts[0]) else {
            return EngineIOResponse(status: 401, contentType: "text/plain", body: "Invalid key provided")
        }
        guard parts[1] == "peers" else { return EngineIOResponse(status: 200, contentType: "text/html", body: makeID()) }
        guard settings.allowsDiscovery else { return EngineIOResponse(status: 401, contentType: "text/plain", body: "") }
        let here = rooms.core.participants(in: "peerjs:" + parts[0]).map { JSON.string(rooms.alias(of: $0)) }
        return EngineIOResponse(status: 200, contentType: "application/json", body: JSON.array(here).text)
    }

    /// Whether a WebSocket of PeerJS may be opened here.
    public func isPath(_ path: String) -> Bool {
        path == "/peerjs" || path == "/peerjs/peerjs"
    }

    /// A UUID of version 4 (RFC 9562 §5.4).
    private func makeID() -> String {
        let high = bits() & ~0xF000 | 0x4000
        let low = bits() & ~(3 << 62) | 2 << 62
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for (index, word) in [high, low].enumerated() {
            for place in 0..<16 {
                if (index == 0 && (place == 8 || place == 12)) || (index == 1 && (place == 0 || place == 4)) {
                    text.append(UInt8(ascii: "-"))
                }
                text.append(digits[Int(word >> UInt64(60 - 4 * place) & 15)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    // MARK: - Sockets

    public func opened(_ socket: UInt64, query: URLQuery, from origin: ClientOrigin, now: Instant) {
        counts.connections += 1
        guard let key = query["key"], let id = query["id"], let token = query["token"], !id.isEmpty, !token.isEmpty else {
            return refuse(socket, PeerJSMessage.error("No id, token, or key supplied to websocket server"))
        }
        guard settings.keys.contains(key) else { return refuse(socket, PeerJSMessage.error("Invalid key provided")) }
        guard isDraining == false else { return refuse(socket, PeerJSMessage.error("The server is stopping")) }
        let tokenBytes = rooms.gate.knowsTokens ? configuration.access.tokenBytes : settings.idBytes
        guard id.utf8.count <= settings.idBytes, token.utf8.count <= tokenBytes,
            id.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else {
            return refuse(socket, PeerJSMessage.error("An id or a token of more than \(settings.idBytes) bytes, or not of text"))
        }
        let name = PeerName(key: key, id: id)
        if let peer = peers[name] {
            guard peer.token.isEqualInConstantTime(to: token) else { return refuseTaken(socket) }
            takeOver(socket, name, peer, now: now)
        } else {
            guard !rooms.isTaken(id, in: name.room) else { return refuseTaken(socket) }
            admit(socket, name, token: token, from: origin, now: now)
        }
    }

    private func refuseTaken(_ socket: UInt64) {
        counts.idsTaken += 1
        refuse(socket, PeerJSMessage.text("ID-TAKEN", payload: ["msg": "ID is taken"]))
    }

    private func refuse(_ socket: UInt64, _ text: String, code: UInt16 = 1008, reason: String = "") {
        counts.refused += 1
        send(text, on: socket)
        outputs.append(.close(connection: socket, code: code, reason: reason))
    }

    /// The client's token is a secret of its own, and where this server asks for tokens, that or the Bearer of its request is one.
    private func admit(_ socket: UInt64, _ name: PeerName, token: String, from origin: ClientOrigin, now: Instant) {
        var shown = origin.bearer
        if shown == nil, rooms.gate.asksForTokens || token.utf8.contains(UInt8(ascii: ".")) { shown = token }
        switch rooms.admit(rooms.gate.knowsTokens ? shown : nil, now: now) {
        case .success(let bearer) where bearer.grant.tenant == nil:
            enter(socket, name, token: token, bearer, from: origin, now: now)
        case .success: refuseToken(socket, "a tenant's token is not for PeerJS, where the key names the room")
        case .failure(let refusal): refuseToken(socket, refusal.message)
        }
    }

    private func refuseToken(_ socket: UInt64, _ message: String) {
        counts.refusedTokens += 1
        refuse(socket, PeerJSMessage.error(message), code: CloseCode.unauthenticated.rawValue, reason: message)
    }

    func send(_ text: String, on socket: UInt64) {
        counts.messagesSent += 1
        outputs.append(.send(connection: socket, text))
    }

    private func enter(
        _ socket: UInt64, _ name: PeerName, token: String, _ bearer: Bearer, from origin: ClientOrigin, now: Instant
    ) {
        let isTrusted = origin.isTrusted(configuration)
        if !isTrusted,
            rooms.joins.take(
                configuration.limits.joins, address: origin.address?.host ?? "", identity: bearer.grant.identity, now: now)
                != nil
        {
            counts.rateLimited += 1
            return refuse(socket, PeerJSMessage.error("Too many connections from this address"))
        }
        let session = rooms.open(bearer, address: isTrusted ? nil : origin.address?.host, for: .peerJS)
        peerOfSession[session] = name
        peers[name] = Peer(
            token: token, session: session, isTrusted: isTrusted, socket: socket, heardAt: now,
            messages: TokenBucket(configuration.limits.signals, at: now))
        perform(.join(JoinRequest(room: name.room, name: name.id, duplicate: .allow)), of: name, session, now: now)
        listen(now: now)
        guard let participant = peers[name]?.participant else {
            // The room is full.
            let reason = peers[name]?.refusal
            forget(name)
            rooms.core.ended(session, .leave)
            listen(now: now)
            let isFull = reason?.code == .roomFull
            return refuse(
                socket,
                PeerJSMessage.error(isFull ? "Server has reached its concurrent user limit" : reason?.message ?? "refused"))
        }
        rooms.name(participant, as: name.id, in: name.room)
        perform(.ready, of: name, session, now: now)
        attach(socket, to: name, now: now)
    }

    private func takeOver(_ socket: UInt64, _ name: PeerName, _ peer: Peer, now: Instant) {
        counts.reconnects += 1
        if let older = peer.socket {
            sockets[older] = nil
            abuse[older] = nil
            outputs.append(.close(connection: older, code: CloseCode.replaced.rawValue, reason: "connected again from elsewhere"))
        }
        peers[name]?.socket = socket
        peers[name]?.heardAt = now
        attach(socket, to: name, now: now)
        rooms.core.resumed(peer.session, now: now)
        listen(now: now)
    }

    private func attach(_ socket: UInt64, to name: PeerName, now: Instant) {
        sockets[socket] = name
        timers.push(.silence(name, socket: socket), at: now + settings.alive)
        send(PeerJSMessage.text("OPEN"), on: socket)
        flush(to: name, now: now)
        listen(now: now)
    }

    func perform(_ command: RoomCommand, of name: PeerName, _ session: SessionKey, to receiver: String? = nil, now: Instant) {
        lastRequest += 1
        requests[lastRequest] = (name, receiver)
        rooms.core.perform(command, id: lastRequest, for: session, now: now)
    }

    /// A WebSocket is gone.
    ///
    /// - Parameter isClean: Whether its client closed it; then the peer is not waited for.
    public func closed(_ socket: UInt64, isClean: Bool, now: Instant) {
        abuse[socket] = nil
        guard let name = sockets.removeValue(forKey: socket) else { return }
        lose(name, isOver: isClean, now: now)
    }

    /// More waits to be sent on this WebSocket than its host keeps.
    public func overflowed(_ socket: UInt64, now: Instant) {
        outputs.append(
            .close(connection: socket, code: CloseCode.slowConsumer.rawValue, reason: "too much waits to be read"))
        closed(socket, isClean: false, now: now)
    }

    /// The host refuses a message without reading it.
    public func refuse(_ socket: UInt64, with code: CloseCode, reason: String, now: Instant) {
        outputs.append(.close(connection: socket, code: code.rawValue, reason: reason))
        closed(socket, isClean: !code.allowsResume, now: now)
    }

    private func lose(_ name: PeerName, isOver: Bool, now: Instant) {
        guard let peer = peers[name] else { return }
        peers[name]?.socket = nil
        if isOver {
            forget(name)
            rooms.core.ended(peer.session, .leave)
        } else {
            rooms.core.disconnected(peer.session, now: now)
        }
        listen(now: now)
    }

    func forget(_ name: PeerName) {
        guard let peer = peers.removeValue(forKey: name) else { return }
        peerOfSession[peer.session] = nil
        if let participant = peer.participant { rooms.unname(participant, in: name.room) }
    }

    public func drain(now: Instant) {
        isDraining = true
        for socket in sockets.keys.sorted() {
            outputs.append(.close(connection: socket, code: CloseCode.draining.rawValue, reason: "the server is stopping"))
            closed(socket, isClean: true, now: now)
        }
    }

    public func advance(to now: Instant) {
        while let timer = timers.popDue(at: now)?.element {
            switch timer {
            case .expiry: expire(now: now)
            case .silence(let name, let socket):
                guard let peer = peers[name], peer.socket == socket else { continue }
                let limit = peer.heardAt + settings.alive
                guard now >= limit else {
                    timers.push(.silence(name, socket: socket), at: limit)
                    continue
                }
                outputs.append(.close(connection: socket, code: CloseCode.idleTimeout.rawValue, reason: "no heartbeat"))
                closed(socket, isClean: false, now: now)
            }
        }
        listen(now: now)
    }

    // MARK: - Messages

    public func received(_ text: String, on socket: UInt64, now: Instant) {
        counts.messagesReceived += 1
        guard let name = sockets[socket], let peer = peers[name] else { return }
        guard let message = PeerJSMessage(text, depth: configuration.limits.frame.depth) else {
            counts.malformed += 1
            send(PeerJSMessage.error("A message is a JSON object with a type"), on: socket)
            return countAbuse(on: socket, now: now)
        }
        if message.kind == .heartbeat { peers[name]?.heardAt = now }
        if !peer.isTrusted, peers[name]?.messages.take(configuration.limits.signals, now: now) != nil {
            counts.rateLimited += 1
            return countAbuse(on: socket, now: now)
        }
        switch message.kind {
        case .heartbeat: break
        case .leave where message.receiver == nil:
            outputs.append(.close(connection: socket, code: CloseCode.left.rawValue, reason: ""))
            closed(socket, isClean: true, now: now)
        case .offer, .answer, .candidate, .leave, .expire:
            pass(message, from: name, now: now)
        case nil: counts.unknown += 1
        }
        listen(now: now)
    }

    private func countAbuse(on socket: UInt64, now: Instant) {
        let limit = configuration.limits.abuse
        guard abuse[socket, default: TokenBucket(limit, at: now)].take(limit, now: now) != nil else { return }
        outputs.append(.close(connection: socket, code: CloseCode.rateLimited.rawValue, reason: "too many wrong messages"))
        closed(socket, isClean: true, now: now)
    }

    func wait(_ message: PeerJSMessage, from sender: PeerName, for name: PeerName, now: Instant) {
        guard waiting.count < settings.waiting else {
            tellExpired(sender, of: name.id)
            return
        }
        let expiresAt = now + settings.expiry
        waiting.append(Waiting(name: name, sender: sender, message: message, expiresAt: expiresAt))
        timers.push(.expiry, at: expiresAt)
    }
}
