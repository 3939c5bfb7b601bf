public import RTCCore
public import SignalingProtocol

/// A bot's side of `starling.v1`: says hello, joins one room, relays signals, keeps the connection alive, and goes on with its session
/// on another connection when one is lost.
///
///              opened           welcome          snapshot            ready
///   connecting ──────▶ greeting ───────▶ joining ────────▶ joined ──────────▶ ready
///                       ▲  │ refused         │ refused         │ leave           │ leave
///                       │  ▼          join   │                 ▼                 ▼
///                       │ outside ──────────▶├─────────── leaving ◀──────────────┘
///                       │    ▲ left          │               │ │
///                       │    └───────────────┼───────────────┘ │
///                opened │            closed  ▼                 ▼
///                       └─────────────────  lost  ◀──── from joining to leaving, where the close allows it;
///                                          closed ◀──── otherwise, from anywhere
///
/// Where the room has a lobby, `waiting` stands between `joining` and `joined`. A client that looks for a match is `outside` until both
/// sides have accepted.
///
/// The newcomer offers to those who were in the room before: to each of the peers that ``RoomClientEvent/joined(selfID:peers:)``
/// names and that ``RemoteParticipant/isOfferedTo``. Who is told of a newcomer by ``RoomClientEvent/peerJoined(_:)`` waits for its
/// offer. In a later collision of offers the newcomer yields (``RemoteParticipant/polite``).
///
/// While the connection is lost, `signal`, `ready` and `leave` wait; after a resume they are sent, behind the requests that had no
/// answer, each under its own number, so that the server carries each out once.
///
/// Mutate, then drain ``nextText()`` and ``nextEvent()``; call ``advance(to:)`` at ``deadline``.
public struct RoomClient {
    public let name: String
    /// The room that it joins, or the one of its last match.
    public internal(set) var room: String
    public internal(set) var state = RoomClientState.connecting
    /// This client's participant id; `nil` outside a room.
    public internal(set) var selfID: String?
    /// Who else is in the room, in the order in which they joined.
    public internal(set) var peers: [RemoteParticipant] = []
    /// What this client is in the room, and may do.
    public internal(set) var role = "speaker"
    public internal(set) var permissions: [String] = []
    /// What the server holds of this client's own sources.
    public internal(set) var media = MediaStates()
    public internal(set) var settings = RoomSettings()
    public internal(set) var spotlight: String?
    public internal(set) var speaker: String?
    /// Who has a hand raised, the first at the front.
    public internal(set) var hands: [String] = []
    /// Who waits to be admitted, where this client may admit.
    public internal(set) var lobby: [WaitingParticipant] = []
    /// What the server wants used, known from `hello` on.
    public internal(set) var iceServers: [ICEServer] = []
    /// How long the server asked to wait before the next attempt; `nil` where it did not.
    public internal(set) var retryAfter: Duration?
    /// Whether connecting again may help: not where the server's close code says stop.
    public internal(set) var mayReconnect = true
    /// Signals that had no room to wait for a lost connection, or whose session was lost.
    public internal(set) var droppedSignals = 0

    let timing: RoomClientTiming
    let token: String?
    let makeToken: (@Sendable (Instant) -> String?)?
    /// The token of the session, which the server gave when it let the client in, and when to ask for the next.
    var pass: String?
    var refreshAt: Instant?
    let mode: RoomMode
    let create: RoomSettings?
    let tab: String?
    /// With whom it looks for a match; `nil` where it joins a room that it knows.
    var match: MatchWish?
    /// The newest message of the chat that was told.
    var lastMessage: Int64 = 0
    /// Messages that came while older ones are being fetched.
    var laterMessages: [ChatMessage] = []
    /// The newest message that was fetched: the event of it may still come.
    var fetchedMessage: Int64 = 0
    /// Older messages are being fetched.
    var isCatchingUp = false
    /// Whose chat `lastMessage` counts.
    var lastSelfID: String?
    var random: SplitMix64
    var nextID: Int64 = 1
    var pending: [Pending] = []
    /// Requests that were not answered in time: their answers may still come.
    var overdue: [Pending] = []
    var session: Session?
    /// It leaves the room to look for someone else.
    var looksAgain = false
    /// In the queue for a match, or asked to accept one.
    public internal(set) var isQueued = false
    /// There was a session before, which is over.
    var hadSession = false
    /// Where the client was when the connection was lost; set until the server has said whether the session goes on.
    var stateBeforeLoss: RoomClientState?
    var expectedReplay: (count: Int, through: Int64)?
    /// Whether a new session is to join the room.
    var wantsRoom = true
    /// Events of the room that came before the reply to `join`, which was lost and is asked for again.
    var early: [(event: Event, rev: Int64?)] = []
    var lastSeq: Int64 = 0
    var lastRev: Int64 = 0
    var acknowledged: Int64 = 0
    var acknowledgeAt: Instant?
    var pingInterval: Duration?
    var pingAt: Instant?
    var silentAt: Instant?
    var isSilent = false
    private var texts = OutputQueue<String>()
    private var events = OutputQueue<RoomClientEvent>()

    struct Pending {
        let id: Int64
        let request: Request
        var answerBy: Instant
    }

    struct Session {
        let name: String
        var secret: String?
        var epoch: Int64
    }

    /// - Parameters:
    ///   - name: What others see, 1 to 64 bytes.
    ///   - seed: This machine's own share of the run's seed; it jitters the pings.
    ///   - token: What the server asks for, if it does.
    ///   - makeToken: Makes a new one for each session, at a time; `nil` for ``token``.
    ///   - create: How the room is to be run, if this client makes it.
    ///   - tab: Which tab or device this is, drawn at random.
    ///   - match: With whom to be matched, instead of joining `room`.
    public init(
        name: String, room: String, seed: UInt64, token: String? = nil, makeToken: (@Sendable (Instant) -> String?)? = nil,
        mode: RoomMode = .auto,
        create: RoomSettings? = nil, tab: String? = nil, match: MatchWish? = nil, timing: RoomClientTiming = RoomClientTiming()
    ) {
        self.name = name
        self.room = room
        self.token = token
        self.makeToken = makeToken
        self.mode = mode
        self.create = create
        self.tab = tab
        self.match = match
        self.timing = timing
        random = SplitMix64(seed: seed)
    }

    /// Sends something to one peer. Outside a room, where the client may just have been put, this does nothing.
    ///
    /// - Parameters:
    ///   - connection: Which connection between the two; both sides use the same name.
    ///   - epoch: Rises when the connection begins anew, such as at an ICE restart.
    ///   - body: An SDP; or candidate lines, separated by line feeds; or a reason.
    public mutating func signal(
        to participant: String, connection: String, epoch: Int, kind: SignalKind, body: String, now: Instant
    ) {
        let state = stateBeforeLoss ?? state
        guard state == .joined || state == .ready else { return }
        guard stateBeforeLoss == nil || pending.count < timing.waitingRequests else {
            droppedSignals += 1
            return
        }
        let signal = SignalRequest(
            to: participant, connection: connection, epoch: Int64(epoch), kind: kind, body: kind.body(body).text)
        request(.signal(signal), now: now)
    }

    /// The bot has acted on its ``RoomClientEvent/joined(selfID:peers:)``: the server may let room events and signals through.
    public mutating func ready(now: Instant) {
        guard move(from: [.joined], to: .ready) else { return }
        request(.ready(rev: nil), now: now)
    }

    /// Leaves the room; ``RoomClientEvent/left`` follows. The connection stays, and ``join(now:)`` enters again.
    public mutating func leave(now: Instant) {
        guard move(from: [.joined, .ready, .waiting], to: .leaving) else { return }
        wantsRoom = false
        request(.leave, now: now)
    }

    /// Enters the room again after ``RoomClientEvent/left``, or after a refused join; otherwise this does nothing.
    public mutating func join(now: Instant) {
        guard state == .outside else { return }
        wantsRoom = true
        if session == nil { greet(now: now) } else { enter(now: now) }
    }

    private mutating func move(from allowed: [RoomClientState], to next: RoomClientState) -> Bool {
        if let before = stateBeforeLoss {
            guard allowed.contains(before) else { return false }
            stateBeforeLoss = next
        } else {
            guard allowed.contains(state) else { return false }
            state = next
        }
        return true
    }

    /// When ``advance(to:)`` next has something to do; `nil` for never.
    public var deadline: Instant? {
        guard state != .lost, state != .closed else { return nil }
        let timers = earliest(earliest(pingAt, silentAt), earliest(acknowledgeAt, stateBeforeLoss == nil ? refreshAt : nil))
        return earliest(timers, stateBeforeLoss == nil ? pending.first?.answerBy : pending.last?.answerBy)
    }

    public mutating func advance(to now: Instant) {
        guard state != .lost, state != .closed else { return }
        if stateBeforeLoss != nil {
            // Only the hello, which is the last, is under way.
            if let hello = pending.last, hello.answerBy <= now { timeOut(pending.removeLast(), now: now) }
        } else {
            while let first = pending.first, first.answerBy <= now { timeOut(pending.removeFirst(), now: now) }
        }
        if let refreshAt, refreshAt <= now, stateBeforeLoss == nil { refresh(now: now) }
        if let pingAt, pingAt <= now { request(.ping, now: now) }
        if let silent = silentAt, silent <= now {
            silentAt = nil
            isSilent = true
            tell(.silent)
        }
        if let acknowledgeAt, acknowledgeAt <= now { acknowledge() }
    }

    /// The next frame to send.
    public mutating func nextText() -> String? {
        texts.next()
    }

    public mutating func nextEvent() -> RoomClientEvent? {
        events.next()
    }

    mutating func tell(_ event: RoomClientEvent) {
        events.append(event)
    }

    mutating func say(_ text: String) {
        texts.append(text)
    }

    mutating func dropTexts() {
        texts = OutputQueue()
    }
}
