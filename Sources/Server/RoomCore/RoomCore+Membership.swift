import RTCCore
import SignalingProtocol

extension RoomCore {
    mutating func join(
        _ request: JoinRequest, _ key: SessionKey, _ session: Session, id: Int64, now: Instant
    ) throws(RequestError) {
        guard session.membership == nil else {
            throw RequestError(.alreadyJoined, "leave the room '\(session.membership?.room ?? "")' first")
        }
        guard request.mode != .sfu else {
            throw RequestError(.badRequest, "this server has no mode 'sfu'; use 'mesh' or 'auto'")
        }
        if takeOver(request, key, session, id: id, now: now) { return }
        let present = rooms[request.room]?.members ?? []
        let same = session.identity == nil ? [] : present.filter { sessions[$0]?.identity == session.identity }
        var replaced: [SessionKey] = []
        switch request.duplicate {
        case .replace: replaced = same
        case .reject where !same.isEmpty:
            throw RequestError(.duplicateIdentity, "this identity is in the room '\(request.room)' already")
        case .allow where same.count >= limits.sameIdentity:
            throw RequestError(.duplicateIdentity, "this identity is in the room '\(request.room)' \(same.count) times already")
        case .reject, .allow: break
        }
        let mode = rooms[request.room]?.mode ?? request.mode
        let capacity = mode == .mesh ? limits.meshCapacity : limits.capacity
        guard present.count - replaced.count < capacity else {
            throw RequestError(.roomFull, "the room '\(request.room)' has \(capacity) participants, which is its limit")
        }
        for older in replaced { replace(older) }
        enter(request, mode: mode, key, id: id, now: now)
    }

    /// A newer session of the same identity takes over.
    private mutating func replace(_ older: SessionKey) {
        guard sessions[older]?.isConnected ?? false else {
            finish(older, .replaced)
            return
        }
        outputs.append(.end(older, .replaced, reason: "joined again from elsewhere"))
        remove(older, .replaced)
        sessions[older] = nil
    }

    func describe(_ member: SessionKey, polite: Bool) -> PeerDescription? {
        sessions[member]?.membership.map {
            PeerDescription(
                id: $0.participant, name: $0.name, role: "speaker", polite: polite, isReconnecting: $0.isReconnecting)
        }
    }

    private mutating func enter(_ request: JoinRequest, mode: RoomMode, _ key: SessionKey, id: Int64, now: Instant) {
        var participant = "p_" + token(length: 12)
        while participants[participant] != nil { participant = "p_" + token(length: 12) }
        var room = rooms[request.room] ?? Room(mode: mode)
        let peers = room.members.compactMap { describe($0, polite: true) }
        let others = room.members
        room.members.append(key)
        room.rev += 1
        rooms[request.room] = room
        participants[participant] = key
        statistics.joined += 1
        joins += 1
        sessions[key]?.membership = Membership(
            room: request.room, participant: participant, name: request.name, joined: joins)
        awaitReady(key, joined: joins, now: now)
        reply(
            key, id,
            .joined(
                RoomSnapshot(
                    participant: participant, role: "speaker", permissions: Self.speakerPermissions, rev: room.rev,
                    room: request.room, mode: mode, peers: peers)))
        let newcomer = PeerDescription(id: participant, name: request.name, role: "speaker", polite: false)
        for other in others { tell(other, .peerJoined(newcomer), rev: room.rev) }
    }

    mutating func awaitReady(_ key: SessionKey, joined: Int, now: Instant) {
        sessions[key]?.membership?.readyBy = now + timing.readyWithin
        timers.add(.ready(key, joined: joined), at: now + timing.readyWithin)
    }

    mutating func ready(_ key: SessionKey, _ session: Session, id: Int64, now: Instant) throws(RequestError) {
        guard let membership = session.membership else { throw RequestError(.conflict, "join a room first") }
        reply(key, id, .done)
        if !membership.isReady { letThrough(key, now: now) }
    }

    mutating func leave(_ key: SessionKey, _ session: Session, id: Int64, now: Instant) throws(RequestError) {
        guard session.membership != nil else { throw RequestError(.conflict, "join a room first") }
        reply(key, id, .done)
        remove(key, .leave)
    }
}
