public import AccessCore
public import RTCCore
public import SignalingProtocol

/// Rooms, who is in them, and the ordered relay between them: one value, told the time, that knows neither sockets nor JSON.
///
///              join                  ready or 5 s               leave, replaced
///   in no room ─────▶ in, held back ──────────────▶ in, hears ──────────────────▶ in no room
///                         │                          │     ▲                          ▲
///                         │            disconnected  ▼     │ resumed                  │
///                         └────────────────────────▶ in grace, held back ─────────────┘
///                                                                          grace over
///
/// A room is made by its first join and is gone with its last leave. Each change of its roster has one revision, `rev`. A member
/// that is held back hears nothing; what happens meanwhile waits in order, so that its first event follows its snapshot.
/// In each pair of members the newcomer offers first and is the polite one.
///
/// A lost connection is no leave: its participant stays for the grace, the room is told after a while, and what is meant for it
/// waits. ``resumed(_:now:)`` then goes on without a gap; a session that has missed too much joins anew and keeps its participant.
///
/// Who makes a room with ``JoinRequest/create`` is its host; a role that came with a token holds in every room. In a room with a lobby
/// all but moderators wait until one admits them, and hear nothing of the room.
public struct RoomCore {
    public let limits: RoomLimits
    public let timing: RoomTiming
    /// How rooms are run that are made without ``JoinRequest/create``.
    public let defaults: RoomSettings
    public internal(set) var statistics = RoomStatistics()

    var random: SplitMix64
    var sessions: [SessionKey: Session] = [:]
    var rooms: [String: Room] = [:]
    var participants: [String: SessionKey] = [:]
    var timers = DueQueue<Timer>()
    var outputs = OutputQueue<RoomOutput>()
    private var sessionsOpened: UInt64 = 0
    var joins = 0
    var tabs: [Tab: SessionKey] = [:]
    var bans: [Ban] = []
    var matchmaker: Matchmaker
    /// Rooms of matches that wait for both, by name.
    var reservations: [String: Reservation] = [:]
    /// When the core was last told the time.
    var clock = Instant.origin
    /// Whether ``nextRecord()`` is told what happens. Somebody must take it then.
    public var keepsRecords = false
    var records = OutputQueue<RoomRecord>()
    var roomsMade = 0
    /// Hides who someone is, alike each time; for bans that were restored.
    var veil: (@Sendable (String) -> String)?
    let unixMilliseconds: Int64

    /// - Parameters:
    ///   - seed: Where the ids come from.
    ///   - unixMilliseconds: The wall clock at ``Instant/origin``, which chat messages bear.
    public init(
        limits: RoomLimits = RoomLimits(), timing: RoomTiming = RoomTiming(), defaults: RoomSettings = RoomSettings(),
        seed: UInt64, unixMilliseconds: Int64 = 0
    ) {
        self.limits = limits
        self.timing = timing
        self.defaults = defaults
        self.unixMilliseconds = unixMilliseconds
        matchmaker = Matchmaker(timing: timing.matching)
        self.random = SplitMix64(seed: seed)
    }

    public var roomCount: Int { rooms.count }
    public var participantCount: Int { participants.count }
    public var sessionCount: Int { sessions.count }
    /// People in all lobbies.
    public var waitingCount: Int {
        // order: only adds up
        rooms.values.reduce(0) { $0 + $1.waiting.count }
    }
    /// Sessions in the queue for a match.
    public var queueCount: Int { matchmaker.waitingCount }
    /// What is kept of anyone: nothing once all have gone, bans apart.
    var isEmpty: Bool {
        rooms.isEmpty && participants.isEmpty && sessions.isEmpty && tabs.isEmpty && reservations.isEmpty
            && matchmaker.waitingCount == 0 && matchmaker.proposalCount == 0
    }

    /// When ``advance(to:)`` next has something to do; `nil` for never.
    public var deadline: Instant? { earliest(timers.first, matchmaker.deadline) }

    public mutating func nextOutput() -> RoomOutput? {
        outputs.next()
    }

    /// Who is in a room, in the order in which they joined, but for those who are hidden.
    public func participants(in room: String) -> [String] {
        (rooms[room]?.members ?? []).compactMap { isHidden($0) ? nil : sessions[$0]?.membership?.participant }
    }

    /// Begins a session.
    ///
    /// - Parameters:
    ///   - identity: Who this is, where that is known; sessions without one are never duplicates.
    ///   - predecessor: A session of the same client that could not be resumed; joining the same room takes its participant over.
    ///   - role: What it is in every room; `nil` where rooms decide.
    ///   - address: Where it comes from, for bans of those without an identity; `nil` where that says nothing.
    ///   - tab: Which tab of its identity this is: the older session of the same tab ends, so that no ghost is left of it.
    ///   - grant: What its token lets it do.
    ///   - until: When it is over, unless ``extend(_:until:)`` comes before; `nil` for never.
    ///   - front: By which front it comes, for the records.
    /// - Returns: The key, and the name that the client is told.
    public mutating func open(
        identity: String? = nil, role: Role? = nil, address: String? = nil, tab: String? = nil,
        succeeding predecessor: SessionKey? = nil, grant: Grant = Grant(), until: Instant? = nil, front: String = "native"
    ) -> (key: SessionKey, name: String) {
        sessionsOpened += 1
        let key = SessionKey(number: sessionsOpened)
        let tab = tab.map { Tab(identity: identity ?? grant.identity, name: $0) }
        let older = tab.flatMap { tabs[$0] }
        if predecessor == nil, older == nil { statistics.visits += 1 }
        let continued = (predecessor ?? older).map { sessions[$0]?.name ?? "expired" }
        if let older, older != predecessor { replace(older) }
        if let tab { tabs[tab] = key }
        let name = "s_" + token(length: 16)
        sessions[key] = Session(
            identity: identity ?? grant.identity, predecessor: predecessor, grantedRole: role ?? grant.role, address: address,
            tab: tab, name: name, grant: grant)
        record(.sessionOpened(session: name, front: front, continues: continued))
        if let until { extend(key, until: until) }
        return (key, name)
    }

    /// Carries out one command. The reply comes before every event that the command causes.
    public mutating func perform(_ command: RoomCommand, id: Int64, for key: SessionKey, now: Instant) {
        clock = max(clock, now)
        guard let session = sessions[key], session.isConnected else { return }
        do throws(RequestError) {
            switch command {
            case .join(let request): try join(request, key, session, id: id, now: now)
            case .ready: try ready(key, session, id: id, now: now)
            case .signal(let request): try relay(request, from: key, session, id: id, now: now)
            case .leave: try leave(key, session, id: id, now: now)
            case .update(let request): try update(request, key, session, id: id)
            case .admit(let participant): try admit(participant, key, session, id: id, now: now)
            case .deny(let participant, let reason): try deny(participant, reason: reason, key, session, id: id)
            case .mute(let request): try mute(request, key, session, id: id)
            case .askUnmute(let participant, let source): try askUnmute(participant, source, key, session, id: id)
            case .kick(let request): try kick(request, key, session, id: id, now: now)
            case .setRole(let participant, let role): try setRole(participant, role, key, session, id: id)
            case .lock(let isLocked): try lock(isLocked, key, session, id: id)
            case .end(let reason): try end(reason: reason, key, session, id: id)
            case .spotlight(let participant): try spotlight(participant, key, session, id: id)
            case .chat(let request): try chat(request, key, session, id: id, now: now)
            case .chatHistory(let request): try chatHistory(request, key, session, id: id)
            case .deleteChat(let message): try deleteChat(message, key, session, id: id)
            case .react(let emoji, let target): try react(emoji, target, key, session, id: id, now: now)
            case .raiseHand: try raiseHand(key, session, id: id)
            case .lowerHand(let participant): try lowerHand(participant, key, session, id: id)
            case .subscribe(let wish): try subscribe(wish, key, session, id: id)
            case .stats(let report): try take(report, key, session, id: id, now: now)
            case .key(let message): try relay(message, key, session, id: id)
            case .enqueue(let wish): try enqueue(wish, key, session, id: id, now: now)
            case .acceptMatch: try acceptMatch(key, id: id, now: now)
            case .skipMatch: try skipMatch(key, id: id, now: now)
            case .cancelMatch: try cancelMatch(key, id: id, now: now)
            }
        } catch {
            if case .join = command { statistics.joinsRefused += 1 }
            reply(key, id, .refused(error))
        }
    }

    public mutating func advance(to now: Instant) {
        clock = max(clock, now)
        while let timer = timers.popDue(at: now)?.element {
            switch timer {
            case .ready(let key, let joined):
                guard let session = sessions[key], session.isConnected, let membership = session.membership,
                    membership.joined == joined, let readyBy = membership.readyBy, readyBy <= now
                else { continue }
                letThrough(key, now: now)
            case .expiry(let key):
                expireSignals(to: key, now: now)
            case .reconnecting(let key, let loss):
                tellReconnecting(key, loss: loss)
            case .grace(let key, let loss):
                guard let session = sessions[key], !session.isConnected, session.losses == loss else { continue }
                finish(key, .disconnected)
            case .access(let key):
                checkAccess(of: key, now: now)
            case .speaker(let room):
                checkSilence(in: room, now: now)
            case .matchedRoom(let room):
                checkMatchedRoom(room)
            }
        }
        matchmaker.advance(to: now)
        takeMatches(now: now)
    }
}
