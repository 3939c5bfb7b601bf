import RTCCore
import SignalingProtocol

extension RoomCore {
    struct Room {
        let mode: RoomMode
        var rev: Int64 = 0
        /// In the order in which they joined.
        var members: [SessionKey] = []
    }

    struct Session {
        let identity: String?
        /// A session whose participant this one takes over when it joins the same room.
        let predecessor: SessionKey?
        var isConnected = true
        /// Counts the losses of its connection, so that a timer knows which one it was set for.
        var losses = 0
        var lastSeq: Int64 = 0
        var membership: Membership?
    }

    struct Membership {
        let room: String
        let participant: String
        let name: String
        /// Counts the joins of this core, so that a timer knows which one it was set for.
        let joined: Int
        /// When the room no longer waits for its `ready`; `nil` once it does not.
        var readyBy: Instant?
        var isReady: Bool { readyBy == nil }
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
    }

    static let speakerPermissions = ["publish", "subscribe", "signal"]

    mutating func reply(_ key: SessionKey, _ id: Int64, _ reply: RoomReply) {
        outputs.append(.reply(key, id: id, reply))
    }

    mutating func send(_ event: RoomEvent, rev: Int64?, to key: SessionKey) {
        guard var session = sessions[key] else { return }
        session.lastSeq += 1
        sessions[key]?.lastSeq = session.lastSeq
        outputs.append(.event(key, seq: session.lastSeq, rev: rev, event))
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

    /// Tells all members of a room but one, under a new revision.
    mutating func tellRoom(_ name: String, _ event: RoomEvent, except key: SessionKey) {
        guard var room = rooms[name] else { return }
        room.rev += 1
        rooms[name] = room
        for member in room.members where member != key { tell(member, event, rev: room.rev) }
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
        guard let membership = sessions[key]?.membership else { return }
        sessions[key]?.membership = nil
        participants[membership.participant] = nil
        statistics.left += 1
        for item in membership.held where item.isSignal { tellExpired(item) }
        guard let members = rooms[membership.room]?.members.filter({ $0 != key }), !members.isEmpty else {
            rooms[membership.room] = nil
            return
        }
        rooms[membership.room]?.members = members
        tellRoom(membership.room, .peerLeft(participant: membership.participant, reason: reason), except: key)
        for member in members { sessions[member]?.membership?.epochs[membership.participant] = nil }
    }

    /// Ends a session that has no connection any more.
    mutating func finish(_ key: SessionKey, _ reason: LeaveReason) {
        remove(key, reason)
        sessions[key] = nil
        outputs.append(.over(key))
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
