import RTCCore
import SignalingProtocol

extension RoomCore {
    mutating func take(_ report: StatsReport, _ key: SessionKey, _ session: Session, id: Int64, now: Instant) throws(RequestError)
    {
        guard let membership = session.membership else { throw RequestError(.conflict, "join a room first") }
        reply(key, id, .done)
        record(.stats(participant: membership.participant, report))
        judge(report, key, membership)
        if let level = report.audioLevel, permits(membership, .publish), membership.media.microphone != .locked {
            let isNew = rooms[membership.room]?.speaker.heard(membership.participant, level: level, at: now) ?? false
            if isNew { tellSpeaker(membership.room) }
            armSpeaker(membership.room)
        }
    }

    private mutating func judge(_ report: StatsReport, _ key: SessionKey, _ membership: Membership) {
        guard let score = report.meanOpinionScore,
            let quality = sessions[key]?.membership?.quality.judge(meanOpinionScore: score)
        else { return }
        tellRoom(
            membership.room, about: key,
            .connectionQuality(participant: membership.participant, quality, score: (score * 100).rounded() / 100), except: nil)
    }

    private mutating func tellSpeaker(_ name: String) {
        guard let room = rooms[name] else { return }
        tellRoom(name, .activeSpeaker(participant: room.speaker.current), except: nil)
        for member in room.members {
            if case .activeSpeakers? = sessions[member]?.membership?.subscription { updateSubscriptions(of: member) }
        }
    }

    private mutating func armSpeaker(_ name: String) {
        guard let room = rooms[name], !room.hasSpeakerTimer, let deadline = room.speaker.deadline else { return }
        rooms[name]?.hasSpeakerTimer = true
        timers.push(.speaker(room: name), at: deadline)
    }

    mutating func checkSilence(in name: String, now: Instant) {
        guard rooms[name] != nil else { return }
        rooms[name]?.hasSpeakerTimer = false
        if rooms[name]?.speaker.advance(to: now) ?? false { tellSpeaker(name) }
        armSpeaker(name)
    }

    /// Someone who left, or was muted, does not speak.
    mutating func silence(_ participant: String, in name: String) {
        if rooms[name]?.speaker.left(participant, at: clock) ?? false { tellSpeaker(name) }
    }

    mutating func subscribe(_ wish: Subscription, _ key: SessionKey, _ session: Session, id: Int64) throws(RequestError) {
        guard session.membership != nil else { throw RequestError(.conflict, "join a room first") }
        reply(key, id, .done)
        sessions[key]?.membership?.subscription = wish
        updateSubscriptions(of: key)
    }

    /// Tells those whose media a member now wants, or no longer does.
    mutating func updateSubscriptions(of key: SessionKey) {
        guard let receiver = sessions[key]?.membership, let room = rooms[receiver.room] else { return }
        for member in room.members where member != key {
            guard let other = sessions[member]?.membership else { continue }
            let isWanted: Bool
            switch receiver.subscription {
            case .auto: isWanted = true
            case .participants(let list): isWanted = list.contains(other.participant)
            case .activeSpeakers(let count): isWanted = recentSpeakers(of: room, Int(count), besides: key).contains(member)
            }
            guard other.unwantedBy.contains(receiver.participant) == isWanted else { continue }
            if isWanted {
                sessions[member]?.membership?.unwantedBy.removeAll { $0 == receiver.participant }
            } else {
                sessions[member]?.membership?.unwantedBy.append(receiver.participant)
            }
            tell(member, .subscribed(participant: receiver.participant, wanted: isWanted), rev: nil)
        }
    }

    /// Who spoke last, and where too few have spoken, who has been there longest.
    private func recentSpeakers(of room: Room, _ count: Int, besides key: SessionKey) -> [SessionKey] {
        let spoke = room.speaker.recent.compactMap { participants[$0] }.filter { $0 != key }
        let others = room.members.filter { $0 != key && !spoke.contains($0) }
        return Array((spoke + others).prefix(count))
    }
}
