public import RTCCore
public import SignalingProtocol

extension RoomClient {
    /// Asks for anything that a member of a room may: to change itself, to moderate, to write, react, raise a hand, subscribe, report.
    ///
    /// ``RoomClientEvent/done(_:)``, ``RoomClientEvent/said(message:_:)``, ``RoomClientEvent/history(_:)`` or
    /// ``RoomClientEvent/failed(_:code:)`` follows, but for statistics. While the connection is lost it waits, and is carried out once.
    ///
    /// - Returns: Whether it was taken: not outside a room, nor where too much waits already.
    @discardableResult
    public mutating func ask(_ request: Request, now: Instant) -> Bool {
        precondition(request.isAsked, "'\(request.type)' has a function of its own.")
        let state = stateBeforeLoss ?? state
        guard state == .joined || state == .ready else { return false }
        guard stateBeforeLoss == nil || pending.count < timing.waitingRequests else { return false }
        self.request(request, now: now)
        return true
    }

    /// Looks for someone; outside a room only.
    public mutating func enqueue(_ wish: MatchWish, now: Instant) {
        guard state == .outside, session != nil, stateBeforeLoss == nil else { return }
        isQueued = true
        match = wish
        wantsRoom = true
        request(.enqueue(wish), now: now)
    }

    /// Leaves the room or the queue in which it is, and looks for someone; where it is in neither, only that.
    ///
    /// - Returns: Whether it will: not while the connection is lost, nor on the way into a room.
    public mutating func lookAgain(_ wish: MatchWish, now: Instant) -> Bool {
        guard stateBeforeLoss == nil, session != nil else { return false }
        switch state {
        case .outside:
            if isQueued { cancelMatch(now: now) }
            enqueue(wish, now: now)
        case .joined, .ready:
            leave(now: now)
            match = wish
            wantsRoom = true
            looksAgain = true
        default: return false
        }
        return true
    }

    public mutating func acceptMatch(now: Instant) { answerMatch(.acceptMatch, now: now) }
    public mutating func skipMatch(now: Instant) { answerMatch(.skipMatch, now: now) }
    /// Looks for nobody any more.
    public mutating func cancelMatch(now: Instant) {
        wantsRoom = false
        answerMatch(.cancelMatch, now: now)
    }

    private mutating func answerMatch(_ answer: Request, now: Instant) {
        guard state == .outside, isQueued, stateBeforeLoss == nil else { return }
        request(answer, now: now)
    }
}

extension Request {
    /// Whether ``RoomClient/ask(_:now:)`` takes it.
    var isAsked: Bool {
        switch self {
        case .hello, .join, .ready, .signal, .leave, .ping, .unknown, .enqueue, .acceptMatch, .skipMatch, .cancelMatch: false
        case .refreshToken, .update, .admit, .deny, .mute, .askUnmute, .kick, .setRole, .lock, .end, .spotlight, .chat,
            .chatHistory,
            .deleteChat, .react, .raiseHand, .lowerHand, .subscribe, .stats, .key:
            true
        }
    }

    /// Whether its end is told.
    var isTold: Bool {
        if case .stats = self { return false }
        return isAsked
    }
}
