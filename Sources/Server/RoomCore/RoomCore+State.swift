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
        var isConnected = true
        var lastSeq: Int64 = 0
        var membership: Membership?
    }

    struct Membership {
        let room: String
        let participant: String
        let name: String
        /// Counts the joins of this core, so that a timer knows which one it was set for.
        let joined: Int
        var isReady = false
        var held: [Held] = []
        /// The newest epoch sent, by receiver and connection.
        var epochs: [String: [String: Int64]] = [:]
    }

    /// What waits for a member that is held back.
    struct Held {
        let event: RoomEvent
        let rev: Int64?
        /// When a signal expires, and who sent it; `nil` for what happens in the room.
        var relay: (sender: SessionKey, expiresAt: Instant)?
    }

    enum Timer: Sendable {
        case ready(SessionKey, joined: Int)
        case expiry(SessionKey)
        case grace(SessionKey)
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
            sessions[key]?.membership?.held.append(Held(event: event, rev: rev))
            return
        }
        send(event, rev: rev, to: key)
    }

    mutating func letThrough(_ key: SessionKey, now: Instant) {
        guard let session = sessions[key], let held = session.membership?.held else { return }
        sessions[key]?.membership?.isReady = true
        guard session.isConnected else { return }
        sessions[key]?.membership?.held = []
        for item in held {
            if let relay = item.relay, relay.expiresAt <= now {
                tellExpired(item, now: now)
                continue
            }
            if item.relay != nil { statistics.signalsRelayed += 1 }
            send(item.event, rev: item.rev, to: key)
        }
    }

    mutating func expireSignals(to key: SessionKey, now: Instant) {
        guard let held = sessions[key]?.membership?.held else { return }
        let isDue = { (item: Held) in item.relay.map { $0.expiresAt <= now } ?? false }
        let expired = held.filter(isDue)
        guard !expired.isEmpty else { return }
        sessions[key]?.membership?.held.removeAll(where: isDue)
        for item in expired { tellExpired(item, now: now) }
    }

    /// The sender of a signal learns that it was not delivered, if it is still there.
    mutating func tellExpired(_ item: Held, now: Instant) {
        guard let relay = item.relay, case .signal(let from, let signal) = item.event else { return }
        statistics.signalsExpired += 1
        guard let membership = sessions[relay.sender]?.membership, membership.participant == from else { return }
        let event = RoomEvent.signalExpired(
            to: signal.to, connection: signal.connection, epoch: signal.epoch, kind: signal.kind)
        tell(relay.sender, event, rev: nil)
    }

    /// Takes a session out of its room, if it is in one, and tells the others.
    mutating func remove(_ key: SessionKey, _ reason: LeaveReason, now: Instant) {
        guard let membership = sessions[key]?.membership else { return }
        sessions[key]?.membership = nil
        participants[membership.participant] = nil
        statistics.left += 1
        for item in membership.held where item.relay != nil { tellExpired(item, now: now) }
        guard var room = rooms[membership.room] else { return }
        room.members.removeAll { $0 == key }
        room.rev += 1
        rooms[membership.room] = room.members.isEmpty ? nil : room
        for member in room.members {
            tell(member, .peerLeft(participant: membership.participant, reason: reason), rev: room.rev)
            sessions[member]?.membership?.epochs[membership.participant] = nil
        }
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
