import NetworkImpairment
import RTCCore
import RoomCore
import ServerFronts
import SignalingClients
import SignalingProtocol
import Testing

/// Room clients and a front behind reliable pipes that break, in virtual time, with an oracle beside them.
private struct Harbour {
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
        let client: Int
        var up: ReliablePipe<Upward>
        var down: ReliablePipe<Downward>
        var isOpenAtClient = false
        var isOpenAtServer = false
    }

    struct Caller {
        var client: RoomClient
        var line: Int?
        /// Its process is gone for good.
        var isDead = false
        /// A session was lost: what was under way then may be too.
        var losses = 0
        var id: String?
        /// Of the participant that a gap has cut off.
        var cutOffID: String?
        var received: Set<Int> = []
        var lastFrom: [String: Int] = [:]
        var lastOfferFrom: [String: Int] = [:]
        var joins = 0
        var leaves = 0
        var roster: Set<String> = []
    }

    struct Sent {
        let from: String
        let to: String
        let kind: SignalKind
        let caller: Int
        var isExcused = false
    }

    let front: NativeFront
    let configuration: ServerConfiguration
    var random: SplitMix64
    var now = Instant.origin
    var callers: [Caller] = []
    var lines: [Line] = []
    /// The lines that carry something, or may.
    var inUse: [Int] = []
    var sent: [Sent] = []
    var broken: [String] = []
    var resumes = 0
    var replayed = 0
    var lost: [ErrorCode?: Int] = [:]
    var keptByJoin = 0
    var delivered = 0

    init(seed: UInt64) {
        var configuration = ServerConfiguration(trustLoopback: true)
        configuration.roomLimits.capacity = 6
        configuration.roomTiming.disconnectGrace = [.seconds(4), .seconds(12), .seconds(30)][Int(seed % 3)]
        if seed.isMultiple(of: 4) { configuration.limits.replayEvents = 3 }
        if seed.isMultiple(of: 6) { configuration.roomLimits.pendingEvents = 2 }
        self.configuration = configuration
        front = NativeFront(configuration: configuration, seed: seed, at: .origin)
        random = SplitMix64(seed: seed &+ 1234)
    }

    mutating func pick(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

    // MARK: - What happens

    mutating func step() {
        if callers.count < 2 || (callers.count < 7 && pick(6) == 0) { add() }
        let index = pick(callers.count)
        guard !callers[index].isDead else { return }
        switch pick(16) {
        case 0, 1: breakLine(of: index, serverNotices: pick(3) > 0)
        case 2, 3, 4: connect(index)
        case 5: callers[index].client.ready(now: now)
        case 6 where pick(4) == 0: callers[index].client.leave(now: now)
        case 7: callers[index].client.join(now: now)
        case 8 where pick(10) == 0:
            callers[index].isDead = true
            breakLine(of: index, serverNotices: pick(2) == 0)
        case 9 where pick(8) == 0: closeByServer(index)
        default: signal(from: index)
        }
        for index in callers.indices where callers[index].client.state == .joined && pick(3) > 0 {
            callers[index].client.ready(now: now)
        }
        settle()
        wait(.milliseconds(Int64(pick(4) == 0 ? pick(4000) : pick(300))))
    }

    mutating func add() {
        callers.append(
            Caller(client: RoomClient(name: "bot", room: "room-\(pick(2))", seed: UInt64(callers.count))))
        connect(callers.count - 1)
    }

    mutating func connect(_ index: Int) {
        guard callers[index].line == nil, !callers[index].isDead, callers[index].client.mayReconnect else { return }
        let delay = Duration.milliseconds(Int64(1 + pick(120)))
        var line = Line(client: index, up: ReliablePipe(delay: delay), down: ReliablePipe(delay: delay))
        line.up.offer(.opened, now: now)
        inUse.append(lines.count)
        lines.append(line)
        callers[index].line = lines.count - 1
    }

    /// What is under way is lost on both sides; a server that does not notice hears nothing more.
    mutating func breakLine(of index: Int, serverNotices: Bool) {
        guard let number = callers[index].line else { return }
        callers[index].line = nil
        lines[number].isOpenAtClient = false
        lines[number].up.removeAll()
        lines[number].down.removeAll()
        if serverNotices { lines[number].up.offer(.closed(nil), now: now) }
        callers[index].client.closed(code: nil, reason: "broken", now: now)
    }

    mutating func closeByServer(_ index: Int) {
        guard let number = callers[index].line, lines[number].isOpenAtServer else { return }
        front.overflowed(UInt64(number), now: now)
    }

    mutating func signal(from index: Int) {
        guard !callers[index].isDead, let own = callers[index].client.selfID,
            let to = callers[index].client.peers.randomElement(using: &random)
        else { return }
        let kind = [SignalKind.offer, .answer, .bye, .candidates, .candidates][pick(5)]
        let before = callers[index].client.droppedSignals
        let state = callers[index].client.state
        guard state != .joining, state != .leaving else { return }
        callers[index].client.signal(
            to: to.id, connection: pick(3) == 0 ? "b" : "a", epoch: 1, kind: kind, body: "\(sent.count)", now: now)
        sent.append(
            Sent(
                from: own, to: to.id, kind: kind, caller: index, isExcused: callers[index].client.droppedSignals > before))
    }

    // MARK: - Carrying

    mutating func settle() {
        for index in callers.indices {
            while let text = callers[index].client.nextText() {
                guard let line = callers[index].line else {
                    broken.append("a client without a connection speaks")
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
                    broken.append("the server speaks on a closed connection")
                    continue
                }
                lines[Int(connection)].down.offer(.text(text), now: now)
            case .close(let connection, let code, _):
                lines[Int(connection)].isOpenAtServer = false
                lines[Int(connection)].down.offer(.closed(code), now: now)
            }
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
            callers[lines[number].client].line != number && !lines[number].isOpenAtServer && lines[number].up.isEmpty
                && lines[number].down.isEmpty
        }
    }

    mutating func arriveUp(_ parcel: Upward, _ number: Int) {
        switch parcel {
        case .opened:
            lines[number].isOpenAtServer = true
            front.opened(UInt64(number), url: "ws://server/ws", now: now)
            lines[number].down.offer(.opened, now: now)
        case .text(let text):
            guard lines[number].isOpenAtServer else { return }
            front.received(text, on: UInt64(number), now: now)
        case .closed(let code):
            guard lines[number].isOpenAtServer else { return }
            lines[number].isOpenAtServer = false
            front.closed(UInt64(number), code: code, now: now)
        }
        settle()
    }

    mutating func arriveDown(_ parcel: Downward, _ number: Int) {
        let index = lines[number].client
        guard callers[index].line == number else { return }
        switch parcel {
        case .opened:
            lines[number].isOpenAtClient = true
            callers[index].client.opened(now: now)
        case .text(let text):
            callers[index].client.received(text, now: now)
        case .closed(let code):
            callers[index].line = nil
            callers[index].client.closed(code: code, reason: "", now: now)
        }
        settle()
    }

    // MARK: - The oracle

    mutating func told(_ index: Int, _ event: RoomClientEvent) {
        let client = callers[index].client
        switch event {
        case .protocolBroken(let reason): broken.append("I1–I4, I10: \(reason)")
        case .joined(let id, let peers):
            callers[index].roster = Set(peers.map(\.id))
            callers[index].joins += 1
            if peers.contains(where: { $0.id == id }) { broken.append("I4: a client is its own peer") }
            if let old = callers[index].cutOffID {
                if old == id {
                    keptByJoin += 1
                } else if front.participants(in: client.room).contains(old) {
                    broken.append("I5: '\(old)' stayed beside '\(id)' after a gap")
                }
            }
            callers[index].cutOffID = nil
            callers[index].id = id
            callers[index].lastFrom = [:]
            callers[index].lastOfferFrom = [:]
        case .peerJoined(let peer):
            if !callers[index].roster.insert(peer.id).inserted { broken.append("I4: '\(peer.id)' joined twice") }
        case .peerLeft(let id, _):
            if callers[index].roster.remove(id) == nil { broken.append("I4: '\(id)' left twice") }
        case .resumed(let count):
            resumes += 1
            replayed += count
            if let id = client.selfID, id != callers[index].id { broken.append("I9: another id after a resume") }
            if let id = client.selfID, !front.participants(in: client.room).contains(id), client.state == .ready {
                broken.append("I9: resumed, but gone")
            }
        case .sessionLost(let code):
            lost[code, default: 0] += 1
            callers[index].losses += 1
            callers[index].cutOffID = code == .resumeGap ? callers[index].id : nil
            callers[index].id = nil
            for number in sent.indices where sent[number].caller == index { sent[number].isExcused = true }
        case .signal(let from, _, _, let kind, let body): received(index, from, kind, body)
        case .signalFailed(let to, _, _, let kind, _):
            for number in sent.indices
            where sent[number].caller == index && sent[number].to == to && sent[number].kind == kind {
                sent[number].isExcused = true
            }
        case .refused(let code, _):
            if code != .roomFull, code != .timeout, code != .conflict { broken.append("refused: \(code)") }
        case .left: callers[index].id = nil
        // A new session that is lost before its join has nothing to take over.
        case .closed: callers[index].cutOffID = nil
        default: break
        }
    }

    mutating func received(_ index: Int, _ from: String, _ kind: SignalKind, _ body: String) {
        for number in body.split(separator: "\n").compactMap({ Int($0) }) {
            let message = sent[number]
            if message.from != from { broken.append("I6: \(number) from '\(from)', not '\(message.from)'") }
            if message.to != callers[index].client.selfID { broken.append("I6: \(number) reached a third party") }
            if !callers[index].received.insert(number).inserted { broken.append("I6: \(number) came twice") }
            let isOffer = kind == .offer
            let last = isOffer ? callers[index].lastOfferFrom[from] : callers[index].lastFrom[from]
            if let last, number <= last { broken.append("I6: \(number) came after \(last)") }
            if isOffer { callers[index].lastOfferFrom[from] = number } else { callers[index].lastFrom[from] = number }
            delivered += 1
        }
    }

    /// Everyone who lives comes back, and all is quiet.
    mutating func quiesce() {
        for _ in 0..<60 {
            for index in callers.indices {
                connect(index)
                if callers[index].client.state == .joined { callers[index].client.ready(now: now) }
            }
            settle()
            wait(.seconds(1))
        }
        for index in callers.indices { check(index) }
        checkDelivery()
    }

    private mutating func check(_ index: Int) {
        let client = callers[index].client
        guard !callers[index].isDead else {
            if let id = client.selfID, front.participants(in: client.room).contains(id) { broken.append("I5: a ghost") }
            return
        }
        guard client.state == .ready else {
            if client.state != .outside, client.mayReconnect { broken.append("a client is stuck in \(client.state)") }
            return
        }
        let others = front.participants(in: client.room).filter { $0 != client.selfID }
        if client.peers.map(\.id) != others { broken.append("I1: \(client.peers.map(\.id)) instead of \(others)") }
        if Set(others) != callers[index].roster { broken.append("I1: events tell another roster") }
        if client.peers.contains(where: \.isReconnecting) { broken.append("I1: a peer seems to be reconnecting") }
    }

    /// Between two who are still there, nothing was lost that nobody was told of.
    private mutating func checkDelivery() {

        for (number, message) in sent.enumerated() where !message.isExcused && !callers[message.caller].isDead {
            guard callers[message.caller].client.selfID == message.from,
                let receiver = callers.firstIndex(where: { $0.client.selfID == message.to }), !callers[receiver].isDead,
                callers[receiver].losses == 0, !callers[receiver].received.contains(number)
            else { continue }
            if message.kind == .offer,
                sent[(number + 1)...].contains(where: { $0.kind == .offer && $0.to == message.to && $0.from == message.from })
            {
                continue
            }
            broken.append("I6: \(number) (\(message.kind)) was lost")
        }
    }

    mutating func end() {
        for index in callers.indices {
            callers[index].isDead = true
            breakLine(of: index, serverNotices: true)
        }
        wait(configuration.timing.idle + configuration.roomTiming.disconnectGrace + .seconds(2))
        let metrics = front.metrics
        let left = metrics.rooms + metrics.participants + metrics.sessions + metrics.connections
        if left != 0 { broken.append("I13: \(metrics) is left") }
    }
}

@Suite("What is promised to clients whose connections break", .serialized)
struct ResumeInvariantTests {
    @Test("I1 to I6, I9, I10 and I13 hold over two thousand seeds", arguments: 0..<8)
    func seeds(part: Int) {
        var resumes = 0
        var replayed = 0
        var delivered = 0
        var kept = 0
        var lost: [ErrorCode?: Int] = [:]
        for seed in UInt64(part * 250)..<UInt64(part * 250 + 250) {
            var harbour = Harbour(seed: seed)
            for _ in 0..<70 { harbour.step() }
            harbour.quiesce()
            harbour.end()
            #expect(harbour.broken.isEmpty, "seed \(seed)")
            resumes += harbour.resumes
            replayed += harbour.replayed
            delivered += harbour.delivered
            kept += harbour.keptByJoin
            lost.merge(harbour.lost, uniquingKeysWith: +)
        }
        let counts = [resumes, replayed, delivered, kept, lost[.resumeExpired, default: 0], lost[.resumeGap, default: 0]]
        #expect(counts.allSatisfy { $0 > 3 }, "\(counts)")
        #expect(lost[.resumeUnknown] == nil)
    }
}
