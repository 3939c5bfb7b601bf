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
        for older in replaced { replace(older, now: now) }
        enter(request, mode: mode, key, id: id, now: now)
    }

    /// A newer session of the same identity takes over.
    private mutating func replace(_ older: SessionKey, now: Instant) {
        let isConnected = sessions[older]?.isConnected ?? false
        if isConnected { outputs.append(.end(older, .replaced, reason: "joined again from elsewhere")) }
        remove(older, .replaced, now: now)
        sessions[older] = nil
    }

    private mutating func enter(_ request: JoinRequest, mode: RoomMode, _ key: SessionKey, id: Int64, now: Instant) {
        var participant = "p_" + token(length: 12)
        while participants[participant] != nil { participant = "p_" + token(length: 12) }
        var room = rooms[request.room] ?? Room(mode: mode)
        let peers = room.members.compactMap { member in
            sessions[member]?.membership.map {
                PeerDescription(id: $0.participant, name: $0.name, role: "speaker", polite: true)
            }
        }
        let others = room.members
        room.members.append(key)
        room.rev += 1
        rooms[request.room] = room
        participants[participant] = key
        statistics.joined += 1
        sessions[key]?.membership = Membership(
            room: request.room, participant: participant, name: request.name, joined: statistics.joined)
        timers.add(.ready(key, joined: statistics.joined), at: now + timing.readyWithin)
        reply(
            key, id,
            .joined(
                RoomSnapshot(
                    participant: participant, role: "speaker", permissions: Self.speakerPermissions, rev: room.rev,
                    room: request.room, mode: mode, peers: peers)))
        let newcomer = PeerDescription(id: participant, name: request.name, role: "speaker", polite: false)
        for other in others { tell(other, .peerJoined(newcomer), rev: room.rev) }
    }

    mutating func ready(_ key: SessionKey, _ session: Session, id: Int64, now: Instant) throws(RequestError) {
        guard let membership = session.membership else { throw RequestError(.conflict, "join a room first") }
        reply(key, id, .done)
        if !membership.isReady { letThrough(key, now: now) }
    }

    mutating func leave(_ key: SessionKey, _ session: Session, id: Int64, now: Instant) throws(RequestError) {
        guard session.membership != nil else { throw RequestError(.conflict, "join a room first") }
        reply(key, id, .done)
        remove(key, .leave, now: now)
    }

    mutating func relay(
        _ signal: SignalRequest, from key: SessionKey, _ session: Session, id: Int64, now: Instant
    ) throws(RequestError) {
        guard let membership = session.membership else { throw RequestError(.conflict, "join a room first") }
        guard let receiver = participants[signal.to], receiver != key,
            let other = sessions[receiver], let otherMembership = other.membership, otherMembership.room == membership.room
        else { throw RequestError(.noSuchPeer, "'\(signal.to)' is not another participant of this room") }
        let epochs = membership.epochs[signal.to] ?? [:]
        let newest = epochs[signal.connection]
        if let newest, signal.epoch < newest {
            throw RequestError(.staleEpoch, "epoch \(signal.epoch) of '\(signal.connection)' is over; \(newest) has begun")
        }
        guard newest != nil || epochs.count < limits.connectionsPerPair else {
            throw RequestError(.badRequest, "at most \(limits.connectionsPerPair) connections between two participants")
        }
        let event = RoomEvent.signal(from: membership.participant, signal)
        guard otherMembership.isReady, other.isConnected else {
            let waiting = otherMembership.held.count { $0.relay?.sender == key }
            guard waiting < limits.pendingSignalsPerPair else {
                throw RequestError(.notReady, "\(waiting) signals wait for '\(signal.to)' already", retryMilliseconds: 1000)
            }
            let expiresAt = now + timing.signalExpiry
            sessions[receiver]?.membership?.held.append(Held(event: event, rev: nil, relay: (key, expiresAt)))
            timers.add(.expiry(receiver), at: expiresAt)
            accept(signal, newest, from: key, id: id)
            return
        }
        accept(signal, newest, from: key, id: id)
        statistics.signalsRelayed += 1
        send(event, rev: nil, to: receiver)
    }

    private mutating func accept(_ signal: SignalRequest, _ newest: Int64?, from key: SessionKey, id: Int64) {
        if newest != signal.epoch {
            sessions[key]?.membership?.epochs[signal.to, default: [:]][signal.connection] = signal.epoch
        }
        reply(key, id, .done)
    }
}
