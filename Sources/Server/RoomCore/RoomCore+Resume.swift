public import RTCCore
import SignalingProtocol

extension RoomCore {
    /// The session's connection is gone; its participant follows when the grace is over, unless ``resumed(_:now:)`` comes before.
    public mutating func disconnected(_ key: SessionKey, now: Instant) {
        clock = max(clock, now)
        guard let session = sessions[key], session.isConnected else { return }
        guard session.isWorthKeeping, timing.disconnectGrace > .zero else {
            finish(key, .disconnected)
            return
        }
        let loss = session.losses + 1
        sessions[key]?.losses = loss
        sessions[key]?.isConnected = false
        if timing.reconnectingAfter < timing.disconnectGrace {
            timers.push(.reconnecting(key, loss: loss), at: now + timing.reconnectingAfter)
        }
        timers.push(.grace(key, loss: loss), at: now + timing.disconnectGrace)
        extendSignals(to: key, now: now)
        suspendMatching(key, now: now)
    }

    /// The session is over at its client's wish, or because the client did what may not be done: nobody waits for it.
    public mutating func ended(_ key: SessionKey, _ reason: LeaveReason) {
        guard sessions[key] != nil else { return }
        finish(key, reason)
    }

    /// What waits for a session to come back: as many events as ``resumed(_:now:)`` tells at once; `nil` where some had to be dropped.
    public func waiting(for key: SessionKey, now: Instant) -> Int? {
        guard let session = sessions[key] else { return nil }
        let notices = session.notices.count
        guard let membership = session.membership else { return notices }
        guard !membership.hasGap else { return nil }
        return notices + (membership.isReady ? membership.held.count { !$0.isExpired(at: now) } : 0)
    }

    /// The session has a connection again.
    public mutating func resumed(_ key: SessionKey, now: Instant) {
        guard let session = sessions[key], !session.isConnected else { return }
        clock = max(clock, now)
        sessions[key]?.isConnected = true
        sessions[key]?.resumes += 1
        record(.sessionResumed(session: session.name, resumes: session.resumes + 1))
        sessions[key]?.notices = []
        for notice in session.notices { send(notice, rev: nil, to: key) }
        if let membership = session.membership {
            statistics.returned += 1
            if membership.isReady {
                letThrough(key, now: now)
            } else {
                // The reply to its join may be lost: it has as long as a newcomer.
                awaitReady(key, joined: membership.joined, now: now)
            }
            tellReturned(key)
        }
        resumeMatching(key, now: now)
    }

    /// The newest revision of the room that a session is in; `nil` outside.
    public func revision(for key: SessionKey) -> Int64? {
        (sessions[key]?.membership).flatMap { rooms[$0.room]?.rev }
    }

    mutating func tellReconnecting(_ key: SessionKey, loss: Int) {
        guard let session = sessions[key], !session.isConnected, session.losses == loss, let membership = session.membership
        else { return }
        sessions[key]?.membership?.isReconnecting = true
        recordEvent("reconnecting", in: membership.room, by: membership.participant)
        tellRoom(membership.room, about: key, .peerReconnecting(participant: membership.participant), except: key)
    }

    private mutating func tellReturned(_ key: SessionKey) {
        guard let membership = sessions[key]?.membership, membership.isReconnecting else { return }
        sessions[key]?.membership?.isReconnecting = false
        recordEvent("resumed", in: membership.room, by: membership.participant)
        tellRoom(membership.room, about: key, .peerResumed(participant: membership.participant), except: key)
    }

    /// Signals that waited for `ready` now wait for a connection.
    private mutating func extendSignals(to key: SessionKey, now: Instant) {
        guard let held = sessions[key]?.membership?.held, held.contains(where: \.isSignal) else { return }
        let expiresAt = now + timing.signalExpiryInGrace
        for index in held.indices where held[index].isSignal {
            sessions[key]?.membership?.held[index].expiresAt = expiresAt
        }
        timers.push(.expiry(key), at: expiresAt)
    }

    /// A session that has to join anew takes its earlier participant over, if its grace is not over: the room sees no one leave.
    ///
    /// In each pair the same one is polite as before.
    ///
    /// - Returns: Whether there was one.
    mutating func takeOver(_ request: JoinRequest, _ key: SessionKey, _ session: Session, id: Int64, now: Instant) -> Bool {
        guard let predecessor = session.predecessor, let older = sessions[predecessor], !older.isConnected else { return false }
        guard let membership = older.membership, membership.room == request.room, var room = rooms[request.room],
            let place = room.members.firstIndex(of: predecessor)
        else {
            finish(predecessor, .leave)
            return false
        }
        joins += 1
        var inherited = membership
        inherited.joined = joins
        inherited.hasGap = false
        inherited.enteredAt = nil
        inherited.held.removeAll { !$0.isSignal }
        for item in inherited.held {
            if let expiresAt = item.expiresAt { timers.push(.expiry(key), at: expiresAt) }
        }
        room.members[place] = key
        rooms[request.room] = room
        participants[membership.participant] = key
        sessions[key]?.membership = inherited
        sessions[predecessor]?.membership = nil
        record(.tookOver(participant: membership.participant, session: session.name))
        forget(predecessor, .replaced)
        outputs.append(.over(predecessor))
        statistics.returned += 1
        awaitReady(key, joined: joins, now: now)
        tellReturned(key)
        if let snapshot = snapshot(for: key) { reply(key, id, .joined(snapshot)) }
        return true
    }
}
