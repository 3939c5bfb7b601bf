import FuzzSupport
import RTCCore
import RoomCore
import SignalingProtocol

/// The rooms of the server under commands in any order, with what they promise each session: numbers without gaps, rising revisions,
/// nobody twice, one reply to each request, no room above its capacity, and nothing left at the end.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let house = House(&input)
    while !input.isEmpty { house.step(&input) }
    house.settle()
    return 0
}

private final class House {
    private struct Guest {
        let key: SessionKey
        var isOpen = true
        var isOver = false
        var participant: String?
        var roster: [String] = []
        var rev: Int64 = 0
        var seq: Int64 = 0
        var unanswered: Int64?
    }

    private static let capacity = 4
    private var core: RoomCore
    private var guests: [Guest] = []
    private let clock = FuzzClock(.origin)
    private var now: Instant { clock.now }
    private var nextID: Int64 = 1

    init(_ input: inout FuzzInput) {
        let choice = input.byte()
        var limits = RoomLimits()
        limits.capacity = Self.capacity
        limits.meshCapacity = 3
        limits.pendingEvents = choice & 1 == 0 ? 512 : 1
        limits.pendingSignalsPerPair = 4
        limits.pendingSignalBytes = 2048
        var timing = RoomTiming()
        timing.disconnectGrace = choice & 2 == 0 ? .seconds(3) : .zero
        core = RoomCore(limits: limits, timing: timing, seed: 1)
    }

    func step(_ input: inout FuzzInput) {
        let choice = input.below(10)
        if guests.count < 2 || (choice == 0 && guests.count < 24) {
            let identity = input.byte() & 1 == 0 ? nil : "identity-\(input.below(3))"
            let predecessor = input.byte() & 1 == 0 ? nil : guests.last?.key
            guests.append(Guest(key: core.open(identity: identity, succeeding: predecessor).key))
            return
        }
        let index = input.below(guests.count)
        switch choice {
        case 1, 2:
            let policies = DuplicatePolicy.allCases
            ask(
                index,
                .join(
                    JoinRequest(
                        room: "room-\(input.below(3))", name: "n", mode: input.byte() & 1 == 0 ? .mesh : .auto,
                        duplicate: policies[input.below(policies.count)])))
        case 3: ask(index, .ready)
        case 4, 5: signal(from: index, &input)
        case 6: ask(index, .leave)
        case 9 where input.byte() & 1 == 0:
            let commands: [RoomCommand] = [
                .raiseHand, .lowerHand(participant: nil), .react(emoji: "x", target: nil), .spotlight(participant: nil),
                .acceptMatch,
                .skipMatch, .cancelMatch,
            ]
            ask(index, commands[input.below(commands.count)])
        case 7:
            guard guests[index].isOpen else { return }
            guests[index].isOpen = false
            core.disconnected(guests[index].key, now: now)
        case 8:
            guard !guests[index].isOpen, !guests[index].isOver, core.waiting(for: guests[index].key, now: now) != nil else {
                return
            }
            guests[index].isOpen = true
            core.resumed(guests[index].key, now: now)
        default: advance(by: .milliseconds(Int64(input.below(4000))))
        }
        drain()
    }

    func settle() {
        advance(by: .seconds(60))
        for index in guests.indices where guests[index].isOpen {
            guests[index].isOpen = false
            core.disconnected(guests[index].key, now: now)
            drain()
        }
        advance(by: .seconds(60))
        promise(core.roomCount + core.participantCount + core.sessionCount == 0, "nothing is left")
        promise(core.deadline == nil, "nothing is waited for")
    }

    private func signal(from index: Int, _ input: inout FuzzInput) {
        let others = guests.compactMap(\.participant)
        let to = others.isEmpty ? "p_nobody" : others[input.below(others.count)]
        let kind = SignalKind.allCases[input.below(SignalKind.allCases.count)]
        let body = String(repeating: "x", count: input.below(3000))
        ask(
            index,
            .signal(
                SignalRequest(
                    to: to, connection: "c\(input.below(20))", epoch: Int64(input.byte()), kind: kind, body: kind.body(body).text)
            ))
    }

    private func ask(_ index: Int, _ command: RoomCommand) {
        guard guests[index].isOpen else { return }
        guests[index].unanswered = nextID
        core.perform(command, id: nextID, for: guests[index].key, now: now)
        nextID += 1
        drain()
        promise(guests[index].unanswered == nil || !guests[index].isOpen, "each request has its reply at once")
    }

    private func advance(by duration: Duration) {
        clock.advance(by: duration, deadline: { core.deadline }) { now in
            core.advance(to: now)
            drain()
            return 1
        }
    }

    private func drain() {
        while let output = core.nextOutput() {
            switch output {
            case .reply(let key, let id, let reply): replied(key, id, reply)
            case .event(let key, let seq, let rev, let event): happened(key, seq, rev, event)
            case .volatile: break
            case .end(let key, _, _), .over(let key):
                guard let index = guests.firstIndex(where: { $0.key == key }) else { continue }
                guests[index].isOpen = false
                guests[index].isOver = true
                guests[index].participant = nil
            }
        }
        for room in 0..<3 {
            promise(core.participants(in: "room-\(room)").count <= Self.capacity, "no room is above its capacity")
        }
    }

    private func replied(_ key: SessionKey, _ id: Int64, _ reply: RoomReply) {
        guard let index = guests.firstIndex(where: { $0.key == key }), guests[index].unanswered == id else {
            fatalError("a second reply to \(id)")
        }
        guests[index].unanswered = nil
        switch reply {
        case .joined(let snapshot):
            guests[index].participant = snapshot.participant
            guests[index].rev = snapshot.rev
            guests[index].roster = snapshot.peers.map(\.id)
        case .done:
            let isInside = (0..<3).contains { core.participants(in: "room-\($0)").contains(guests[index].participant ?? "") }
            if !isInside { guests[index].participant = nil }
        default: break
        }
    }

    private func happened(_ key: SessionKey, _ seq: Int64, _ rev: Int64?, _ event: RoomEvent) {
        guard let index = guests.firstIndex(where: { $0.key == key }), guests[index].isOpen else {
            fatalError("an event for a closed session")
        }
        promise(seq == guests[index].seq + 1, "events are numbered without gaps: \(seq) after \(guests[index].seq)")
        guests[index].seq = seq
        if let rev {
            promise(rev > guests[index].rev, "revisions rise: \(rev) after \(guests[index].rev)")
            guests[index].rev = rev
        }
        switch event {
        case .peerJoined(let peer):
            promise(!guests[index].roster.contains(peer.id), "nobody joins twice")
            guests[index].roster.append(peer.id)
        case .peerLeft(let participant, _):
            promise(guests[index].roster.contains(participant), "nobody leaves twice")
            guests[index].roster.removeAll { $0 == participant }
        case .peerReconnecting(let participant), .peerResumed(let participant):
            promise(guests[index].roster.contains(participant), "no news of strangers")
        case .signal(_, let signal):
            promise(signal.to == guests[index].participant, "a signal reaches whom it is for")
        default: break
        }
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked([
        [0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 3, 0, 3, 1, 4, 0, 1, 0, 0, 5, 1, 1, 9, 1, 0, 7, 0, 9, 2, 0, 8, 0, 6, 1],
        [1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 7, 0, 4, 1, 0, 0, 9, 4, 0, 8, 0],
        [2, 0, 0, 0, 0, 1, 0, 2, 1, 0, 1, 1, 2, 1, 0, 7, 1, 9, 0, 100],
    ])
    return 0
}
