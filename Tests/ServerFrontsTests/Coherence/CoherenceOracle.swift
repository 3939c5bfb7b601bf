import RTCCore
import SignalingProtocol

/// What may not happen on the wire, told each frame when the server sends it.
struct CoherenceOracle {
    /// What a server that is told of a lost connection waits for, at most.
    var grace: Duration = .zero
    var broken: [String] = []
    var resumes = 0
    var lostSessions: [ErrorCode?: Int] = [:]
    var expectations: [Coherence.Expectation] = []
    var checkedMessages = 0
    var kicks = 0
    var deliveredSignals = 0
    var hasFaulted = false

    private struct Wire {
        var participant: String?
        var seq: Int64 = 0
        var rev: Int64 = 0
        /// Whose microphone is locked, as far as this caller was told.
        var locked: Set<String> = []
    }

    private var wires: [Int: Wire] = [:]
    private var lostAt: [String: Instant] = [:]
    private var expelled: [String: Instant] = [:]
    private var ghosts: [(participant: String, since: Instant)] = []
    private var signals: [Int: (from: String, to: String)] = [:]
    private var arrived: Set<Int> = []
    private var lastSignal: [String: Int] = [:]
    private var chats: [Int: (id: Int64, ChatRequest)] = [:]
    private var saidTexts: Set<String> = []

    /// What a ``RoomClient`` complains of, under the invariant that it is about.
    mutating func blame(_ reason: String) {
        let rules = [
            ("event ", "I2"), ("the replay ended", "I2"), ("revision ", "I3"), ("the session went on at revision", "I3"),
            ("message ", "I7"), ("a second reply", "I10"), ("a reply", "I10"),
        ]
        let rule = rules.first { reason.hasPrefix($0.0) }?.1 ?? "I4"
        broken.append("\(rule): \(reason)")
    }

    /// The server has learnt that a caller's connection is gone.
    mutating func lost(_ caller: Int, at now: Instant) {
        guard let participant = wires[caller]?.participant, lostAt[participant] == nil else { return }
        lostAt[participant] = now
        ghosts.append((participant, now))
    }

    mutating func sent(_ number: Int, from: String, to: String) {
        signals[number] = (from, to)
    }

    mutating func received(_ body: String, _ kind: SignalKind, from: String, by own: String) {
        for number in body.split(separator: "\n").compactMap({ Int($0) }) {
            guard let signal = signals[number] else { continue }
            deliveredSignals += 1
            if signal.from != from { broken.append("I6: \(number) from '\(from)', not '\(signal.from)'") }
            if signal.to != own { broken.append("I6: \(number) reached a third party") }
            if !arrived.insert(number).inserted { broken.append("I6: \(number) came twice") }
            // A waiting offer is superseded in its place.
            let pair = "\(from) \(own) \(kind == .offer)"
            if let last = lastSignal[pair], number <= last { broken.append("I6: \(number) came after \(last)") }
            lastSignal[pair] = number
        }
    }

    mutating func checkLobby(_ text: String) {
        guard case .event(let event, _, _)? = try? ServerFrame(text) else { return }
        switch event {
        case .lobbyAdmitted, .lobbyDenied, .resumed, .goAway: break
        default: broken.append("I12: '\(event.type)' in the lobby")
        }
    }

    mutating func checkRoom(_ room: String, _ participants: [String], capacity: Int, at now: Instant) {
        if participants.count > capacity { broken.append("I11: \(participants.count) in '\(room)'") }
        let limit = grace + .seconds(2)
        for ghost in ghosts
        where now - ghost.since > limit && lostAt[ghost.participant] == ghost.since && participants.contains(ghost.participant) {
            broken.append("I5: '\(ghost.participant)' is a ghost")
        }
    }

    /// - Returns: Whether it welcomed a session to this connection.
    mutating func told(_ caller: Int, _ text: String, members: [String], at now: Instant) -> Bool {
        guard let frame = try? ServerFrame(text) else {
            broken.append("a frame that cannot be read")
            return false
        }
        switch frame {
        case .reply(let id, .ok(let result)):
            replied(caller, id, result, members: members)
            return result["session"] != nil
        case .reply: break
        case .event(let event, let seq, let rev):
            var wire = wires[caller] ?? Wire()
            if let seq, seq <= wire.seq { return false }
            if let seq { wire.seq = seq }
            if let rev {
                if rev <= wire.rev { broken.append("I3: revision \(rev) after \(wire.rev)") }
                wire.rev = rev
            }
            wires[caller] = wire
            happened(caller, event, at: now)
        }
        return false
    }

    /// A client says something in the chat.
    mutating func asked(_ caller: Int, id: Int64, _ request: ChatRequest) {
        chats[caller] = (id, request)
    }

    private mutating func replied(_ caller: Int, _ id: Int64, _ result: JSONObject, members: [String]) {
        if result["session"] != nil {
            if result["resumed"]?.boolValue == true {
                if let participant = wires[caller]?.participant { lostAt[participant] = nil }
            } else {
                wires[caller] = Wire()
            }
        } else if let snapshot = RoomSnapshot(result) {
            entered(caller, snapshot)
        } else if result["mid"] != nil, let (asked, chat) = chats[caller], asked == id, saidTexts.insert(chat.text).inserted {
            let receivers = chat.to.map { [$0] } ?? members
            for receiver in receivers where receiver != wires[caller]?.participant {
                expectations.append(Coherence.Expectation(receiver: receiver, text: chat.text))
            }
        }
    }

    private mutating func entered(_ caller: Int, _ snapshot: RoomSnapshot) {
        var wire = wires[caller] ?? Wire()
        wire.participant = snapshot.participant
        wire.rev = snapshot.rev
        wire.locked = Set(snapshot.peers.filter { $0.media.microphone == .locked }.map(\.id))
        wires[caller] = wire
        lostAt[snapshot.participant] = nil
    }

    private mutating func happened(_ caller: Int, _ event: Event, at now: Instant) {
        let own = wires[caller]?.participant ?? ""
        switch event {
        case .lobbyAdmitted(let snapshot): entered(caller, snapshot)
        case .peerLeft(let participant, let reason):
            if participant == own { broken.append("I9: '\(own)' was told of its own leave") }
            if reason == "kicked" || reason == "banned" {
                if expelled[participant] == nil { kicks += 1 }
                expelled[participant] = expelled[participant] ?? now
            }
            if reason == "disconnected", let lost = lostAt[participant], now - lost < grace {
                broken.append("I9: '\(participant)' left within its grace")
            }
        case .peerUpdated(let change):
            guard let media = change.media else { return }
            switch media.microphone {
            case .locked: wires[caller]?.locked.insert(change.participant)
            case .off: wires[caller]?.locked.remove(change.participant)
            case .on:
                if wires[caller]?.locked.contains(change.participant) ?? false {
                    broken.append("I8: '\(change.participant)' is on although it is locked")
                }
            }
        case .activeSpeaker(let participant?):
            if wires[caller]?.locked.contains(participant) ?? false {
                broken.append("I8: '\(participant)' is heard although it is locked")
            }
        case .signal(let from, _, _, _, _), .reaction(let from, _, _), .key(let from, _): checkExpelled(from)
        case .chat(let message):
            if let since = expelled[message.from], message.milliseconds > Int64(since.nanoseconds / 1_000_000) {
                broken.append("I8: '\(message.from)' wrote after its kick")
            }
        default: break
        }
    }

    private mutating func checkExpelled(_ participant: String) {
        guard expelled[participant] != nil else { return }
        broken.append("I8: something of '\(participant)' after its kick")
    }
}
