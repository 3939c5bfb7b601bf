public import RTCCore
import SignalingProtocol

extension RoomClient {
    /// Whether there is a session that the next connection will go on with.
    public var canResume: Bool {
        state == .lost && session?.secret != nil
    }

    /// A connection is open: the first, or another after ``RoomClientState/lost`` or ``RoomClientState/closed``.
    ///
    /// Goes on with the session where there is one, otherwise begins anew and joins.
    public mutating func opened(now: Instant) {
        switch state {
        case .connecting:
            greet(now: now)
        case .closed:
            wantsRoom = true
            if hadSession { tell(.sessionLost(code: nil)) }
            greet(now: now)
        case .lost:
            guard let session, let secret = session.secret else {
                loseSession(nil, now: now)
                return
            }
            greet(resume: ResumeRequest(session: session.name, secret: secret, seq: lastSeq), now: now)
        case .greeting, .joining, .waiting, .joined, .ready, .leaving, .outside:
            break
        }
    }

    /// The connection is gone, or could not be made.
    ///
    /// - Parameter code: The WebSocket close code, or `nil` where the connection broke or was never made.
    public mutating func closed(code: UInt16?, reason: String, now: Instant) {
        let known = code.flatMap { CloseCode(rawValue: $0) }
        let allowsResume = known?.allowsResume ?? true
        guard state != .closed, state != .lost || !allowsResume else { return }
        if known?.saysStop == true { mayReconnect = false }
        pending.removeAll { pending in
            switch pending.request {
            case .ping, .hello: true
            default: false
            }
        }
        overdue = []
        pingAt = nil
        silentAt = nil
        acknowledgeAt = nil
        expectedReplay = nil
        dropTexts()
        let before = stateBeforeLoss ?? state
        let isKept =
            before == .joining || before == .waiting || before == .joined || before == .ready || before == .leaving || isQueued
        if isKept, session?.secret != nil, allowsResume {
            stateBeforeLoss = before
            state = .lost
        } else {
            forgetSession()
            state = .closed
        }
        tell(.closed(code: code, reason: reason))
    }

    /// - Parameter resume: `nil` for a new session.
    mutating func greet(resume: ResumeRequest? = nil, now: Instant) {
        state = .greeting
        mayReconnect = true
        isSilent = false
        let shown = resume == nil ? nil : pass
        let hello = HelloRequest(
            version: 1, token: shown ?? makeToken?(now) ?? token, clientName: "starling-bot", clientVersion: "0.1", tab: tab,
            resume: resume)
        let next = Pending(id: nextID, request: .hello(hello), answerBy: now + timing.reply)
        nextID += 1
        pending.append(next)
        say(ClientFrame.request(id: next.id, next.request).text)
    }

    private mutating func forgetSession() {
        hadSession = (hadSession || session != nil) && wantsRoom
        session = nil
        pass = nil
        refreshAt = nil
        stateBeforeLoss = nil
        droppedSignals += pending.count { if case .signal = $0.request { true } else { false } }
        for item in pending where item.request.isTold { tell(.failed(item.request, code: .resumeExpired)) }
        pending = []
        lastSeq = 0
        acknowledged = 0
        acknowledgeAt = nil
        selfID = nil
        peers = []
        early = []
        isQueued = false
        laterMessages = []
        isCatchingUp = false
    }

    mutating func begin(_ welcome: Welcome, now: Instant) {
        let secret = welcome.resumeMilliseconds > 0 ? welcome.secret : nil
        session = Session(name: welcome.session, secret: secret, epoch: welcome.epoch)
        if wantsRoom, let match {
            state = .outside
            enqueue(match, now: now)
        } else if wantsRoom {
            enter(now: now)
        } else {
            state = .outside
        }
    }

    /// The session goes on: what had no answer is asked again.
    mutating func goOn(_ welcome: Welcome, now: Instant) {
        guard let before = stateBeforeLoss, let session, welcome.replay != nil, welcome.session == session.name else {
            tell(.protocolBroken("a wish to resume was answered with a new session"))
            forgetSession()
            begin(welcome, now: now)
            return
        }
        if welcome.epoch <= session.epoch {
            tell(.protocolBroken("the session's epoch \(welcome.epoch) came after \(session.epoch)"))
        }
        let replay = Int(welcome.replay ?? 0)
        expectedReplay = (replay, lastSeq + Int64(replay))
        acknowledged = lastSeq
        self.session?.epoch = welcome.epoch
        self.session?.secret = welcome.secret
        state = before
        stateBeforeLoss = nil
        if pending.isEmpty { say(ClientFrame.acknowledgement(lastSeq).text) }
        for index in pending.indices {
            pending[index].answerBy = now + timing.reply
            send(pending[index], now: now)
        }
        if state == .leaving, !pending.contains(where: { $0.request == .leave }) { request(.leave, now: now) }
        if pending.isEmpty { schedulePing(now: now) }
    }

    mutating func refusedToResume(_ error: RequestError, now: Instant) {
        switch error.code {
        case .resumeUnknown, .resumeExpired, .resumeGap: loseSession(error.code, now: now)
        default: refused(.hello(HelloRequest()), error, now: now)
        }
    }

    /// Begins anew on the connection that is there.
    private mutating func loseSession(_ code: ErrorCode?, now: Instant) {
        let wasLeaving = stateBeforeLoss == .leaving
        forgetSession()
        tell(.sessionLost(code: code))
        if wasLeaving, !looksAgain { tell(.left) }
        looksAgain = false
        greet(now: now)
    }
}
