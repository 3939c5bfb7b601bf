import RTCCore
import SignalingProtocol

extension RoomClient {
    /// Asks now, or once the lost session goes on.
    mutating func request(_ request: Request, now: Instant) {
        let next = Pending(id: nextID, request: request, answerBy: now + timing.reply)
        nextID += 1
        if stateBeforeLoss != nil, state == .greeting, let hello = pending.popLast() {
            pending.append(next)
            pending.append(hello)
            return
        }
        pending.append(next)
        if stateBeforeLoss == nil { send(next, now: now) }
    }

    mutating func send(_ pending: Pending, now: Instant) {
        let seq = lastSeq > acknowledged ? lastSeq : nil
        say(ClientFrame.request(id: pending.id, pending.request, acknowledged: seq).text)
        if let seq { acknowledged = seq }
        acknowledgeAt = nil
        if case .ping = pending.request, silentAt == nil, !isSilent { silentAt = now + timing.silence }
        schedulePing(now: now)
    }

    mutating func acknowledge() {
        acknowledgeAt = nil
        guard lastSeq > acknowledged else { return }
        acknowledged = lastSeq
        say(ClientFrame.acknowledgement(lastSeq).text)
    }

    /// Pings are drawn from 80 % to 100 % of the server's interval, so that bots do not march in step.
    mutating func schedulePing(now: Instant) {
        guard let pingInterval else { return }
        pingAt = now + pingInterval * (0.8 + 0.2 * random.unitInterval())
    }

    mutating func enter(now: Instant) {
        state = .joining
        request(.join(JoinRequest(room: room, name: name, mode: mode, create: create)), now: now)
    }

    mutating func timeOut(_ pending: Pending, now: Instant) {
        overdue.append(pending)
        if overdue.count > timing.waitingRequests { overdue.removeFirst() }
        refused(pending.request, RequestError(.timeout, "no reply to '\(pending.request.type)'"), now: now)
    }

    mutating func answered(_ id: Int64, _ reply: Reply, now: Instant) {
        guard let index = pending.firstIndex(where: { $0.id == id }) else {
            if let late = overdue.firstIndex(where: { $0.id == id }) {
                silentAt = nil
                isSilent = false
                answeredLate(overdue.remove(at: late).request, reply, now: now)
            } else if id == 0, case .refused(let error) = reply {
                tell(.protocolBroken("\(error.code.rawValue): \(error.message)"))
            } else {
                tell(.protocolBroken("a second reply to request \(id), or one that was never sent"))
            }
            return
        }
        guard stateBeforeLoss == nil || index == pending.count - 1 else {
            tell(.protocolBroken("a reply to request \(id) before the one to 'hello'"))
            return
        }
        let request = pending.remove(at: index).request
        if case .ping = request {
            silentAt = nil
            isSilent = false
        }
        switch reply {
        case .refused(let error):
            if let milliseconds = error.retryMilliseconds { retryAfter = Self.duration(milliseconds: milliseconds) }
            if case .hello(let hello) = request, hello.resume != nil {
                refusedToResume(error, now: now)
            } else if case .refreshToken(let token) = request, pass != nil {
                refusedRefresh(of: token, now: now)
            } else {
                refused(request, error, now: now)
            }
        case .ok(let result): granted(request, result, now: now)
        }
    }

    /// What a slow connection brings after the client has given up still says where the client is.
    private mutating func answeredLate(_ request: Request, _ reply: Reply, now: Instant) {
        guard case .ok(let result) = reply else { return }
        switch request {
        case .join where state == .outside || state == .joining: granted(request, result, now: now)
        case .leave where state == .leaving: granted(request, result, now: now)
        default: break
        }
    }

    /// What a server writes may be anything; more than an hour is an hour.
    static func duration(milliseconds: Int64) -> Duration {
        .milliseconds(min(max(0, milliseconds), 3_600_000))
    }

    private mutating func granted(_ request: Request, _ result: JSONObject, now: Instant) {
        switch request {
        case .hello(let hello):
            guard let welcome = Welcome(result) else {
                tell(.protocolBroken("a welcome without session or ping_ms"))
                return
            }
            iceServers = welcome.iceServers.first(urls: timing.iceServers)
            if iceServers != welcome.iceServers {
                tell(.protocolBroken("more than \(timing.iceServers) URLs of ICE servers"))
            }
            pingInterval = max(timing.shortestPing, Self.duration(milliseconds: welcome.pingMilliseconds))
            retryAfter = nil
            if hello.resume != nil { goOn(welcome, now: now) } else { begin(welcome, now: now) }
        case .join where result["status"]?.stringValue == "waiting":
            state = .waiting
            takePass(result, now: now)
            tell(.waiting(participant: result["participant"]?.stringValue ?? ""))
            takeEarly(now: now)
        case .join:
            guard let snapshot = RoomSnapshot(result) else {
                tell(.protocolBroken("a join's reply without participant, rev or room"))
                return
            }
            takePass(result, now: now)
            wentIn(snapshot, now: now)
        case .refreshToken where result["token"] != nil:
            takePass(result, now: now)
        case .leave:
            hasLeft(now: now)
        case .ready, .signal, .ping, .stats, .unknown:
            break
        case .chat(let chat):
            guard let message = result["mid"]?.integerValue else {
                tell(.protocolBroken("a reply to 'chat.send' without its 'mid'"))
                return
            }
            tell(.said(message: message, chat))
        case .chatHistory:
            guard let history = ChatHistory(result) else {
                tell(.protocolBroken("a reply to 'chat.history' without 'messages'"))
                return
            }
            if isCatchingUp { catchUp(history, now: now) } else { tell(.history(history)) }
        default:
            if case .enqueue = request { isQueued = true }
            if case .cancelMatch = request { isQueued = false }
            tell(.done(request))
        }
    }

    mutating func wentIn(_ snapshot: RoomSnapshot, now: Instant) {
        state = .joined
        selfID = snapshot.participant
        peers = snapshot.peers.prefix(timing.participants).map(RemoteParticipant.init)
        role = snapshot.role
        permissions = snapshot.permissions
        media = snapshot.media
        settings = snapshot.settings
        hands = snapshot.hands
        spotlight = snapshot.spotlight
        speaker = snapshot.speaker
        lobby = snapshot.lobby
        lastRev = snapshot.rev
        tell(.joined(selfID: snapshot.participant, peers: peers))
        if lastSelfID == snapshot.participant {
            isCatchingUp = true
            self.request(.chatHistory(ChatHistoryRequest(after: lastMessage, limit: 100)), now: now)
        } else {
            lastMessage = 0
            fetchedMessage = 0
        }
        lastSelfID = snapshot.participant
        takeEarly(now: now)
    }

    private mutating func hasLeft(now: Instant) {
        wentOut()
        guard looksAgain, let match else { return tell(.left) }
        looksAgain = false
        enqueue(match, now: now)
    }

    mutating func wentOut() {
        state = .outside
        selfID = nil
        peers = []
        early = []
        lobby = []
        hands = []
        laterMessages = []
        isCatchingUp = false
    }

    mutating func refused(_ request: Request, _ error: RequestError, now: Instant) {
        switch request {
        case .signal(let signal):
            tell(
                .signalFailed(
                    to: signal.to, connection: signal.connection, epoch: Int(signal.epoch), kind: signal.kind, code: error.code))
        case .ping, .stats, .unknown:
            break
        case .join where error.code == .alreadyJoined && selfID != nil:
            // The answer to an earlier wish to join came late.
            break
        case .leave where error.code == .conflict:
            hasLeft(now: now)
        case .hello where stateBeforeLoss != nil:
            // The session may still be there: another connection may ask again.
            state = .lost
            tell(.refused(code: error.code, message: error.message))
        case .hello, .join:
            wentOut()
            tell(.refused(code: error.code, message: error.message))
        case .ready, .leave:
            tell(.refused(code: error.code, message: error.message))
        case .chatHistory where isCatchingUp:
            isCatchingUp = false
            for message in laterMessages { take(message) }
            laterMessages = []
        default:
            if case .enqueue = request { isQueued = false }
            tell(.failed(request, code: error.code))
        }
    }
}
