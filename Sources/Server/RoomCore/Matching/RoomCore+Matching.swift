import RTCCore
import SignalingProtocol

extension RoomCore {
    mutating func enqueue(_ wish: MatchWish, _ key: SessionKey, _ session: Session, id: Int64, now: Instant) throws(RequestError)
    {
        guard session.membership == nil, session.waiting == nil else {
            throw RequestError(.alreadyJoined, "leave the room first")
        }
        guard !matchmaker.holds(key) else { throw RequestError(.conflict, "this session is in the queue already") }
        guard wish.maximumDistance == nil || wish.latitude != nil else {
            throw RequestError(.badRequest, "'max_km' needs 'lat' and 'lon'")
        }
        guard matchmaker.waitingCount < limits.queue else {
            throw RequestError(.nodeFull, "the queue is full", retryMilliseconds: 1000)
        }
        reply(key, id, .done)
        sessions[key]?.wish = wish
        matchmaker.enqueue(wish, for: key, now: now)
        takeMatches(now: now)
    }

    mutating func acceptMatch(_ key: SessionKey, id: Int64, now: Instant) throws(RequestError) {
        try checkAsked(key)
        reply(key, id, .done)
        _ = matchmaker.accept(key)
        takeMatches(now: now)
    }

    mutating func skipMatch(_ key: SessionKey, id: Int64, now: Instant) throws(RequestError) {
        try checkAsked(key)
        reply(key, id, .done)
        _ = matchmaker.skip(key, now: now)
        takeMatches(now: now)
    }

    private func checkAsked(_ key: SessionKey) throws(RequestError) {
        guard matchmaker.isAsked(key) else { throw RequestError(.notFound, "there is no match to answer") }
    }

    mutating func cancelMatch(_ key: SessionKey, id: Int64, now: Instant) throws(RequestError) {
        guard matchmaker.holds(key) else { throw RequestError(.notFound, "this session is not in the queue") }
        reply(key, id, .done)
        sessions[key]?.wish = nil
        matchmaker.withdraw(key, now: now)
        takeMatches(now: now)
    }

    /// Passes on what the matchmaker has to say.
    mutating func takeMatches(now: Instant) {
        while let output = matchmaker.nextOutput() {
            switch output {
            case .found(let key, let offer):
                notify(key, .matchFound(offer))
            case .ended(let key, let end, let isQueued):
                statistics.matchesEnded += 1
                if !isQueued { sessions[key]?.wish = nil }
                notify(key, .matchEnded(end, queued: isQueued))
            case .made(let first, let second, let media, let since):
                statistics.matches += 1
                let room = "x_" + token(length: 16)
                record(.matched(media, waits: since.map { now - $0 }))
                reservations[room] = Reservation(keys: [first, second], media: media)
                timers.push(.matchedRoom(room), at: now + timing.matchedRoom)
                for key in [first, second] {
                    sessions[key]?.wish = nil
                    notify(key, .matchAccepted(room: room, media))
                }
            }
        }
    }

    /// A session without a connection is not matched; its place is kept for it.
    mutating func suspendMatching(_ key: SessionKey, now: Instant) {
        guard sessions[key]?.wish != nil else { return }
        let wasAsked = matchmaker.isAsked(key)
        sessions[key]?.wishedSince = matchmaker.waitingSince(key)
        matchmaker.withdraw(key, now: now)
        if wasAsked { notify(key, .matchEnded(.disconnected, queued: true)) }
        takeMatches(now: now)
    }

    mutating func resumeMatching(_ key: SessionKey, now: Instant) {
        guard let wish = sessions[key]?.wish else { return }
        matchmaker.enqueue(wish, for: key, since: sessions[key]?.wishedSince, now: now)
        takeMatches(now: now)
    }

    /// How a match's room is run.
    static func settings(for media: MatchMedia) -> RoomSettings {
        RoomSettings(anonymous: true, textOnly: media == .text)
    }

    /// Who is alone in the room of a match goes out of it, and may look for someone else.
    mutating func endMatchedRoom(_ name: String) {
        guard let members = rooms[name]?.members else { return }
        for member in members {
            guard let membership = sessions[member]?.membership else { continue }
            sessions[member]?.membership = nil
            participants[membership.participant] = nil
            statistics.left += 1
            record(.left(participant: membership.participant, reason: "partner_gone"))
            notify(member, .roomEnded(reason: "partner_gone"))
        }
        if let room = rooms[name] {
            record(.roomClosed(room: room.number, reason: "partner_gone", mostParticipants: room.mostMembers))
        }
        rooms[name] = nil
        reservations[name] = nil
    }

    /// Both had time to come.
    mutating func checkMatchedRoom(_ name: String) {
        guard reservations[name] != nil else { return }
        if rooms[name]?.members.count ?? 0 < 2 { endMatchedRoom(name) }
        reservations[name] = nil
    }
}
