import RTCCore
import RoomCore
import SignalingProtocol
import Testing

/// Clients that do anything in any order, and the promises that must hold for each of them.
private struct Crowd {
    struct Client {
        let key: SessionKey
        var isOpen = true
        var participant: String?
        var room = ""
        var roster: [String] = []
        var rev: Int64 = 0
        var seq: Int64 = 0
        var lastFrom: [String: Int] = [:]
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
    let capacity: Int

    init(seed: UInt64) {
        var timing = RoomTiming()
        timing.disconnectGrace = seed.isMultiple(of: 2) ? .zero : .seconds(3)
        timing.signalExpiry = seed.isMultiple(of: 3) ? .seconds(2) : .seconds(10)
        var limits = RoomLimits()
        limits.capacity = 5
        limits.meshCapacity = 3
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
        switch pick(10) {
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
            core.disconnected(clients[index].key, now: now)
            clients[index].isOpen = false
            check()
        default:
            advance(.milliseconds(pick(2500)))
        }
    }

    mutating func sendSignal(from index: Int) {
        let others = clients.compactMap(\.participant)
        guard !others.isEmpty, let sender = clients[index].participant, clients[index].isOpen else { return }
        let to = others[pick(others.count)]
        sent += 1
        accepted[sent] = (sender, to)
        ask(
            index,
            .signal(SignalRequest(to: to, connection: "a", epoch: Int64(sent / 50), kind: .candidates, body: "\(sent)")))
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
            case .end(let key, _, _):
                guard let index = clients.firstIndex(where: { $0.key == key }) else { continue }
                clients[index].isOpen = false
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
        case .signal(let from, let signal):
            let number = Int(signal.body) ?? 0
            if signal.to != own { broken.append("I6: to a third party") }
            if accepted.removeValue(forKey: number)?.sender != from { broken.append("I6: twice, or from someone else") }
            if number <= clients[index].lastFrom[from, default: 0] { broken.append("I6: out of order") }
            clients[index].lastFrom[from] = number
        case .signalExpired: break
        }
    }

    mutating func settle() {
        advance(.seconds(20))
        for client in clients where client.isOpen && client.participant != nil {
            let others = core.participants(in: client.room).filter { $0 != client.participant }
            if client.roster != others { broken.append("I1, I5: \(client.roster) instead of \(others)") }
        }
        for index in clients.indices where clients[index].isOpen {
            core.disconnected(clients[index].key, now: now)
            clients[index].isOpen = false
        }
        advance(.seconds(20))
        if core.roomCount + core.participantCount + core.sessionCount != 0 || core.deadline != nil {
            broken.append("I13: something is left")
        }
    }
}

@Suite("What rooms promise, whatever clients do")
struct InvariantTests {
    @Test("I1 to I6 and I10 to I13 hold over a thousand seeds")
    func thousandSeeds() {
        var relayed = 0
        var expired = 0
        for seed in 0..<UInt64(1000) {
            var crowd = Crowd(seed: seed)
            for _ in 0..<120 { crowd.step() }
            crowd.settle()
            #expect(crowd.broken.isEmpty, "seed \(seed)")
            relayed += crowd.core.statistics.signalsRelayed
            expired += crowd.core.statistics.signalsExpired
        }
        #expect(relayed > 1000 && expired > 100)
    }
}
