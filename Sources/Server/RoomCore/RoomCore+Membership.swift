import AccessCore
import RTCCore
import SignalingProtocol

extension RoomCore {
    mutating func join(
        _ wish: JoinRequest, _ key: SessionKey, _ session: Session, id: Int64, now: Instant
    ) throws(RequestError) {
        if let room = session.membership?.room ?? session.waiting?.request.room {
            throw RequestError(.alreadyJoined, "leave the room '\(Grant.shown(room))' first")
        }
        let request = try granted(wish, key, session)
        guard request.mode != .sfu else {
            throw RequestError(.badRequest, "this server has no mode 'sfu'; use 'mesh' or 'auto'")
        }
        try checkBans(request.room, session, now: now)
        if takeOver(request, key, session, id: id, now: now) { return }
        let existing = rooms[request.room]
        let reservation = reservations[request.room]
        guard reservation == nil && existing?.isMatched != true || reservation?.keys.contains(key) == true else {
            throw RequestError(.notFound, "there is no room '\(wish.room)'")
        }
        let isMaker =
            request.create != nil && session.grantedRole ?? .host == .host && existing?.isHosted != true
            && existing?.members.isEmpty != false && reservation == nil
        let role = role(of: session, in: existing, isMaker: isMaker)
        var settings = existing?.settings ?? defaults
        if isMaker { settings = request.create ?? defaults }
        if let reservation { settings = Self.settings(for: reservation.media) }
        guard !settings.locked || role.isModerator else {
            throw RequestError(.roomLocked, "the room '\(wish.room)' is locked")
        }
        let present = existing?.members ?? []
        let same = sameIdentity(as: key, among: present + (existing?.waiting ?? []))
        var replaced: [SessionKey] = []
        switch request.duplicate {
        case .replace: replaced = reservation == nil ? same : []
        case .reject where !same.isEmpty:
            throw RequestError(.duplicateIdentity, "this identity is in the room '\(wish.room)' already")
        case .allow where same.count >= limits.sameIdentity:
            throw RequestError(.duplicateIdentity, "this identity is in the room '\(wish.room)' \(same.count) times already")
        case .reject, .allow: break
        }
        let mode = existing?.mode ?? (reservation == nil ? request.mode : .mesh)
        let lobby = session.grant.lobby
        let mustWait = lobby == .wait || settings.lobby && !role.isModerator && lobby != .skip
        let replacedMembers = replaced.count { present.contains($0) }
        if mustWait {
            try checkLobby(request.room, replacing: replaced.count - replacedMembers)
        } else {
            try checkCapacity(request.room, replacing: replacedMembers, mode: mode)
        }
        cancelMatching(key, now: now)
        for older in replaced { replace(older) }
        guard !mustWait else {
            wait(request, mode: mode, role: role, settings: settings, key, id: id)
            return
        }
        if rooms[request.room] == nil || isMaker {
            var room = rooms[request.room] ?? makeRoom(request.room, mode: mode, settings: settings)
            if room.settings != settings { record(.roomChanged(room: room.number, settings)) }
            room.settings = settings
            room.isHosted = isMaker || existing?.isHosted == true
            room.owner = isMaker ? session.identity : existing?.owner
            room.isMatched = reservation != nil
            rooms[request.room] = room
        }
        let snapshot = enter(request, mode: mode, role: role, as: newParticipant(), key, now: now)
        reply(key, id, .joined(snapshot))
        announce(key)
    }

    /// The wish within what the session's token allows: its rooms, its name, its way with duplicates.
    private func granted(_ wish: JoinRequest, _ key: SessionKey, _ session: Session) throws(RequestError) -> JoinRequest {
        var request = wish
        let grant = session.grant
        request.name = grant.name ?? wish.name
        request.duplicate = grant.duplicate ?? wish.duplicate
        if reservations[wish.room]?.keys.contains(key) == true { return request }
        guard grant.rooms.contains(wish.room) else {
            throw RequestError(.forbidden, "the token is not for the room '\(wish.room)'")
        }
        request.room = grant.qualified(wish.room)
        return request
    }

    /// Who made a room comes back to it as its host.
    private func role(of session: Session, in room: Room?, isMaker: Bool) -> Role {
        if let granted = session.grantedRole { return granted }
        if isMaker { return .host }
        guard let room, room.isHosted, let owner = room.owner, owner == session.identity else { return .speaker }
        return .host
    }

    func sameIdentity(as key: SessionKey, among others: [SessionKey]) -> [SessionKey] {
        guard let identity = sessions[key]?.identity else { return [] }
        return others.filter { sessions[$0]?.identity == identity }
    }

    func checkCapacity(_ room: String, replacing replaced: Int, mode: RoomMode) throws(RequestError) {
        let capacity = mode == .mesh ? limits.meshCapacity : limits.capacity
        guard (rooms[room]?.members.count ?? 0) - replaced < capacity else {
            throw RequestError(.roomFull, "the room '\(Grant.shown(room))' has \(capacity) participants, which is its limit")
        }
    }

    private mutating func cancelMatching(_ key: SessionKey, now: Instant) {
        guard sessions[key]?.wish != nil else { return }
        sessions[key]?.wish = nil
        matchmaker.withdraw(key, now: now)
        takeMatches(now: now)
    }

    mutating func newParticipant() -> String {
        var participant = "p_" + token(length: 12)
        while participants[participant] != nil { participant = "p_" + token(length: 12) }
        return participant
    }

    /// A newer session of the same identity takes over.
    mutating func replace(_ older: SessionKey) {
        guard sessions[older]?.isConnected ?? false else {
            finish(older, .replaced)
            return
        }
        outputs.append(.end(older, .replaced, reason: "joined again from elsewhere"))
        remove(older, .replaced)
        forget(older, .replaced)
    }

    /// As others see a member; `nil` where they do not.
    func describe(_ member: SessionKey, polite: Bool) -> PeerDescription? {
        guard !isHidden(member) else { return nil }
        return sessions[member]?.membership.map {
            PeerDescription(
                id: $0.participant, name: $0.name, role: $0.role.rawValue, polite: polite, isReconnecting: $0.isReconnecting,
                status: $0.status, attributes: $0.attributes, media: $0.media)
        }
    }

    /// Puts a session into a room that is there or made by it; ``announce(_:)`` tells the others.
    mutating func enter(
        _ request: JoinRequest, mode: RoomMode, role: Role, as participant: String, _ key: SessionKey, now: Instant
    ) -> RoomSnapshot {
        var room = rooms[request.room] ?? makeRoom(request.room, mode: mode, settings: defaults)
        room.members.append(key)
        room.mostMembers = max(room.mostMembers, room.members.count)
        room.rev += 1
        rooms[request.room] = room
        participants[participant] = key
        statistics.joined += 1
        joins += 1
        var membership = Membership(
            room: request.room, participant: participant, name: room.settings.anonymous ? "guest" : request.name, role: role,
            joined: joins)
        membership.isReconnecting = sessions[key]?.isConnected == false
        membership.enteredAt = now
        if let grant = sessions[key]?.grant { apply(grant, to: &membership) }
        sessions[key]?.membership = membership
        if let session = sessions[key] {
            let isAnonymous = room.settings.anonymous
            record(
                .joined(
                    participant: participant, room: room.number, session: session.name,
                    identity: isAnonymous ? nil : session.identity, name: isAnonymous ? nil : request.name, role))
        }
        awaitReady(key, joined: joins, now: now)
        guard let snapshot = snapshot(for: key) else { preconditionFailure("Who has just entered a room is in it.") }
        return snapshot
    }

    private func apply(_ grant: Grant, to membership: inout Membership) {
        membership.permissions = grant.permissions
        if grant.isHidden {
            let shown: [Permission] = [.publish, .signal, .chat, .react, .hand, .data]
            membership.permissions = (grant.permissions ?? membership.role.permissions).filter { !shown.contains($0) }
        }
        if rooms[membership.room]?.settings.anonymous != true { membership.attributes = grant.attributes }
        if let sources = grant.sources {
            for source in MediaSource.allCases where !sources.contains(source) { membership.media[source] = .locked }
        }
    }

    /// The room as a member sees it: who came before it is offered to, and is not polite toward it.
    func snapshot(for key: SessionKey) -> RoomSnapshot? {
        guard let membership = sessions[key]?.membership, let room = rooms[membership.room],
            let place = room.members.firstIndex(of: key)
        else { return nil }
        let peers = room.members.indices.filter { $0 != place }.compactMap { index in
            describe(room.members[index], polite: index < place)
        }
        let permissions = permissions(of: membership)
        let lobby = permissions.contains(.admit) ? room.waiting.compactMap { sessions[$0]?.waiting?.description } : []
        return RoomSnapshot(
            participant: membership.participant, role: membership.role.rawValue, permissions: permissions.map(\.rawValue),
            rev: room.rev, room: membership.room, mode: room.mode, peers: peers, settings: room.settings,
            media: membership.media, hands: room.hands, spotlight: room.spotlight, speaker: room.speaker.current, lobby: lobby)
    }

    /// Tells the others of a newcomer.
    mutating func announce(_ key: SessionKey) {
        guard let membership = sessions[key]?.membership, let room = rooms[membership.room],
            let newcomer = describe(key, polite: false)
        else { return }
        for other in room.members where other != key { tell(other, .peerJoined(newcomer), rev: room.rev) }
        for other in room.members where other != key {
            if sessions[other]?.membership?.subscription != .auto { updateSubscriptions(of: other) }
        }
    }

    mutating func awaitReady(_ key: SessionKey, joined: Int, now: Instant) {
        sessions[key]?.membership?.readyBy = now + timing.readyWithin
        timers.push(.ready(key, joined: joined), at: now + timing.readyWithin)
    }

    mutating func ready(_ key: SessionKey, _ session: Session, id: Int64, now: Instant) throws(RequestError) {
        guard let membership = session.membership else { throw RequestError(.conflict, "join a room first") }
        reply(key, id, .done)
        if !membership.isReady { letThrough(key, now: now) }
    }

    mutating func leave(_ key: SessionKey, _ session: Session, id: Int64, now: Instant) throws(RequestError) {
        guard session.membership != nil || session.waiting != nil else {
            throw RequestError(.conflict, "join a room first")
        }
        reply(key, id, .done)
        remove(key, .leave)
    }
}
