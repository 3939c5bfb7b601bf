import AccessCore
import RTCCore
import SignalingProtocol

extension RoomCore {
    struct Room {
        /// Counts the rooms of this core.
        let number: Int
        let mode: RoomMode
        var settings: RoomSettings
        var speaker: ActiveSpeaker
        var rev: Int64 = 0
        /// In the order in which they joined.
        var members: [SessionKey] = []
        /// As many were in it at once.
        var mostMembers = 0
        /// In the lobby, in the order in which they came.
        var waiting: [SessionKey] = []
        /// Someone made it with `create`, so that it never lacks a host.
        var isHosted = false
        /// The identity of who made it.
        var owner: String?
        /// Of two who were matched: it ends when either leaves.
        var isMatched = false
        var spotlight: String?
        /// Who raised a hand, the first at the front.
        var hands: [String] = []
        var chat = ChatLog()
        var hasSpeakerTimer = false
    }

    /// The room of a match, before both are in it.
    struct Reservation {
        let keys: [SessionKey]
        let media: MatchMedia
    }

    /// Which tab of whom a session belongs to.
    struct Tab: Hashable {
        let identity: String?
        let name: String
    }

    struct Session {
        let identity: String?
        /// A session whose participant this one takes over when it joins the same room.
        let predecessor: SessionKey?
        /// The role that came with its token; `nil` where rooms decide.
        let grantedRole: Role?
        let address: String?
        let tab: Tab?
        let name: String
        var resumes = 0
        let grant: Grant
        /// When its token's time is over; `nil` for never.
        var accessUntil: Instant?
        var isConnected = true
        /// Counts the losses of its connection, so that a timer knows which one it was set for.
        var losses = 0
        var lastSeq: Int64 = 0
        var membership: Membership?
        var waiting: Waiting?
        /// What it is told first when it has a connection again.
        var notices: [RoomEvent] = []
        var wish: MatchWish?
        var wishedSince: Instant?
        var chatMeter = PaceMeter()
        var reactionMeter = PaceMeter()

        /// Whether it is worth keeping without a connection.
        var isWorthKeeping: Bool { membership != nil || waiting != nil || wish != nil }
    }

    /// In a lobby.
    struct Waiting {
        let request: JoinRequest
        let participant: String
        let role: Role

        var description: WaitingParticipant { WaitingParticipant(participant: participant, name: request.name) }
    }

    struct Membership {
        let room: String
        let participant: String
        var name: String
        var role: Role
        /// What it may do in the place of what its role brings.
        var permissions: [Permission]?
        var status = ""
        var attributes = JSONObject()
        var media = MediaStates()
        var quality = SteadyQuality()
        var subscription = Subscription.auto
        /// Participants that do not want its media.
        var unwantedBy: [String] = []
        /// Counts the joins of this core, so that a timer knows which one it was set for.
        var joined: Int
        /// When the room no longer waits for its `ready`; `nil` once it does not.
        var readyBy: Instant?
        var isReady: Bool { readyBy == nil }
        /// When it came in, until it hears the room; `nil` for who took another's place.
        var enteredAt: Instant?
        /// The room has been told that the connection is gone.
        var isReconnecting = false
        /// Events of the room had to be dropped: what comes next would not follow what was told before.
        var hasGap = false
        var held: [Held] = []
        /// The newest epoch sent, by receiver and connection.
        var epochs: [String: [String: Int64]] = [:]
    }

    /// What waits for a member that is held back.
    struct Held {
        var event: RoomEvent
        var rev: Int64?
        /// When a signal expires; `nil` for what happens in the room.
        var expiresAt: Instant?

        var isSignal: Bool { expiresAt != nil }

        func isExpired(at now: Instant) -> Bool {
            guard let expiresAt else { return false }
            return expiresAt <= now
        }

        /// The signal that waits, where it is from this participant.
        func signal(from participant: String) -> SignalRequest? {
            guard case .signal(participant, let signal) = event else { return nil }
            return signal
        }

        /// Whether it would bring something of this participant's to someone: relayed messages, and what nobody has read yet.
        func comes(from participant: String) -> Bool {
            switch event {
            case .signal(participant, _), .key(participant, _): true
            default: false
            }
        }

        var signalBytes: Int {
            guard case .signal(_, let signal) = event else { return 0 }
            return signal.body.utf8.count
        }
    }

    enum Timer: Sendable {
        case ready(SessionKey, joined: Int)
        case expiry(SessionKey)
        case reconnecting(SessionKey, loss: Int)
        case grace(SessionKey, loss: Int)
        case access(SessionKey)
        case speaker(room: String)
        case matchedRoom(String)
    }

    /// Milliseconds since 1970.
    func milliseconds(at now: Instant) -> Int64 {
        unixMilliseconds + Int64(now.nanoseconds / 1_000_000)
    }

    mutating func reply(_ key: SessionKey, _ id: Int64, _ reply: RoomReply) {
        outputs.append(.reply(key, id: id, reply))
    }

    mutating func send(_ event: RoomEvent, rev: Int64?, to key: SessionKey) {
        guard var session = sessions[key] else { return }
        session.lastSeq += 1
        sessions[key]?.lastSeq = session.lastSeq
        outputs.append(.event(key, seq: session.lastSeq, rev: rev, event))
    }

    /// Tells a session something that does not wait for its `ready`.
    mutating func notify(_ key: SessionKey, _ event: RoomEvent) {
        if sessions[key]?.isConnected ?? false {
            send(event, rev: nil, to: key)
        } else {
            sessions[key]?.notices.append(event)
        }
    }

    /// Tells a member what happened, at once or when it is no longer held back.
    mutating func tell(_ key: SessionKey, _ event: RoomEvent, rev: Int64?) {
        guard let session = sessions[key], let membership = session.membership else { return }
        guard membership.isReady, session.isConnected else {
            hold(event, rev: rev, for: key)
            return
        }
        send(event, rev: rev, to: key)
    }

    /// Tells all members of a room, or all but one, under a new revision.
    mutating func tellRoom(_ name: String, _ event: RoomEvent, except key: SessionKey?) {
        guard var room = rooms[name] else { return }
        room.rev += 1
        rooms[name] = room
        for member in room.members where member != key { tell(member, event, rev: room.rev) }
    }

    /// Tells all members of a room of one of them; of a hidden one only that one hears.
    mutating func tellRoom(_ name: String, about subject: SessionKey, _ event: RoomEvent, except key: SessionKey?) {
        guard isHidden(subject) else { return tellRoom(name, event, except: key) }
        guard subject != key, var room = rooms[name] else { return }
        room.rev += 1
        rooms[name] = room
        tell(subject, event, rev: room.rev)
    }

    func isHidden(_ key: SessionKey) -> Bool {
        sessions[key]?.grant.isHidden ?? false
    }

    private mutating func hold(_ event: RoomEvent, rev: Int64?, for key: SessionKey) {
        guard let session = sessions[key], let membership = session.membership, !membership.hasGap else { return }
        if !session.isConnected, membership.held.count >= limits.pendingEvents,
            membership.held.count(where: { !$0.isSignal }) >= limits.pendingEvents
        {
            sessions[key]?.membership?.hasGap = true
            sessions[key]?.membership?.held.removeAll { !$0.isSignal }
            return
        }
        sessions[key]?.membership?.held.append(Held(event: event, rev: rev))
    }

    mutating func letThrough(_ key: SessionKey, now: Instant) {
        guard let session = sessions[key], let held = session.membership?.held else { return }
        sessions[key]?.membership?.readyBy = nil
        guard session.isConnected else { return }
        if let enteredAt = session.membership?.enteredAt {
            sessions[key]?.membership?.enteredAt = nil
            record(.heard(participant: session.membership?.participant ?? "", after: now - enteredAt))
        }
        sessions[key]?.membership?.held = []
        for item in held {
            guard !item.isExpired(at: now) else {
                tellExpired(item)
                continue
            }
            if item.isSignal { statistics.signalsRelayed += 1 }
            send(item.event, rev: item.rev, to: key)
        }
    }

    mutating func expireSignals(to key: SessionKey, now: Instant) {
        guard let held = sessions[key]?.membership?.held else { return }
        let expired = held.filter { $0.isExpired(at: now) }
        guard !expired.isEmpty else { return }
        sessions[key]?.membership?.held.removeAll { $0.isExpired(at: now) }
        for item in expired { tellExpired(item) }
    }

    /// The sender of a signal learns that it was not delivered, if it is still there.
    mutating func tellExpired(_ item: Held) {
        guard case .signal(let from, let signal) = item.event else { return }
        statistics.signalsExpired += 1
        guard let sender = participants[from] else { return }
        let event = RoomEvent.signalExpired(
            to: signal.to, connection: signal.connection, epoch: signal.epoch, kind: signal.kind)
        tell(sender, event, rev: nil)
    }

    /// Takes a session out of its room, if it is in one, and tells the others.
    mutating func remove(_ key: SessionKey, _ reason: LeaveReason) {
        leaveLobby(key, reason)
        guard let membership = sessions[key]?.membership else { return }
        let name = membership.room
        sessions[key]?.membership = nil
        participants[membership.participant] = nil
        statistics.left += 1
        record(.left(participant: membership.participant, reason: reason.rawValue))
        for item in membership.held where item.isSignal { tellExpired(item) }
        rooms[name]?.members.removeAll { $0 == key }
        rooms[name]?.hands.removeAll { $0 == membership.participant }
        if rooms[name]?.spotlight == membership.participant { rooms[name]?.spotlight = nil }
        guard let room = rooms[name], !room.members.isEmpty else {
            if rooms[name]?.isMatched ?? false { reservations[name] = nil }
            closeIfEmpty(name)
            return
        }
        tellRoom(name, about: key, .peerLeft(participant: membership.participant, reason: reason), except: key)
        for member in room.members {
            sessions[member]?.membership?.epochs[membership.participant] = nil
            sessions[member]?.membership?.unwantedBy.removeAll { $0 == membership.participant }
        }
        if room.isMatched {
            endMatchedRoom(name)
            return
        }
        silence(membership.participant, in: name)
        for member in room.members {
            if case .activeSpeakers? = sessions[member]?.membership?.subscription { updateSubscriptions(of: member) }
        }
        passOn(name)
    }

    /// Ends a session that has no connection any more.
    mutating func finish(_ key: SessionKey, _ reason: LeaveReason) {
        remove(key, reason)
        forget(key, reason)
        outputs.append(.over(key))
    }

    /// Nothing is left of a session.
    mutating func forget(_ key: SessionKey, _ reason: LeaveReason) {
        guard let session = sessions.removeValue(forKey: key) else { return }
        record(.sessionClosed(session: session.name, reason: reason.rawValue))
        if let tab = session.tab, tabs[tab] == key { tabs[tab] = nil }
        matchmaker.forget(key, now: clock)
        takeMatches(now: clock)
    }

    /// Random letters and digits without those that are read for each other.
    mutating func token(length: Int) -> String {
        let alphabet = Array("abcdefghjkmnpqrstuvwxyz023456789".utf8)
        var bytes: [UInt8] = []
        var bits = random.next()
        for index in 0..<length {
            if index > 0, index.isMultiple(of: 12) { bits = random.next() }
            bytes.append(alphabet[Int(bits & 31)])
            bits >>= 5
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
