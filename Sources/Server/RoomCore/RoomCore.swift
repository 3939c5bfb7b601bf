public import RTCCore
import SignalingProtocol

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
public struct RoomCore {
    public let limits: RoomLimits
    public let timing: RoomTiming
    public internal(set) var statistics = RoomStatistics()

    var random: SplitMix64
    var sessions: [SessionKey: Session] = [:]
    var rooms: [String: Room] = [:]
    var participants: [String: SessionKey] = [:]
    var timers = DeadlineHeap<Timer>()
    var outputs = OutputQueue<RoomOutput>()
    private var sessionsOpened: UInt64 = 0
    var joins = 0

    /// - Parameter seed: Where the ids come from.
    public init(limits: RoomLimits = RoomLimits(), timing: RoomTiming = RoomTiming(), seed: UInt64) {
        self.limits = limits
        self.timing = timing
        self.random = SplitMix64(seed: seed)
    }

    public var roomCount: Int { rooms.count }
    public var participantCount: Int { participants.count }
    public var sessionCount: Int { sessions.count }

    /// When ``advance(to:)`` next has something to do; `nil` for never.
    public var deadline: Instant? { timers.earliest }

    public mutating func nextOutput() -> RoomOutput? {
        outputs.next()
    }

    /// Who is in a room, in the order in which they joined.
    public func participants(in room: String) -> [String] {
        (rooms[room]?.members ?? []).compactMap { sessions[$0]?.membership?.participant }
    }

    /// Begins a session.
    ///
    /// - Parameters:
    ///   - identity: Who this is, where that is known; sessions without one are never duplicates.
    ///   - predecessor: A session of the same client that could not be resumed; joining the same room takes its participant over.
    /// - Returns: The key, and the name that the client is told.
    public mutating func open(
        identity: String? = nil, succeeding predecessor: SessionKey? = nil
    ) -> (key: SessionKey, name: String) {
        sessionsOpened += 1
        let key = SessionKey(number: sessionsOpened)
        sessions[key] = Session(identity: identity, predecessor: predecessor)
        return (key, "s_" + token(length: 16))
    }

    /// Carries out one command. The reply comes before every event that the command causes.
    public mutating func perform(_ command: RoomCommand, id: Int64, for key: SessionKey, now: Instant) {
        guard let session = sessions[key], session.isConnected else { return }
        do throws(RequestError) {
            switch command {
            case .join(let request): try join(request, key, session, id: id, now: now)
            case .ready: try ready(key, session, id: id, now: now)
            case .signal(let request): try relay(request, from: key, session, id: id, now: now)
            case .leave: try leave(key, session, id: id, now: now)
            }
        } catch {
            if case .join = command { statistics.joinsRefused += 1 }
            reply(key, id, .refused(error))
        }
    }

    public mutating func advance(to now: Instant) {
        while let (_, timer) = timers.take(dueAt: now) {
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
            }
        }
    }
}
