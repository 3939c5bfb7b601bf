import AccessCore
import RTCCore
import SignalingProtocol

extension RoomCore {
    /// The membership of a session that may do something in its room.
    func acting(_ session: Session, _ permission: Permission) throws(RequestError) -> Membership {
        guard let membership = session.membership else { throw RequestError(.conflict, "join a room first") }
        guard permits(membership, permission) else {
            throw RequestError(.forbidden, "a \(membership.role.rawValue) may not '\(permission.rawValue)' in this room")
        }
        return membership
    }

    func permits(_ membership: Membership, _ permission: Permission) -> Bool {
        guard membership.permissions?.contains(permission) ?? membership.role.permits(permission) else { return false }
        return permission != .publish && permission != .signal || rooms[membership.room]?.settings.textOnly != true
    }

    func permissions(of membership: Membership) -> [Permission] {
        Permission.allCases.filter { permits(membership, $0) }
    }

    /// Someone in the actor's room.
    private func member(_ participant: String, near actor: Membership) throws(RequestError) -> (key: SessionKey, Membership) {
        guard let key = participants[participant], let membership = sessions[key]?.membership, membership.room == actor.room
        else { throw RequestError(.noSuchPeer, "'\(participant)' is not in this room") }
        return (key, membership)
    }

    /// Someone in the actor's room upon whom it may act: nobody but a host acts upon a host.
    private func subject(_ participant: String, of actor: Membership) throws(RequestError) -> (key: SessionKey, Membership) {
        let subject = try member(participant, near: actor)
        guard actor.role == .host || subject.1.role != .host else {
            throw RequestError(.forbidden, "'\(participant)' is a host")
        }
        return subject
    }

    mutating func mute(_ request: MuteRequest, _ key: SessionKey, _ session: Session, id: Int64) throws(RequestError) {
        let actor = try acting(session, .mute)
        let (target, membership) = try subject(request.participant, of: actor)
        reply(key, id, .done)
        mute(target, membership, request, by: actor.participant)
    }

    /// - Parameter actor: Whoever does it, as the target is told.
    mutating func mute(_ target: SessionKey, _ membership: Membership, _ request: MuteRequest, by actor: String) {
        let before = membership.media[request.source]
        let after: MediaState = request.hard || before == .locked ? .locked : .off
        statistics.muted += 1
        recordEvent(
            "mute", in: membership.room, by: actor,
            [
                "hard": .bool(after == .locked), "participant": .string(request.participant),
                "source": .string(request.source.rawValue),
            ])
        if before != after {
            var media = membership.media
            media[request.source] = after
            sessions[target]?.membership?.media = media
            tellRoom(
                membership.room, about: target,
                .peerUpdated(ParticipantChange(participant: request.participant, media: media)), except: target)
            if request.source == .microphone { silence(request.participant, in: membership.room) }
        }
        tell(target, .muted(request.source, hard: after == .locked, by: actor), rev: nil)
    }

    mutating func askUnmute(
        _ participant: String, _ source: MediaSource, _ key: SessionKey, _ session: Session, id: Int64
    ) throws(RequestError) {
        let actor = try acting(session, .mute)
        let (target, membership) = try subject(participant, of: actor)
        guard sessions[target]?.grant.sources?.contains(source) ?? true else {
            throw RequestError(.forbidden, "the token of '\(participant)' does not allow to send \(source.rawValue)")
        }
        reply(key, id, .done)
        if membership.media[source] == .locked {
            var media = membership.media
            media[source] = .off
            sessions[target]?.membership?.media = media
            tellRoom(
                membership.room, about: target, .peerUpdated(ParticipantChange(participant: participant, media: media)),
                except: target)
        }
        tell(target, .unmuteAsked(source, by: actor.participant), rev: nil)
    }

    mutating func kick(
        _ request: KickRequest, _ key: SessionKey, _ session: Session, id: Int64, now: Instant
    ) throws(RequestError) {
        let actor = try acting(session, .kick)
        let (target, membership) = try subject(request.participant, of: actor)
        guard target != key else { throw RequestError(.badRequest, "leave the room instead") }
        reply(key, id, .done)
        kick(target, membership, request, "a moderator has ended this participation", by: actor.participant, now: now)
    }

    /// - Parameter actor: The participant that does it; `nil` for who runs the server.
    mutating func kick(
        _ target: SessionKey, _ membership: Membership, _ request: KickRequest, _ words: String, by actor: String? = nil,
        now: Instant
    ) {
        let isBan = request.banSeconds > 0
        if isBan {
            ban(
                target, from: membership.room, seconds: request.banSeconds, request.reason, by: actor, now: now)
        }
        statistics.kicked += 1
        let reason = recordable(request.reason, in: membership.room)
        recordEvent(
            "kick", in: membership.room, by: actor,
            ["participant": .string(request.participant), "reason": .string(reason)])
        for member in rooms[membership.room]?.members ?? [] {
            sessions[member]?.membership?.held.removeAll { $0.comes(from: request.participant) }
        }
        expel(
            target, isBan ? .banned : .kicked, isBan ? CloseCode.banned : .kicked,
            request.reason.isEmpty ? words : request.reason)
    }

    private mutating func ban(
        _ key: SessionKey, from room: String, seconds: Int64, _ reason: String, by actor: String?, now: Instant
    ) {
        guard let session = sessions[key], session.identity != nil || session.address != nil else { return }
        statistics.banned += 1
        bans.removeAll { $0.until <= now }
        if bans.count >= limits.bans { bans.removeFirst() }
        bans.append(
            Ban(
                room: room, identity: session.identity, address: session.identity == nil ? session.address : nil,
                until: now + .seconds(seconds), reason: reason))
        let words = recordable(reason, in: room)
        let end = milliseconds(at: now + .seconds(seconds))
        record(
            .banned(
                room: room, identity: session.identity, address: session.identity == nil ? session.address : nil,
                until: end, reason: words, by: actor))
    }

    func checkBans(_ room: String, _ session: Session, now: Instant) throws(RequestError) {
        guard let ban = bans.first(where: { $0.holds(for: session.identity, session.address, in: room, at: now, veil: veil) })
        else { return }
        throw RequestError(.banned, ban.reason.isEmpty ? "banned from the room '\(Grant.shown(room))'" : ban.reason)
    }

    /// Ends a session whether it is connected or not.
    mutating func expel(_ key: SessionKey, _ reason: LeaveReason, _ code: CloseCode, _ words: String) {
        guard sessions[key]?.isConnected ?? false else {
            finish(key, reason)
            return
        }
        outputs.append(.end(key, code, reason: words))
        remove(key, reason)
        forget(key, reason)
    }

    mutating func setRole(
        _ participant: String, _ role: Role, _ key: SessionKey, _ session: Session, id: Int64
    ) throws(RequestError) {
        let actor = try acting(session, .role)
        let (target, membership) = try subject(participant, of: actor)
        guard role != .host || actor.role == .host else { throw RequestError(.forbidden, "only a host makes a host") }
        guard membership.role != .host || role == .host || hosts(in: membership.room) > 1 else {
            throw RequestError(.conflict, "make another participant host first")
        }
        reply(key, id, .done)
        if membership.role != role { give(role, to: target) }
    }

    private func hosts(in room: String) -> Int {
        (rooms[room]?.members ?? []).count { sessions[$0]?.membership?.role == .host }
    }

    private mutating func give(_ role: Role, to key: SessionKey) {
        guard let before = sessions[key]?.membership, var room = rooms[before.room] else { return }
        var after = before
        after.role = role
        after.permissions = nil
        sessions[key]?.membership = after
        record(.changedRole(participant: before.participant, role))
        room.rev += 1
        rooms[before.room] = room
        let permissions = permissions(of: after)
        for member in room.members where member == key || !isHidden(key) {
            tell(
                member, .roleChanged(participant: before.participant, role, permissions: member == key ? permissions : nil),
                rev: room.rev)
        }
        if !permissions.contains(.publish) { stopMedia(of: key) }
        guard permissions.contains(.admit), !permits(before, .admit) else { return }
        for waiting in room.waiting {
            if let request = sessions[waiting]?.waiting?.description { tell(key, .lobbyRequest(request), rev: nil) }
        }
    }

    private mutating func stopMedia(of key: SessionKey) {
        guard let membership = sessions[key]?.membership else { return }
        var media = membership.media
        for source in MediaSource.allCases where media[source] == .on { media[source] = .off }
        guard media != membership.media else { return }
        sessions[key]?.membership?.media = media
        for source in MediaSource.allCases where media[source] != membership.media[source] {
            tell(key, .muted(source, hard: false, by: membership.participant), rev: nil)
        }
        tellRoom(
            membership.room, about: key, .peerUpdated(ParticipantChange(participant: membership.participant, media: media)),
            except: key)
    }

    /// A room whose last host has left goes to the cohost, else the speaker, who has been there longest; not to those whose role was
    /// granted to them with their token.
    mutating func passOn(_ name: String) {
        guard let room = rooms[name], room.isHosted, hosts(in: name) == 0 else { return }
        for role in [Role.cohost, .speaker] {
            let heir = room.members.first { key in
                sessions[key]?.grantedRole == nil && sessions[key]?.membership?.role == role && !isHidden(key)
            }
            if let heir {
                give(.host, to: heir)
                return
            }
        }
    }

    mutating func lock(_ isLocked: Bool, _ key: SessionKey, _ session: Session, id: Int64) throws(RequestError) {
        let actor = try acting(session, .lock)
        reply(key, id, .done)
        setLock(isLocked, of: actor.room)
    }

    mutating func setLock(_ isLocked: Bool, of room: String) {
        guard rooms[room]?.settings.locked != isLocked else { return }
        rooms[room]?.settings.locked = isLocked
        tellSettings(room)
    }

    mutating func spotlight(_ participant: String?, _ key: SessionKey, _ session: Session, id: Int64) throws(RequestError) {
        let actor = try acting(session, .spotlight)
        if let participant { _ = try member(participant, near: actor) }
        reply(key, id, .done)
        guard rooms[actor.room]?.spotlight != participant else { return }
        rooms[actor.room]?.spotlight = participant
        tellSettings(actor.room)
    }

    private mutating func tellSettings(_ name: String) {
        guard let room = rooms[name] else { return }
        record(.roomChanged(room: room.number, room.settings))
        tellRoom(name, .roomUpdated(room.settings, spotlight: room.spotlight), except: nil)
    }

    mutating func end(reason: String, _ key: SessionKey, _ session: Session, id: Int64) throws(RequestError) {
        let actor = try acting(session, .end)
        guard rooms[actor.room] != nil else { return }
        reply(key, id, .done)
        endRoom(actor.room, reason.isEmpty ? "the host has ended the room" : reason)
    }

    mutating func endRoom(_ name: String, _ words: String) {
        guard let room = rooms.removeValue(forKey: name) else { return }
        for waiting in room.waiting {
            sessions[waiting]?.waiting = nil
            notify(waiting, .lobbyDenied(reason: words))
        }
        for member in room.members {
            guard let membership = sessions[member]?.membership else { continue }
            participants[membership.participant] = nil
            sessions[member]?.membership = nil
            statistics.left += 1
            record(.left(participant: membership.participant, reason: LeaveReason.ended.rawValue))
            if sessions[member]?.isConnected ?? false { send(.roomEnded(reason: words), rev: nil, to: member) }
            expel(member, .ended, .roomEnded, words)
        }
        record(.roomClosed(room: room.number, reason: "ended", mostParticipants: room.mostMembers))
    }
}
