public import RTCCore
import SignalingProtocol

/// A bot's side of Janus's VideoRoom over WebSocket (`janus-protocol`, the multistream plugin of Janus 1.x).
///
///              opened           session, handle      room made, joined          ready
///   connecting ──────▶ greeting ───────────▶ joining ─────────────────▶ joined ──────▶ ready
///                       ▲  │ refused         │ refused         │ leave          │ leave
///                       │  ▼          join   │                 ▼                ▼
///                       │ outside ──────────▶├─────────── leaving ◀─────────────┘
///                opened │    ▲ left          │               │
///                       │    └───────────────┼───────────────┘
///                       └─────────────────  closed  ◀──── from anywhere: the session goes with its connection
///
/// The server is one of the peers, ``serverID``: what the bot offers to it is published. A publisher is heard of by
/// ``RoomClientEvent/peerJoined(_:)``, gets a handle of its own, and its media comes as an offer from it. Everybody joins as a
/// publisher, whether or not it publishes, since only so the room says who comes and goes.
public struct JanusClient: SignalingClient {
    /// The id under which the server itself is a peer.
    public static let serverID = "janus"
    /// The WebSocket subprotocol.
    public static let subprotocol = "janus-protocol"
    static let plugin = "janus.plugin.videoroom"

    public let name: String
    public let room: JanusRoom
    public internal(set) var state = RoomClientState.connecting
    /// This client's participant id; `nil` outside a room.
    public internal(set) var selfID: String?
    public internal(set) var peers: [RemoteParticipant] = []
    /// Not where the server refused what this client says of itself.
    public internal(set) var mayReconnect = true
    public let retryAfter: Duration? = nil
    public let stunServers: [SocketAddress] = []
    /// Others beyond ``JanusClientTiming/participants``, as often as the server named them.
    public internal(set) var droppedParticipants = 0

    let access: JanusAccess
    let publishes: Bool
    let subscribes: Bool
    /// How many may publish in a room that this client makes.
    let publishers: Int
    let timing: JanusClientTiming
    var random: SplitMix64
    var session: Int64?
    var roomHandle: Int64?
    var privateID: Int64?
    /// Whether the room's handle has published, so that another offer changes what it has.
    var isPublished = false
    /// The epoch of the newest offer to the server.
    var publishedEpoch = 0
    /// Ids of the others in the room, publishing or not.
    var others: [String] = []
    var feeds: [JanusFeed] = []
    /// In the order in which they were asked, which is the order of their deadlines.
    var pending: [JanusRequest] = []
    var nextTransaction = 1
    var hadSession = false
    /// Whether a new session is to join the room.
    var wantsRoom = true
    var keepaliveAt: Instant?
    var silentAt: Instant?
    var texts = Outbox<String>()
    var events = Outbox<RoomClientEvent>()

    /// - Parameters:
    ///   - name: What others see.
    ///   - publishes: Whether the bot has something to offer to the server.
    ///   - subscribes: Whether it wants the others' media.
    ///   - publishers: How many may publish in a room that this client makes.
    ///   - seed: This machine's own share of the run's seed; it jitters the keepalives.
    public init(
        name: String, room: JanusRoom, access: JanusAccess = JanusAccess(), publishes: Bool = true, subscribes: Bool = true,
        publishers: Int = 8, seed: UInt64, timing: JanusClientTiming = JanusClientTiming()
    ) {
        self.name = name
        self.room = room
        self.access = access
        self.publishes = publishes
        self.subscribes = subscribes
        self.publishers = publishers
        self.timing = timing
        random = SplitMix64(seed: seed)
    }

    // MARK: - Life

    public mutating func opened(now: Instant) {
        guard state == .connecting || state == .closed else { return }
        if state == .closed {
            wantsRoom = true
            if hadSession { tell(.sessionLost(code: nil)) }
        }
        greet(now: now)
    }

    /// The session is as good as gone: Janus ends it with its connection, unless it is told otherwise (`reclaim_session_timeout`).
    public mutating func closed(code: UInt16?, reason: String, now: Instant) {
        guard state != .closed else { return }
        forgetSession()
        texts.removeAll()
        state = .closed
        tell(.closed(code: code, reason: reason))
    }

    public mutating func ready(now: Instant) {
        guard state == .joined else { return }
        state = .ready
        for feed in feeds { attach(feed.id, now: now) }
    }

    /// Leaves the room and, where the room was made on demand and nobody is left, takes it away; ``RoomClientEvent/left`` follows.
    public mutating func leave(now: Instant) {
        guard state == .joined || state == .ready else { return }
        wantsRoom = false
        state = .leaving
        for feed in feeds { detach(feed, now: now) }
        feeds = []
        say(.leave, ["request": "leave"], now: now)
    }

    public mutating func join(now: Instant) {
        guard state == .outside else { return }
        wantsRoom = true
        if roomHandle == nil { greet(now: now) } else { enter(now: now) }
    }

    mutating func greet(now: Instant) {
        state = .greeting
        mayReconnect = true
        ask(.createSession, "create", now: now)
    }

    /// Makes the room where that is this client's to do, then joins.
    mutating func enter(now: Instant) {
        state = .joining
        guard room.isMadeOnDemand else { return joinRoom(now: now) }
        var body: JSONObject = [
            "request": "create", "room": .integer(room.number), "description": .string(room.name), "permanent": .bool(false),
            "publishers": .integer(Int64(publishers)), "audiocodec": "opus", "videocodec": "vp8", "notify_joining": .bool(true),
        ]
        body["secret"] = access.roomSecret.map { .string($0) }
        body["pin"] = access.pin.map { .string($0) }
        body["admin_key"] = access.adminKey.map { .string($0) }
        say(.createRoom, body, now: now)
    }

    mutating func joinRoom(now: Instant) {
        var body: JSONObject = [
            "request": "join", "ptype": "publisher", "room": .integer(room.number), "display": .string(name),
        ]
        body["pin"] = access.pin.map { .string($0) }
        say(.joinRoom, body, now: now)
    }

    mutating func forgetSession() {
        hadSession = (hadSession || session != nil) && wantsRoom
        session = nil
        roomHandle = nil
        pending = []
        keepaliveAt = nil
        silentAt = nil
        forgetRoom()
    }

    mutating func forgetRoom() {
        selfID = nil
        privateID = nil
        isPublished = false
        peers = []
        others = []
        feeds = []
    }

    // MARK: - Time

    public var deadline: Instant? {
        guard state != .connecting, state != .closed else { return nil }
        return earliest(earliest(keepaliveAt, silentAt), pending.first?.answerBy)
    }

    public mutating func advance(to now: Instant) {
        guard state != .connecting, state != .closed else { return }
        while let first = pending.first, first.answerBy <= now {
            pending.removeFirst()
            timedOut(first.purpose)
        }
        if let due = keepaliveAt, due <= now {
            silentAt = silentAt ?? now + timing.silence
            ask(.keepalive, "keepalive", now: now)
        }
        if let silent = silentAt, silent <= now {
            silentAt = nil
            tell(.silent)
        }
    }

    // MARK: - Out

    public mutating func nextText() -> String? { texts.next() }

    public mutating func nextEvent() -> RoomClientEvent? { events.next() }

    mutating func tell(_ event: RoomClientEvent) {
        events.append(event)
    }

    /// Sends one request of Janus's own API.
    mutating func ask(
        _ purpose: JanusRequest.Purpose, _ verb: String, on handle: Int64? = nil, _ members: JSONObject = [:], now: Instant
    ) {
        if pending.count >= timing.requests { timedOut(pending.removeFirst().purpose) }
        let transaction = String(nextTransaction)
        nextTransaction += 1
        var message = members
        message["janus"] = .string(verb)
        message["transaction"] = .string(transaction)
        message["session_id"] = session.map { .integer($0) }
        message["handle_id"] = handle.map { .integer($0) }
        message["apisecret"] = access.apiSecret.map { .string($0) }
        message["token"] = access.token.map { .string($0) }
        pending.append(JanusRequest(transaction: transaction, purpose: purpose, answerBy: now + timing.reply))
        texts.append(JSON.object(message).text)
        // Drawn from 80 % to 100 % of the interval, so that bots do not march in step; every request keeps the session.
        if session != nil { keepaliveAt = now + timing.keepalive * (0.8 + 0.2 * random.unitInterval()) }
    }

    /// Sends one request to the plugin.
    ///
    /// - Parameter handle: `nil` for the room's own.
    mutating func say(
        _ purpose: JanusRequest.Purpose, on handle: Int64? = nil, _ body: JSONObject,
        description: (type: String, sdp: String)? = nil,
        now: Instant
    ) {
        var members: JSONObject = ["body": .object(body)]
        if let description {
            members["jsep"] = .object(["type": .string(description.type), "sdp": .string(description.sdp)])
        }
        ask(purpose, "message", on: handle ?? roomHandle, members, now: now)
    }
}
