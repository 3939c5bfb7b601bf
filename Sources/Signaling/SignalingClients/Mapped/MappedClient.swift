public import RTCCore
public import SignalingProtocol

/// A bot's side of a room service that is described by a ``RoomMapping``.
///
///              opened          told its id           roster             ready
///   connecting ──────▶ greeting ──────────▶ joining ───────▶ joined ─────────▶ ready
///                          ▲  (where the                       │ leave          │
///                          │   mapping says so)    join        ▼                ▼
///                          │                  ◀─────────── outside ◀────────────┘
///                   opened └────────────── closed ◀──── from anywhere: such a service forgets who has gone
///
/// Such services have neither sessions nor epochs: a new connection is a new participant, and each offer is taken for one of a new
/// epoch, but where it crosses one of this client's own. What they do not say of a participant, its name, bots write into their SDP,
/// where any server passes it on and any other peer overlooks it (``SessionName``).
public struct MappedClient: SignalingClient {
    /// Who is at the other end where the service names nobody.
    public static let onlyPeer = "peer"

    public let name: String
    public let room: String
    public internal(set) var state = RoomClientState.connecting
    /// This client's participant id; `nil` before it has one.
    public internal(set) var selfID: String?
    public internal(set) var peers: [RemoteParticipant] = []
    public let mayReconnect = true
    public let retryAfter: Duration? = nil
    /// What the service wants used, where its mapping says where that stands.
    public internal(set) var iceServers: [ICEServer] = []
    public var stunServers: [SocketAddress] { iceServers.stunAddresses }
    /// Messages that no rule of the mapping is about.
    public internal(set) var unmappedMessages = 0
    /// Messages that came too early and too many.
    public internal(set) var droppedMessages = 0

    let mapping: RoomMapping
    let token: String?
    let timing: MappedClientTiming
    var random: SplitMix64
    var link = MessageLink.plain()
    var wasInRoom = false
    /// The acknowledgement of the join.
    var joinNumber: Int64?
    var answerBy: Instant?
    var sayAgainAt: Instant?
    var lastNumber: Int64 = 0
    /// Messages of the chat, in the order in which they came.
    var lastChat: Int64 = 0
    /// About the room, and come before the answer to the join.
    var early: [JSON] = []
    var calls: [MappedCall] = []
    var texts = Outbox<String>()
    var events = Outbox<RoomClientEvent>()

    /// - Parameters:
    ///   - name: What others see.
    ///   - seed: This machine's own share of the run's seed; its id comes from it.
    public init(
        name: String, room: String, mapping: RoomMapping, token: String? = nil, seed: UInt64,
        timing: MappedClientTiming = MappedClientTiming()
    ) {
        self.name = name
        self.room = room
        self.mapping = mapping
        self.token = token
        self.timing = timing
        random = SplitMix64(seed: seed)
    }

    // MARK: - Life

    public mutating func opened(now: Instant) {
        guard state == .connecting || state == .closed else { return }
        if wasInRoom { tell(.sessionLost(code: nil)) }
        wasInRoom = false
        selfID = nil
        if mapping.identity == .own { selfID = drawID() }
        switch mapping.transport {
        case .websocket: link = .plain()
        case .socketio: link = .socketIO(namespace: mapping.namespace, auth: mapping.auth?.filled { value(of: $0) })
        }
        state = .greeting
        answerBy = now + timing.reply
        link.opened(now: now)
        take(now: now)
    }

    public mutating func closed(code: UInt16?, reason: String, now: Instant) {
        guard state != .closed else { return }
        wasInRoom = wasInRoom || state == .joined || state == .ready
        forgetRoom()
        answerBy = nil
        sayAgainAt = nil
        texts.removeAll()
        state = .closed
        tell(.closed(code: code, reason: reason))
    }

    public mutating func ready(now: Instant) {
        guard state == .joined else { return }
        state = .ready
    }

    /// Says goodbye where the service has a word for it; ``RoomClientEvent/left`` follows at once, since nothing answers.
    public mutating func leave(now: Instant) {
        guard state == .joined || state == .ready else { return }
        if let farewell = mapping.said.leave { say(farewell) }
        forgetRoom()
        state = .outside
        tell(.left)
    }

    /// Where the service has no word for leaving, only another connection is out of the room.
    public mutating func join(now: Instant) {
        guard state == .outside else { return }
        guard mapping.said.leave != nil else { return tell(.silent) }
        askToJoin(now: now)
    }

    /// In a mesh either side may offer.
    public mutating func askForOffer(from participant: String, now: Instant) {}

    mutating func forgetRoom() {
        peers = []
        calls = []
        early = []
        joinNumber = nil
    }

    // MARK: - Time

    public var deadline: Instant? {
        guard state != .connecting, state != .closed else { return nil }
        return earliest(earliest(answerBy, sayAgainAt), link.deadline)
    }

    public mutating func advance(to now: Instant) {
        guard state != .connecting, state != .closed else { return }
        if let due = answerBy, due <= now {
            answerBy = nil
            let missing = state == .greeting ? "the server has not greeted this client" : "no answer to the join"
            tell(.refused(code: .timeout, message: missing))
        }
        if let due = sayAgainAt, due <= now, let keepalive = mapping.said.keepalive {
            say(keepalive.message)
            sayAgainAt = now + keepalive.interval
        }
        link.advance(to: now)
        take(now: now)
    }

    // MARK: - In

    public mutating func received(_ text: String, now: Instant) {
        guard state != .connecting, state != .closed else { return }
        link.received(text, now: now)
        take(now: now)
    }

    mutating func take(now: Instant) {
        while let input = link.nextInput() {
            switch input {
            case .opened(let id): greeted(socket: id, now: now)
            case .message(let message): heard(message, isAcknowledgement: false, now: now)
            case .acknowledged(let number, let message):
                guard number == joinNumber else { continue }
                joinNumber = nil
                heard(message, isAcknowledgement: true, now: now)
            case .refused(let reason):
                answerBy = nil
                tell(.refused(code: .forbidden, message: reason))
            case .broken(let reason): tell(.protocolBroken(reason))
            case .silent: tell(.silent)
            }
        }
        while let text = link.nextText() { texts.append(text) }
    }

    private mutating func greeted(socket: String?, now: Instant) {
        guard state == .greeting else { return }
        if mapping.identity == .socket { selfID = socket }
        sayAgainAt = mapping.said.keepalive.map { now + $0.interval }
        if let hello = mapping.said.hello { say(hello) }
        if case .told = mapping.identity { return }
        askToJoin(now: now)
    }

    mutating func askToJoin(now: Instant) {
        state = .joining
        answerBy = now + timing.reply
        joinNumber = say(mapping.said.join, acknowledged: mapping.wantsAcknowledgement)
        if mapping.heard.joined == nil { joined([], now: now) }
    }

    // MARK: - Out

    public mutating func nextText() -> String? { texts.next() }

    public mutating func nextEvent() -> RoomClientEvent? { events.next() }

    mutating func tell(_ event: RoomClientEvent) {
        events.append(event)
    }

    @discardableResult
    mutating func say(
        _ template: MessageTemplate, acknowledged: Bool = false, _ values: [MessageTemplate.Hole: JSON] = [:]
    ) -> Int64? {
        lastNumber += 1
        let message = template.filled { hole in values[hole] ?? value(of: hole) }
        let number = link.send(message, acknowledged: acknowledged)
        while let text = link.nextText() { texts.append(text) }
        return number
    }

    private func value(of hole: MessageTemplate.Hole) -> JSON? {
        switch hole {
        case .room: .string(room)
        case .id: selfID.map { .string($0) }
        case .name: .string(name)
        case .token: token.map { .string($0) }
        case .number: .integer(lastNumber)
        case .to, .sdp, .type, .description, .candidate, .line, .mid, .text, .emoji: nil
        }
    }

    /// Sixteen letters and digits, of which every service takes an id.
    private mutating func drawID() -> String {
        let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)
        return String(decoding: (0..<16).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }, as: UTF8.self)
    }
}
