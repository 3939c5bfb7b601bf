internal import Measurement
internal import RTCCore
internal import Scenario
internal import SignalingClients
internal import SignalingProtocol

/// How a bot meets strangers: it looks for one, answers who is found, and looks for the next.
///
///              found              both accepted, joined
///   queued ───────────▶ asked ───────────────────────────▶ in the room
///     ▲  ▲                │ skip, let down                     │
///     │  └────────────────┘                                    │ skip, enqueue, alone again
///     └────────────────────────────────────────────────────────┘
extension Bot {
    func meet(_ verb: Verb, now: Instant) {
        switch verb {
        case .acceptMatch: answerMatch("accept", now: now) { $0.acceptMatch(now: now) }
        case .skipMatch where state == .held: answerMatch("skip", now: now) { $0.skipMatch(now: now) }
        case .skipMatch: lookForAnother(wish, "skip", now: now)
        case .enqueue(let other): lookForAnother(other ?? wish, "enqueue", now: now)
        default: break
        }
    }

    private func answerMatch(_ what: String, now: Instant, _ answer: (inout RoomClient) -> Void) {
        guard state == .held, isAsked, var room = client as? RoomClient else {
            return log(.requestFailed, detail: "\(what): nobody was found", now: now)
        }
        isAsked = false
        answer(&room)
        client = room
    }

    /// Out of the room, or out of the queue, and into the queue once more.
    private func lookForAnother(_ next: MatchWish?, _ what: String, now: Instant) {
        guard let next, state == .inRoom || state == .held, var room = client as? RoomClient, room.lookAgain(next, now: now)
        else { return log(.requestFailed, detail: "\(what): not possible here", now: now) }
        client = room
        wish = next
        isAsked = false
        guard state == .inRoom else { return }
        log(.left, detail: what, now: now)
        beAlone(now: now)
    }

    private func beAlone(now: Instant) {
        hangUp(now: now)
        participantID = nil
        rejoinSeries?.superseded(at: now)
        state = .held
    }

    /// It is in the queue: others decide when it gets in. Where its session was lost, so was the room.
    func queued(now: Instant) {
        log(.queued, now: now)
        if state == .inRoom { beAlone(now: now) }
        if state == .joining { state = .held }
    }

    func heardOfMatch(_ event: RoomClientEvent, now: Instant) {
        switch event {
        case .matchFound(let offer):
            log(.matchFound, detail: offer.media.rawValue, now: now)
            isAsked = true
            if context.plan.matchAnswer == .accept { meet(.acceptMatch, now: now) }
        case .matchEnded(let end, let isQueued):
            isAsked = false
            log(.matchEnded, detail: end.rawValue + (isQueued ? "" : ", out of the queue"), now: now)
        default: break
        }
    }

    /// Whoever was matched and is alone again looks for the next one.
    func roomEnded(_ reason: String, now: Instant) {
        guard let wish, var room = client as? RoomClient, state == .inRoom else { return outOfTheRoom(now: now) }
        log(.matchEnded, detail: reason, now: now)
        beAlone(now: now)
        room.enqueue(wish, now: now)
        client = room
    }
}
