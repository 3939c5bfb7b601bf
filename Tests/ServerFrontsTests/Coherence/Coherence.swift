import NetworkImpairment
import RTCCore
import RoomCore
import ServerFronts
import SignalingClients
import SignalingProtocol

/// Room clients and a front behind pipes that break and stall, in virtual time, with an oracle on the wire between them.
struct Coherence {
    enum Upward {
        case opened
        case text(String)
        case closed(UInt16?)
    }

    enum Downward {
        case opened
        case text(String)
        case closed(UInt16)
    }

    /// One connection with its two directions.
    struct Line {
        let caller: Int
        var up: ReliablePipe<Upward>
        var down: ReliablePipe<Downward>
        var isOpenAtServer = false
        /// The client does not read: what the server sends waits on its side.
        var isStalled = false
        var unread: [Downward] = []
        var unreadBytes = 0
        /// A session of this caller speaks on it.
        var hasSession = false
    }

    struct Caller {
        var client: RoomClient
        let identity: String?
        var line: Int?
        var isDead = false
        /// Was stalled, or cut off without the server's knowledge: requests may time out.
        var isExcused = false
        var id: String?
        var received: [String] = []
    }

    /// What a member must have heard at the end, if it is still the same.
    struct Expectation {
        let receiver: String
        let text: String
    }

    static let capacity = 4
    static let rooms = ["open", "lobby"]

    let front: NativeFront
    let configuration: ServerConfiguration
    let fault: CoherenceFault?
    var now = Instant.origin
    var callers: [Caller] = []
    var lines: [Line] = []
    var inUse: [Int] = []
    var oracle = CoherenceOracle()
    var said = 0
    var reconnects: SplitMix64

    init(seed: UInt64, fault: CoherenceFault? = nil) {
        var configuration = ServerConfiguration(trustLoopback: true)
        configuration.roomLimits.capacity = fault == .takesOneTooMany ? Self.capacity + 2 : Self.capacity
        configuration.roomTiming.disconnectGrace = [.seconds(4), .seconds(12)][Int(seed % 2)]
        configuration.limits.outboundQueue = 6000
        if seed % 3 == 1 { configuration.limits.replayEvents = 2 }
        if seed % 5 == 1 { configuration.roomLimits.pendingEvents = 2 }
        oracle.grace = configuration.roomTiming.disconnectGrace
        if fault == .keepsAGhost { configuration.roomTiming.disconnectGrace = .seconds(60) }
        self.configuration = configuration
        self.fault = fault
        front = NativeFront(configuration: configuration, seed: seed, at: .origin)
        reconnects = SplitMix64(seed: seed &+ 77)
    }

    static func steps(seed: UInt64, count: Int = 110) -> [CoherenceStep] {
        var random = SplitMix64(seed: seed &+ 4321)
        return (0..<count).map { _ in CoherenceStep(random: &random) }
    }

    /// - Returns: What was broken, in order; empty where all held.
    static func run(_ steps: [CoherenceStep], seed: UInt64, fault: CoherenceFault? = nil) -> Coherence {
        var run = Coherence(seed: seed, fault: fault)
        for step in steps { run.perform(step) }
        run.quiesce()
        run.end()
        return run
    }

    // MARK: - What happens

    private mutating func perform(_ step: CoherenceStep) {
        if callers.count < 2 || (step.kind == .add && callers.count < 9) { add(step) }
        let index = step.who % callers.count
        if !callers[index].isDead { act(step, index) }
        for index in callers.indices where callers[index].client.state == .joined && (step.what + index) % 3 > 0 {
            callers[index].client.ready(now: now)
        }
        settle()
        wait(.milliseconds(step.milliseconds))
        for room in Self.rooms { oracle.checkRoom(room, front.participants(in: room), capacity: Self.capacity, at: now) }
    }

    private mutating func add(_ step: CoherenceStep) {
        let room = Self.rooms[step.what % 2]
        let identity = step.who % 4 == 0 ? "identity-\(step.what % 3)" : nil
        let client = RoomClient(
            name: "bot", room: room, seed: UInt64(callers.count), token: identity,
            create: callers.count < 3 || step.who % 3 == 0 ? RoomSettings(lobby: room == "lobby") : nil,
            tab: step.who % 5 == 0 ? "tab-\(callers.count)-0000" : nil)
        callers.append(Caller(client: client, identity: identity))
        connect(callers.count - 1)
    }

    private mutating func act(_ step: CoherenceStep, _ index: Int) {
        let peers = callers[index].client.peers
        let peer = peers.isEmpty ? nil : peers[step.what % peers.count].id
        let ask = { (caller: inout Caller, now: Instant, request: Request) in
            if caller.client.permissions.isEmpty == false { caller.client.ask(request, now: now) }
        }
        switch step.kind {
        case .add: break
        case .connect: connect(index)
        case .breakUnnoticed: breakLine(of: index, isNoticed: false)
        case .breakNoticed: breakLine(of: index, isNoticed: true)
        case .leave:
            callers[index].client.leave(now: now)
        case .join: callers[index].client.join(now: now)
        case .die:
            callers[index].isDead = true
            breakLine(of: index, isNoticed: step.what % 2 == 0)
        case .stall:
            guard let line = callers[index].line else { return }
            lines[line].isStalled = true
            callers[index].isExcused = true
        case .read: read(index)
        case .overflow:
            guard let line = callers[index].line, lines[line].isOpenAtServer else { return }
            front.overflowed(UInt64(line), now: now)
        case .signal:
            guard let peer else { return }
            said += 1
            let kind = [SignalKind.offer, .answer, .bye, .candidates, .candidates][step.what % 5]
            callers[index].client.signal(
                to: peer, connection: step.what % 3 == 0 ? "b" : "a", epoch: 1, kind: kind, body: "\(said)", now: now)
            oracle.sent(said, from: callers[index].client.selfID ?? "", to: peer)
        case .chat, .whisper:
            said += 1
            let to = step.kind == .whisper ? peer : nil
            ask(&callers[index], now, .chat(ChatRequest(text: "text \(said)", to: to, clientID: "\(said)")))
        case .react: ask(&callers[index], now, .react(emoji: "👍", target: nil))
        case .hand: ask(&callers[index], now, step.what % 3 == 0 ? .lowerHand(participant: nil) : .raiseHand)
        case .media:
            ask(&callers[index], now, .update(ParticipantUpdate(media: [.microphone: step.what % 3 > 0])))
        case .level: ask(&callers[index], now, .stats(StatsReport(audioLevel: Double(step.what % 10) / 10, roundTrip: 50)))
        case .rename: ask(&callers[index], now, .update(ParticipantUpdate(name: "name \(step.what)")))
        case .kick: if let peer { ask(&callers[index], now, .kick(KickRequest(participant: peer))) }
        case .ban: if let peer { ask(&callers[index], now, .kick(KickRequest(participant: peer, banSeconds: 5))) }
        case .mute:
            if let peer {
                ask(&callers[index], now, .mute(MuteRequest(participant: peer, source: .microphone, hard: step.what % 2 == 0)))
            }
        case .askUnmute: if let peer { ask(&callers[index], now, .askUnmute(participant: peer, .microphone)) }
        case .role:
            if let peer {
                ask(&callers[index], now, .setRole(participant: peer, [Role.cohost, .speaker, .viewer, .host][step.who % 4]))
            }
        case .lock: ask(&callers[index], now, .lock(step.what % 3 == 0))
        case .admit:
            for waiting in callers[index].client.lobby { ask(&callers[index], now, .admit(participant: waiting.participant)) }
        case .deny:
            if let waiting = callers[index].client.lobby.first {
                ask(&callers[index], now, .deny(participant: waiting.participant, reason: ""))
            }
        case .end: if step.what % 4 == 0 { ask(&callers[index], now, .end(reason: "")) }
        case .wait: wait(.milliseconds(step.milliseconds))
        }
    }

    private mutating func connect(_ index: Int) {
        guard callers[index].line == nil, !callers[index].isDead, callers[index].client.mayReconnect else { return }
        let delay = Duration.milliseconds(Int64(1 + reconnects.next() % 60))
        var line = Line(caller: index, up: ReliablePipe(delay: delay), down: ReliablePipe(delay: delay))
        line.up.offer(.opened, now: now)
        inUse.append(lines.count)
        lines.append(line)
        callers[index].line = lines.count - 1
    }

    /// What is under way is lost on both sides; a server that does not notice hears nothing more.
    private mutating func breakLine(of index: Int, isNoticed: Bool) {
        guard let number = callers[index].line else { return }
        callers[index].line = nil
        lines[number].up.removeAll()
        lines[number].down.removeAll()
        lines[number].unread = []
        lines[number].isStalled = false
        if isNoticed { lines[number].up.offer(.closed(nil), now: now) }
        callers[index].client.closed(code: nil, reason: "broken", now: now)
    }

    private mutating func read(_ index: Int) {
        guard let number = callers[index].line, lines[number].isStalled else { return }
        lines[number].isStalled = false
        for parcel in lines[number].unread { lines[number].down.offer(parcel, now: now) }
        lines[number].unread = []
        lines[number].unreadBytes = 0
    }

    // MARK: - Carrying

    mutating func settle() {
        for index in callers.indices {
            while let text = callers[index].client.nextText() {
                guard let line = callers[index].line else {
                    oracle.broken.append("a client without a connection speaks")
                    continue
                }
                lines[line].up.offer(.text(text), now: now)
            }
            while let event = callers[index].client.nextEvent() { told(index, event) }
        }
        while let output = front.nextOutput() {
            switch output {
            case .send(let connection, let text):
                guard lines[Int(connection)].isOpenAtServer else {
                    oracle.broken.append("the server speaks on a closed connection")
                    continue
                }
                for text in spoiled(text, for: lines[Int(connection)].caller) { send(text, on: Int(connection)) }
            case .close(let connection, let code, _):
                lines[Int(connection)].isOpenAtServer = false
                if CloseCode(rawValue: code)?.allowsResume ?? true { lost(Int(connection)) }
                push(.closed(code), on: Int(connection), bytes: 0)
            }
        }
    }

    private mutating func send(_ text: String, on number: Int) {
        let caller = lines[number].caller
        // Whose client does not know yet that it is in has no message to miss.
        let members = front.participants(in: callers[caller].client.room).filter { id in
            callers.contains { $0.client.selfID == id }
        }
        if oracle.told(caller, text, members: members, at: now) {
            for line in lines.indices where lines[line].caller == caller { lines[line].hasSession = line == number }
        }
        push(.text(text), on: number, bytes: text.utf8.count)
        if lines[number].unreadBytes > configuration.limits.outboundQueue, lines[number].isOpenAtServer {
            lines[number].unreadBytes = 0
            front.overflowed(UInt64(number), now: now)
        }
    }

    private mutating func lost(_ number: Int) {
        if lines[number].hasSession { oracle.lost(lines[number].caller, at: now) }
        lines[number].hasSession = false
    }

    private mutating func push(_ parcel: Downward, on number: Int, bytes: Int) {
        if lines[number].isStalled {
            lines[number].unread.append(parcel)
            lines[number].unreadBytes += bytes
        } else {
            lines[number].down.offer(parcel, now: now)
        }
    }

    mutating func wait(_ duration: Duration) {
        let end = now + duration
        while true {
            var next = front.deadline
            for number in inUse {
                next = earliest(next, earliest(lines[number].up.deadline, lines[number].down.deadline))
            }
            for caller in callers where !caller.isDead { next = earliest(next, caller.client.deadline) }
            guard let next, next <= end else { break }
            now = max(now, next)
            front.advance(to: now)
            settle()
            for index in callers.indices where !callers[index].isDead { callers[index].client.advance(to: now) }
            settle()
            for number in inUse {
                while let parcel = lines[number].up.nextRelease(at: now) { arriveUp(parcel, number) }
                while let parcel = lines[number].down.nextRelease(at: now) { arriveDown(parcel, number) }
            }
        }
        now = end
        inUse.removeAll { number in
            callers[lines[number].caller].line != number && !lines[number].isOpenAtServer && lines[number].up.isEmpty
                && lines[number].down.isEmpty
        }
    }

    private mutating func arriveUp(_ parcel: Upward, _ number: Int) {
        switch parcel {
        case .opened:
            lines[number].isOpenAtServer = true
            front.opened(UInt64(number), url: "ws://server/ws", now: now)
            push(.opened, on: number, bytes: 0)
        case .text(let text):
            guard lines[number].isOpenAtServer else { return }
            if text.hasSuffix(#""t":"chat.send"}"#), case .request(let id, .chat(let chat), _)? = try? ClientFrame(text) {
                oracle.asked(lines[number].caller, id: id, chat)
            }
            front.received(text, on: UInt64(number), now: now)
        case .closed(let code):
            guard lines[number].isOpenAtServer else { return }
            lines[number].isOpenAtServer = false
            lost(number)
            front.closed(UInt64(number), code: code, now: now)
        }
        settle()
    }

    private mutating func arriveDown(_ parcel: Downward, _ number: Int) {
        let index = lines[number].caller
        guard callers[index].line == number else { return }
        switch parcel {
        case .opened: callers[index].client.opened(now: now)
        case .text(let text):
            if callers[index].client.state == .waiting { oracle.checkLobby(text) }
            callers[index].client.received(text, now: now)
        case .closed(let code):
            callers[index].line = nil
            callers[index].client.closed(code: code, reason: "", now: now)
        }
        settle()
    }

    // MARK: - The oracle's other half: what clients say

    private mutating func told(_ index: Int, _ event: RoomClientEvent) {
        let client = callers[index].client
        switch event {
        case .protocolBroken(let reason): oracle.blame(reason)
        case .joined(let id, let peers):
            if peers.contains(where: { $0.id == id }) { oracle.broken.append("I4: a client is its own peer") }
            callers[index].id = id
        case .resumed:
            oracle.resumes += 1
            if let id = client.selfID, let before = callers[index].id, id != before {
                oracle.broken.append("I9: another id after a resume")
            }
        case .sessionLost(let code):
            oracle.lostSessions[code, default: 0] += 1
            if callers[index].id != nil, code == nil { oracle.broken.append("I9: a session could not be resumed") }
            callers[index].id = nil
        case .left, .denied, .roomEnded: callers[index].id = nil
        case .chat(let message):
            callers[index].received.append("\(client.selfID ?? "")|\(message.text)")
        case .signal(let from, _, _, let kind, let body): oracle.received(body, kind, from: from, by: client.selfID ?? "")
        case .refused(let code, _):
            if client.selfID == nil { callers[index].id = nil }
            if code == .timeout, !callers[index].isExcused { oracle.broken.append("I10: no reply") }
        case .failed(_, let code):
            if code == .timeout, !callers[index].isExcused { oracle.broken.append("I10: no reply") }
        case .closed: break
        default: break
        }
    }

    // MARK: - The end

    /// Everyone who lives comes back, and all is quiet.
    private mutating func quiesce() {
        for _ in 0..<40 {
            for index in callers.indices {
                read(index)
                connect(index)
                if callers[index].client.state == .joined { callers[index].client.ready(now: now) }
            }
            settle()
            wait(.seconds(1))
            for room in Self.rooms { oracle.checkRoom(room, front.participants(in: room), capacity: Self.capacity, at: now) }
        }
        for index in callers.indices { check(index) }
    }

    private mutating func check(_ index: Int) {
        let client = callers[index].client
        guard !callers[index].isDead else {
            if let id = client.selfID, front.participants(in: client.room).contains(id) {
                oracle.broken.append("I5: a ghost, '\(id)'")
            }
            return
        }
        guard client.state == .ready, let own = client.selfID else {
            if client.state != .outside, client.state != .waiting, client.mayReconnect {
                oracle.broken.append("a client is stuck in \(client.state)")
            }
            return
        }
        let others = front.participants(in: client.room).filter { $0 != own }
        if client.peers.map(\.id) != others { oracle.broken.append("I1: \(own) sees \(client.peers.map(\.id)), not \(others)") }
        let heard = callers[index].received
        if Set(heard).count != heard.count { oracle.broken.append("I7: a message came twice to '\(own)'") }
        for expectation in oracle.expectations where expectation.receiver == own {
            oracle.checkedMessages += 1
            if !heard.contains("\(own)|\(expectation.text)") {
                oracle.broken.append("I7: '\(expectation.text)' did not reach '\(own)'")
            }
        }
        let seen = Dictionary(client.peers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for other in callers where !other.isDead && other.client.state == .ready && other.client.room == client.room {
            guard let id = other.client.selfID, let peer = seen[id] else { continue }
            if peer.media != other.client.media || peer.role != other.client.role {
                oracle.broken.append(
                    "I1: '\(own)' sees '\(id)' as \(peer.role), \(peer.media), not \(other.client.role), \(other.client.media)")
            }
            if other.client.hands != client.hands || other.client.settings != client.settings {
                oracle.broken.append("I1: '\(own)' and '\(id)' see other hands or settings")
            }
        }
    }

    private mutating func end() {
        for index in callers.indices where fault != .keepsASession || index > 0 {
            callers[index].isDead = true
            breakLine(of: index, isNoticed: true)
        }
        wait(configuration.timing.idle + oracle.grace + .seconds(4))
        let metrics = front.metrics
        let left =
            metrics.rooms + metrics.participants + metrics.sessions + metrics.connections + metrics.waiting + metrics.queued
        if left != 0 { oracle.broken.append("I13: \(metrics.rooms) rooms, \(metrics.sessions) sessions are left") }
    }

    // MARK: - Faults

    /// What a server with the fault would send instead.
    private mutating func spoiled(_ text: String, for caller: Int) -> [String] {
        guard let fault, !oracle.hasFaulted || fault == .tellsTheLobby || fault == .forwardsAfterAKick else { return [text] }
        switch fault {
        case .forgetsToTellOfANewcomer where text.contains(#""t":"peer_joined""#):
            oracle.hasFaulted = true
            guard case .event(_, let seq, let rev)? = try? ServerFrame(text) else { return [text] }
            return [ServerFrame.event(.unknown(type: "later"), seq: seq, rev: rev).text]
        case .dropsAnEvent where text.contains(#""seq":"#):
            oracle.hasFaulted = true
            return []
        case .tellsAnOldRevision where text.contains(#""rev":"#) && text.contains(#""t":"peer_joined""#):
            oracle.hasFaulted = true
            guard case .event(let event, let seq, _)? = try? ServerFrame(text) else { return [text] }
            return [ServerFrame.event(event, seq: seq, rev: 0).text]
        case .tellsOfALeaveTwice where text.contains(#""t":"peer_left""#):
            oracle.hasFaulted = true
            guard case .event(let event, _, _)? = try? ServerFrame(text) else { return [text] }
            return [text, ServerFrame.event(event, seq: nil, rev: nil).text]
        case .swapsSenders where text.contains(#""t":"signal""#):
            oracle.hasFaulted = true
            guard case .event(.signal(_, let connection, let epoch, let kind, let body), let seq, _)? = try? ServerFrame(text)
            else { return [text] }
            return [
                ServerFrame.event(
                    .signal(from: "p_other", connection: connection, epoch: epoch, kind: kind, body: body), seq: seq, rev: nil
                ).text
            ]
        case .dropsAMessageOfTheChat where text.contains(#""t":"chat""#):
            oracle.hasFaulted = true
            guard case .event(_, let seq, let rev)? = try? ServerFrame(text) else { return [text] }
            return [ServerFrame.event(.unknown(type: "later"), seq: seq, rev: rev).text]
        case .forwardsAfterAKick where text.contains(#""reason":"kicked""#) && text.contains(#""t":"peer_left""#):
            guard case .event(.peerLeft(let participant, _), _, _)? = try? ServerFrame(text) else { return [text] }
            return [text, ServerFrame.event(.reaction(from: participant, emoji: "x", target: nil), seq: nil, rev: nil).text]
        case .forgetsWhoResumes where text.contains(#""t":"resumed""#):
            guard let id = callers[caller].id else { return [text] }
            oracle.hasFaulted = true
            let snapshot = ServerFrame.event(.peerLeft(participant: id, reason: "disconnected"), seq: nil, rev: nil)
            return [text, snapshot.text]
        case .repliesTwice where text.contains(#""re":"#):
            oracle.hasFaulted = true
            return [text, text]
        case .tellsTheLobby where callers[caller].client.state == .waiting && text.contains(#""re":"#):
            return [text, ServerFrame.event(.hands(["p_secret"]), seq: nil, rev: nil).text]
        default: return [text]
        }
    }
}
