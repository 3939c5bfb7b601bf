import AccessCore
import RTCCore
import SignalingProtocol

extension RoomCore {
    mutating func wait(
        _ request: JoinRequest, mode: RoomMode, role: Role, settings: RoomSettings, _ key: SessionKey, id: Int64
    ) {
        var room = rooms[request.room] ?? makeRoom(request.room, mode: mode, settings: settings)
        let waiting = Waiting(request: request, participant: newParticipant(), role: role)
        room.waiting.append(key)
        rooms[request.room] = room
        sessions[key]?.waiting = waiting
        reply(key, id, .waiting(participant: waiting.participant))
        tellModerators(request.room, .lobbyRequest(waiting.description))
    }

    func checkLobby(_ room: String, replacing replaced: Int) throws(RequestError) {
        guard (rooms[room]?.waiting.count ?? 0) - replaced < limits.lobby else {
            throw RequestError(.roomFull, "\(limits.lobby) people wait for the room '\(Grant.shown(room))', which is the limit")
        }
    }

    /// Tells those who may admit, under a new revision.
    mutating func tellModerators(_ name: String, _ event: RoomEvent) {
        guard var room = rooms[name] else { return }
        room.rev += 1
        rooms[name] = room
        for member in room.members {
            guard let membership = sessions[member]?.membership, permits(membership, .admit) else { continue }
            tell(member, event, rev: room.rev)
        }
    }

    private func waiting(_ participant: String, in room: String) throws(RequestError) -> (SessionKey, Waiting) {
        for key in rooms[room]?.waiting ?? [] {
            if let waiting = sessions[key]?.waiting, waiting.participant == participant { return (key, waiting) }
        }
        throw RequestError(.noSuchPeer, "'\(participant)' does not wait for this room")
    }

    mutating func admit(
        _ participant: String, _ key: SessionKey, _ session: Session, id: Int64, now: Instant
    ) throws(RequestError) {
        let actor = try acting(session, .admit)
        let (newcomer, waiting) = try waiting(participant, in: actor.room)
        let present = rooms[actor.room]?.members ?? []
        let replaced = waiting.request.duplicate == .replace ? sameIdentity(as: newcomer, among: present) : []
        try checkCapacity(actor.room, replacing: replaced.count, mode: rooms[actor.room]?.mode ?? .auto)
        reply(key, id, .done)
        statistics.admitted += 1
        recordEvent("lobby_admit", in: actor.room, by: actor.participant, ["participant": .string(participant)])
        rooms[actor.room]?.waiting.removeAll { $0 == newcomer }
        sessions[newcomer]?.waiting = nil
        for older in replaced where older != key { replace(older) }
        let snapshot = enter(
            waiting.request, mode: rooms[actor.room]?.mode ?? .auto, role: waiting.role, as: waiting.participant, newcomer,
            now: now)
        notify(newcomer, .lobbyAdmitted(snapshot))
        announce(newcomer)
    }

    mutating func deny(
        _ participant: String, reason: String, _ key: SessionKey, _ session: Session, id: Int64
    ) throws(RequestError) {
        let actor = try acting(session, .admit)
        let (newcomer, waiting) = try waiting(participant, in: actor.room)
        reply(key, id, .done)
        statistics.denied += 1
        recordEvent("lobby_deny", in: actor.room, by: actor.participant, ["participant": .string(participant)])
        rooms[actor.room]?.waiting.removeAll { $0 == newcomer }
        sessions[newcomer]?.waiting = nil
        notify(newcomer, .lobbyDenied(reason: reason))
        tellModerators(actor.room, .lobbyLeft(participant: waiting.participant, reason: .denied))
    }

    /// Takes a session out of the lobby in which it waits.
    mutating func leaveLobby(_ key: SessionKey, _ reason: LeaveReason) {
        guard let waiting = sessions[key]?.waiting else { return }
        sessions[key]?.waiting = nil
        let name = waiting.request.room
        rooms[name]?.waiting.removeAll { $0 == key }
        tellModerators(name, .lobbyLeft(participant: waiting.participant, reason: reason))
        closeIfEmpty(name)
    }

    mutating func closeIfEmpty(_ name: String) {
        guard let room = rooms[name], room.members.isEmpty, room.waiting.isEmpty else { return }
        rooms[name] = nil
        record(.roomClosed(room: room.number, reason: "empty", mostParticipants: room.mostMembers))
    }
}
