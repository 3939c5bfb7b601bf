public import RTCCore
import SignalingProtocol

/// A bot's side of a PeerJS server, as the client library 1.5 speaks to it: media connections between peers that know each other's ids.
///
///              opened             OPEN                 ready
///   connecting ──────▶ greeting ───────────▶ joined ──────────▶ ready
///                          │ ERROR, ID-TAKEN                      │ leave
///                          ▼                                      ▼
///                       refused          closed ◀──────────── outside
///
/// PeerJS has no rooms. Who belongs together is known beforehand (``PeerJSRoom``): whoever comes later calls those who are there, and calls
/// again, a few times, where the server says that somebody is not (`EXPIRE`). A media connection is negotiated once: what would be a
/// new offer on it fails, as it does in the library.
public struct PeerJSClient: SignalingClient {
    public let name: String
    public internal(set) var state = RoomClientState.connecting
    public private(set) var selfID: String?
    public internal(set) var peers: [RemoteParticipant] = []
    public private(set) var mayReconnect = true
    public let retryAfter: Duration? = nil
    public let stunServers: [SocketAddress] = []
    /// Messages that this client has no use for: other kinds, data connections, candidates of calls that are over.
    public internal(set) var unusedMessages = 0

    let room: PeerJSRoom
    let timing: PeerJSClientTiming
    private let token: String
    var random: SplitMix64
    private var wasOpen = false
    private var answerBy: Instant?
    private var heartbeatAt: Instant?
    var calls: [PeerJSCall] = []
    var texts = Outbox<String>()
    var events = Outbox<RoomClientEvent>()

    /// - Parameters:
    ///   - name: The bot's, one of the room's.
    ///   - seed: This machine's own share of the run's seed; its token and its connections' ids come from it.
    public init(name: String, room: PeerJSRoom, seed: UInt64, timing: PeerJSClientTiming = PeerJSClientTiming()) {
        self.name = name
        self.room = room
        self.timing = timing
        random = SplitMix64(seed: seed)
        token = Self.word(of: random.next())
    }

    /// Where this client connects: it says its id in the query.
    public func url(_ base: String) -> String {
        let separator = base.contains("?") ? "&" : "?"
        return "\(base)\(separator)key=\(room.key)&id=\(room.id(of: name))&token=\(token)&version=1.5.5"
    }

    // MARK: - Life

    public mutating func opened(now: Instant) {
        guard state == .connecting || state == .closed else { return }
        if wasOpen { tell(.sessionLost(code: nil)) }
        state = .greeting
        answerBy = now + timing.reply
    }

    public mutating func closed(code: UInt16?, reason: String, now: Instant) {
        guard state != .closed else { return }
        state = .closed
        answerBy = nil
        heartbeatAt = nil
        selfID = nil
        peers = []
        calls = []
        texts.removeAll()
        tell(.closed(code: code, reason: reason))
    }

    public mutating func ready(now: Instant) {
        if state == .joined { state = .ready }
    }

    /// The library closes its socket without a word.
    public mutating func leave(now: Instant) {
        guard state == .joined || state == .ready else { return }
        state = .outside
        peers = []
        calls = []
        tell(.left)
    }

    /// Only a new connection is one more time there.
    public mutating func join(now: Instant) {
        if state == .outside { tell(.silent) }
    }

    public mutating func askForOffer(from participant: String, now: Instant) {}

    mutating func open(now: Instant) {
        guard state == .greeting else { return }
        answerBy = nil
        heartbeatAt = now + timing.heartbeat
        let id = room.id(of: name)
        selfID = id
        // Who comes back is later than all.
        let earlier = wasOpen ? room.others(than: name) : room.earlier(than: name)
        wasOpen = true
        peers = earlier.map { RemoteParticipant(id: room.id(of: $0), name: $0, polite: true) }
        state = .joined
        tell(.joined(selfID: id, peers: peers))
    }

    mutating func refused(_ message: String, mayReconnect: Bool) {
        answerBy = nil
        self.mayReconnect = mayReconnect
        tell(.refused(code: .forbidden, message: message))
    }

    // MARK: - Time

    public var deadline: Instant? {
        guard state != .connecting, state != .closed else { return nil }
        var next = earliest(answerBy, heartbeatAt)
        for call in calls { next = earliest(next, call.callAgainAt) }
        return next
    }

    public mutating func advance(to now: Instant) {
        guard state != .connecting, state != .closed else { return }
        if let due = answerBy, due <= now {
            answerBy = nil
            tell(.refused(code: .timeout, message: "no OPEN from the server"))
        }
        if let due = heartbeatAt, due <= now {
            texts.append(#"{"type":"HEARTBEAT"}"#)
            heartbeatAt = now + timing.heartbeat
        }
        for index in calls.indices {
            guard let due = calls[index].callAgainAt, due <= now else { continue }
            calls[index].callAgainAt = nil
            if let offer = calls[index].offer { say(offer) }
            for candidate in calls[index].sentCandidates { say(candidate) }
        }
    }

    // MARK: - Out

    public mutating func nextText() -> String? { texts.next() }

    public mutating func nextEvent() -> RoomClientEvent? { events.next() }

    mutating func tell(_ event: RoomClientEvent) { events.append(event) }

    mutating func say(_ message: JSONObject) { texts.append(JSON.object(message).text) }

    static func word(of bits: UInt64) -> String {
        let digits = String(bits, radix: 36)
        return String(repeating: "0", count: max(0, 13 - digits.count)) + digits
    }
}
