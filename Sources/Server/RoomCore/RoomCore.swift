public import RTCCore
import SignalingProtocol

/// Rooms, who is in them, and the ordered relay between them: one value, told the time, that knows neither sockets nor JSON.
///
///              join                  ready or 5 s               leave, replaced,
///   in no room ─────▶ in, held back ──────────────▶ in, hears ──────────────────▶ in no room
///                         │                             │       grace over
///                         └── disconnected: held back ◀─┘
///
/// A room is made by its first join and is gone with its last leave. Each change of its roster has one revision, `rev`. A member
/// that is held back hears nothing; what happens meanwhile waits in order, so that its first event follows its snapshot.
/// In each pair of members the newcomer offers first and is the polite one.
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
    /// - Parameter identity: Who this is, where that is known; sessions without one are never duplicates.
    /// - Returns: The key, and the name that the client is told.
    public mutating func open(identity: String? = nil) -> (key: SessionKey, name: String) {
        sessionsOpened += 1
        let key = SessionKey(number: sessionsOpened)
        sessions[key] = Session(identity: identity)
        return (key, "s_" + token(length: 16))
    }

    /// The session's connection is gone; its participant follows when the grace is over.
    public mutating func disconnected(_ key: SessionKey, now: Instant) {
        guard let session = sessions[key], session.isConnected else { return }
        guard session.membership != nil, timing.disconnectGrace > .zero else {
            remove(key, .disconnected, now: now)
            sessions[key] = nil
            return
        }
        sessions[key]?.isConnected = false
        timers.add(.grace(key), at: now + timing.disconnectGrace)
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
                guard let membership = sessions[key]?.membership, membership.joined == joined else { continue }
                if !membership.isReady { letThrough(key, now: now) }
            case .expiry(let key):
                expireSignals(to: key, now: now)
            case .grace(let key):
                guard sessions[key]?.isConnected == false else { continue }
                remove(key, .disconnected, now: now)
                sessions[key] = nil
            }
        }
    }
}
