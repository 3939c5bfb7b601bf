import RTCCore
import RoomCore
import SignalingProtocol
import Testing

/// Clients that do anything in any order, and the promises that must hold for each of them.
private struct Crowd {
    struct Client {
        let key: SessionKey
        var isOpen = true
        /// Without a connection, and may come back.
        var isLost = false
        var participant: String?
        var room = ""
        var roster: [String] = []
        var rev: Int64 = 0
        var seq: Int64 = 0
        var lastFrom: [String: Int] = [:]
        var lastOfferFrom: [String: Int] = [:]
        /// What ``RoomCore/waiting(for:now:)`` promised is still to be told.
        var heard = 0
        var unanswered: Int64?
    }

    var core: RoomCore
    var random: SplitMix64
    var clients: [Client] = []
    var now = Instant.origin
    var nextID: Int64 = 1
    var accepted: [Int: (sender: String, to: String)] = [:]
    var sent = 0
    var broken: [String] = []
    var resumed = 0
    var takenOver = 0
    let capacity: Int

    init(seed: UInt64) {
        var timing = RoomTiming()
        timing.disconnectGrace = seed.isMultiple(of: 2) ? .zero : .seconds(3)
        timing.signalExpiry = seed.isMultiple(of: 3) ? .seconds(2) : .seconds(10)
        var limits = RoomLimits()
        limits.capacity = 5
        limits.meshCapacity = 3
        limits.pendingEvents = seed % 3 == 1 ? 1 : 512
        capacity = 5
        core = RoomCore(limits: limits, timing: timing, seed: seed)
        random = SplitMix64(seed: seed &+ 99)
    }

    mutating func pick(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

    mutating func ask(_ index: Int, _ command: RoomCommand) {
        guard clients[index].isOpen else { return }
        clients[index].unanswered = nextID
        core.perform(command, id: nextID, for: clients[index].key, now: now)
        nextID += 1
        check()
        if let id = clients[index].unanswered, clients[index].isOpen { broken.append("I10: no reply to \(id)") }
    }

    mutating func step() {
        if clients.count < 3 || pick(12) == 0 {
            let identity = pick(3) == 0 ? "identity-\(pick(3))" : nil
            clients.append(Client(key: core.open(identity: identity).key))
        }
        let index = pick(clients.count)
        switch pick(11) {
        case 0, 1, 2:
            let policies = DuplicatePolicy.allCases
            let request = JoinRequest(
                room: "room-\(pick(3))", name: "n", mode: pick(3) == 0 ? .mesh : .auto, duplicate: policies[pick(policies.count)])
            ask(index, .join(request))
        case 3:
            ask(index, .ready)
        case 4, 5, 6:
            sendSignal(from: index)
        case 7:
            if pick(2) == 0 { ask(index, .leave) }
        case 8:
            guard clients[index].isOpen, pick(3) == 0 else { return }
            clients[index].isOpen = false
            clients[index].isLost = true
            core.disconnected(clients[index].key, now: now)
            check()
        case 9:
            if let lost = clients.indices.filter({ clients[$0].isLost }).randomElement(using: &random) { comeBack(lost) }
        default:
            advance(.milliseconds(pick(2500)))
        }
    }

    mutating func comeBack(_ index: Int) {
        guard clients[index].isLost else { return }
        let before = clients[index]
        guard let waiting = core.waiting(for: before.key, now: now) else {
            clients[index].isLost = false
            clients.append(Client(key: core.open(succeeding: before.key).key))
            let newcomer = clients.count - 1
            ask(newcomer, .join(JoinRequest(room: before.room, name: "n")))
            guard clients[newcomer].participant == before.participant else {
                broken.append("I9: the id changed within the grace")
                return
            }
            takenOver += 1
            return
        }
        clients[index].isLost = false
        clients[index].isOpen = true
        clients[index].heard = 0
        core.resumed(before.key, now: now)
        check()
        if clients[index].heard != waiting { broken.append("\(clients[index].heard) events came instead of \(waiting)") }
        if let participant = before.participant, !core.participants(in: before.room).contains(participant) {
            broken.append("I9: gone within the grace")
        }
        resumed += 1
    }

    mutating func sendSignal(from index: Int) {
        let others = clients.compactMap(\.participant)
        guard !others.isEmpty, let sender = clients[index].participant, clients[index].isOpen else { return }
        let to = others[pick(others.count)]
        sent += 1
        accepted[sent] = (sender, to)
        let kinds = [SignalKind.offer, .answer, .bye, .candidates, .candidates, .candidates]
        let kind = kinds[pick(kinds.count)]
        ask(
            index,
            .signal(
                SignalRequest(
                    to: to, connection: pick(4) == 0 ? "b" : "a", epoch: Int64(sent / 50), kind: kind,
                    body: kind.body("\(sent)").text)))
    }

    mutating func advance(_ duration: Duration) {
        let end = now + duration
        while let deadline = core.deadline, deadline <= end {
            now = max(now, deadline)
            core.advance(to: now)
            check()
        }
        now = end
    }

    mutating func check() {
        while let output = core.nextOutput() {
            switch output {
            case .reply(let key, let id, let reply): replied(key, id, reply)
            case .event(let key, let seq, let rev, let event): happened(key, seq, rev, event)
            case .volatile: break
            case .end(let key, _, _):
                guard let index = clients.firstIndex(where: { $0.key == key }) else { continue }
                clients[index].isOpen = false
                clients[index].participant = nil
            case .over(let key):
                guard let index = clients.firstIndex(where: { $0.key == key }) else { continue }
                if clients[index].isOpen { broken.append("a session that is open is over") }
                clients[index].isLost = false
                clients[index].participant = nil
            }
        }
        for room in 0..<3 where core.participants(in: "room-\(room)").count > capacity { broken.append("I11: over capacity") }
    }

    mutating func replied(_ key: SessionKey, _ id: Int64, _ reply: RoomReply) {
        guard let index = clients.firstIndex(where: { $0.key == key }), clients[index].unanswered == id else {
            broken.append("I10: a second reply to \(id)")
            return
        }
        clients[index].unanswered = nil
        guard case .joined(let snapshot) = reply else {
            if case .done = reply,
                core.participants(in: clients[index].room).firstIndex(of: clients[index].participant ?? "") == nil
            {
                clients[index].participant = nil
            }
            return
        }
        clients[index].participant = snapshot.participant
        clients[index].room = snapshot.room
        clients[index].rev = snapshot.rev
        clients[index].roster = snapshot.peers.map(\.id)
        clients[index].lastFrom = [:]
        clients[index].lastOfferFrom = [:]
    }

    mutating func happened(_ key: SessionKey, _ seq: Int64, _ rev: Int64?, _ event: RoomEvent) {
        guard let index = clients.firstIndex(where: { $0.key == key }), clients[index].isOpen else {
            broken.append("an event for a closed session")
            return
        }
        guard let own = clients[index].participant else {
            broken.append("I12: \(event) for a session outside")
            return
        }
        if seq != clients[index].seq + 1 { broken.append("I2: \(seq) after \(clients[index].seq)") }
        clients[index].seq = seq
        clients[index].heard += 1
        if let rev {
            if rev <= clients[index].rev { broken.append("I3: rev \(rev) after \(clients[index].rev)") }
            clients[index].rev = rev
        }
        switch event {
        case .peerJoined(let peer):
            if clients[index].roster.contains(peer.id) { broken.append("I4: joined twice") }
            clients[index].roster.append(peer.id)
        case .peerLeft(let participant, _):
            if !clients[index].roster.contains(participant) { broken.append("I4: left twice") }
            clients[index].roster.removeAll { $0 == participant }
        case .peerReconnecting(let participant), .peerResumed(let participant):
            if !clients[index].roster.contains(participant) { broken.append("I4: news of a stranger") }
        case .signal(let from, let signal):
            if signal.to != own { broken.append("I6: to a third party") }
            let text = (try? JSONParser.parse(signal.body)).flatMap { signal.kind.text(of: $0) } ?? ""
            for number in text.split(separator: "\n").compactMap({ Int($0) }) { arrived(number, signal.kind, from, index) }
        default: break
        }
    }

    mutating func arrived(_ number: Int, _ kind: SignalKind, _ from: String, _ index: Int) {
        if accepted.removeValue(forKey: number)?.sender != from { broken.append("I6: twice, or from someone else") }
        // An offer stands where the one stood that it supersedes.
        let isOffer = kind == .offer
        let last = isOffer ? clients[index].lastOfferFrom[from, default: 0] : clients[index].lastFrom[from, default: 0]
        if number <= last { broken.append("I6: out of order") }
        if isOffer { clients[index].lastOfferFrom[from] = number } else { clients[index].lastFrom[from] = number }
    }

    mutating func settle() {
        advance(.seconds(20))
        for client in clients where client.isOpen && client.participant != nil {
            let others = core.participants(in: client.room).filter { $0 != client.participant }
            if client.roster != others { broken.append("I1, I5: \(client.roster) instead of \(others)") }
        }
        for index in clients.indices where clients[index].isOpen {
            clients[index].isOpen = false
            core.disconnected(clients[index].key, now: now)
        }
        advance(.seconds(20))
        if core.roomCount + core.participantCount + core.sessionCount != 0 || core.deadline != nil {
            broken.append("I13: something is left")
        }
    }
}

@Suite("What rooms promise, whatever clients do")
struct InvariantTests {
    @Test("I1 to I6 and I9 to I13 hold over a thousand seeds")
    func thousandSeeds() {
        var relayed = 0
        var expired = 0
        var coalesced = 0
        var resumed = 0
        var takenOver = 0
        for seed in 0..<UInt64(1000) {
            var crowd = Crowd(seed: seed)
            for _ in 0..<120 { crowd.step() }
            crowd.settle()
            #expect(crowd.broken.isEmpty, "seed \(seed)")
            relayed += crowd.core.statistics.signalsRelayed
            expired += crowd.core.statistics.signalsExpired
            coalesced += crowd.core.statistics.signalsCoalesced
            resumed += crowd.resumed
            takenOver += crowd.takenOver
        }
        let counts = [relayed, expired, coalesced, resumed, takenOver]
        #expect(relayed > 1000 && expired > 100 && coalesced > 20 && resumed > 100 && takenOver > 5, "\(counts)")
    }
}
