import RTCCore
import RoomCore
import SignalingProtocol
import Testing

@Suite("What is written down of the rooms")
struct RecordTests {
    private func records(_ scene: inout Scene) -> [RoomRecord] {
        var records: [RoomRecord] = []
        while let record = scene.core.nextRecord() { records.append(record) }
        return records
    }

    private func scene(timing: RoomTiming = RoomTiming()) -> Scene {
        var scene = Scene(timing: timing)
        scene.core.keepsRecords = true
        return scene
    }

    private func join(_ name: String = "Ana", create settings: RoomSettings? = nil, room: String = "r") -> RoomCommand {
        .join(JoinRequest(room: room, name: name, create: settings))
    }

    @Test("nothing is kept where nobody asks for it")
    func silent() throws {
        var scene = Scene()
        _ = try scene.enter()
        #expect(records(&scene).isEmpty)
    }

    @Test("a stay is a session, a room, a join, a leave, and the end of both")
    func stay() throws {
        var scene = scene()
        let (key, session) = scene.core.open(identity: "ana", front: "socketio")
        guard case .joined(let snapshot)? = scene.ask(key, join()) else { throw Scene.Refused(reply: nil) }
        scene.core.ended(key, .leave)
        let participant = snapshot.participant
        #expect(
            records(&scene) == [
                .sessionOpened(session: session, front: "socketio", continues: nil),
                .roomOpened(room: 1, name: "r", .auto, RoomSettings()),
                .joined(participant: participant, room: 1, session: session, identity: "ana", name: "Ana", .speaker),
                .left(participant: participant, reason: "leave"), .roomClosed(room: 1, reason: "empty", mostParticipants: 1),
                .sessionClosed(session: session, reason: "leave"),
            ])
    }

    @Test("how long it takes to hear a room counts from being let in, once, and not the time in the lobby")
    func heard() throws {
        var scene = scene()
        let host = scene.core.open()
        scene.ask(host.key, join(create: RoomSettings(lobby: true)))
        scene.ask(host.key, .ready)
        let guest = scene.core.open()
        guard case .waiting(let participant)? = scene.ask(guest.key, join("Bob")) else { throw Scene.Refused(reply: nil) }
        scene.wait(.seconds(20))
        scene.ask(host.key, .admit(participant: participant))
        scene.wait(.seconds(2))
        scene.ask(guest.key, .ready)
        scene.disconnect(guest.key)
        scene.core.resumed(guest.key, now: scene.now)
        let waits = records(&scene).compactMap { record -> Duration? in
            guard case .heard(_, let wait) = record else { return nil }
            return wait
        }
        #expect(waits == [.zero, .seconds(2)])
    }

    @Test("a match says how long each had waited")
    func matched() {
        var scene = scene()
        let first = scene.core.open()
        let second = scene.core.open()
        scene.ask(first.key, .enqueue(MatchWish()))
        scene.wait(.seconds(7))
        scene.ask(second.key, .enqueue(MatchWish()))
        scene.wait(.seconds(1))
        scene.ask(first.key, .acceptMatch)
        scene.ask(second.key, .acceptMatch)
        #expect(records(&scene).last == .matched(.video, waits: [.seconds(8), .seconds(1)]))
    }

    @Test("a name that comes again is another room, and the most who were in one are counted")
    func rooms() throws {
        var scene = scene()
        let first = try scene.enter()
        let second = try scene.enter()
        scene.ask(first.key, .leave)
        scene.ask(second.key, .leave)
        _ = try scene.enter()
        let rooms = records(&scene).filter { record in
            switch record {
            case .roomOpened, .roomClosed: true
            default: false
            }
        }
        #expect(
            rooms == [
                .roomOpened(room: 1, name: "r", .auto, RoomSettings()),
                .roomClosed(room: 1, reason: "empty", mostParticipants: 2),
                .roomOpened(room: 2, name: "r", .auto, RoomSettings()),
            ])
    }

    @Test("nobody in an anonymous room has a name, an identity or a word in the records")
    func anonymous() throws {
        var scene = scene()
        let host = scene.core.open(identity: "mallory-secret")
        scene.ask(host.key, join("Mallory", create: RoomSettings(anonymous: true), room: "mallory-room"))
        scene.ask(host.key, .ready)
        let guest = scene.core.open(identity: "bob-secret")
        guard case .joined(let snapshot)? = scene.ask(guest.key, join("Bob", room: "mallory-room")) else {
            throw Scene.Refused(reply: nil)
        }
        scene.ask(guest.key, .ready)
        scene.ask(guest.key, .chat(ChatRequest(text: "I am Bob")))
        scene.ask(host.key, .kick(KickRequest(participant: snapshot.participant, reason: "Bob again", banSeconds: 0)))
        let all = records(&scene)
        #expect(all.count > 6)
        let text = "\(all)".lowercased()
        for word in ["mallory", "bob"] { #expect(!text.contains(word), "\(word) in \(text)") }
    }

    @Test("chat is written down with its number, and that it was taken back")
    func chat() throws {
        var scene = scene()
        let first = try scene.enter()
        _ = records(&scene)
        scene.ask(first.key, .chat(ChatRequest(text: "hello", clientID: "c")))
        scene.ask(first.key, .chat(ChatRequest(text: "hello", clientID: "c")))
        scene.ask(first.key, .deleteChat(message: 1))
        let message = ChatMessage(
            number: 1, milliseconds: 0, from: first.snapshot.participant, text: "hello", to: nil, replyTo: nil, clientID: "c")
        #expect(records(&scene) == [.chat(room: 1, message), .chatDeleted(room: 1, message: 1)])
    }

    @Test("a lost connection and its return are no leave and no join; what takes a session's place names it")
    func returns() throws {
        var scene = scene()
        let first = scene.core.open(identity: "ana", tab: "t")
        scene.ask(first.key, join())
        scene.ask(first.key, .ready)
        _ = records(&scene)
        scene.disconnect(first.key)
        scene.wait(.seconds(3))
        scene.core.resumed(first.key, now: scene.now)
        let again = records(&scene)
        #expect(again.contains(.sessionResumed(session: first.name, resumes: 1)))
        let moves = again.filter { record in
            switch record {
            case .joined, .left: true
            default: false
            }
        }
        #expect(moves.isEmpty)
        let second = scene.core.open(identity: "ana", tab: "t")
        #expect(records(&scene).contains(.sessionOpened(session: second.name, front: "native", continues: first.name)))
    }

    @Test("a session that joins anew takes the participant over, and the record says so instead of a leave")
    func takeover() throws {
        var scene = scene()
        let first = try scene.enter()
        scene.disconnect(first.key)
        _ = records(&scene)
        let second = scene.core.open(succeeding: first.key)
        scene.ask(second.key, join())
        let all = records(&scene)
        #expect(all.contains(.tookOver(participant: first.snapshot.participant, session: second.name)))
        #expect(!all.contains { if case .left = $0 { true } else { false } })
    }

    @Test("everyone leaves when a room is ended, each once")
    func end() throws {
        var scene = scene()
        let host = scene.core.open()
        scene.ask(host.key, join(create: RoomSettings()))
        scene.ask(host.key, .ready)
        _ = try scene.enter()
        scene.ask(host.key, .end(reason: "late"))
        let all = records(&scene)
        let leaves = all.filter { if case .left(_, "ended") = $0 { true } else { false } }
        #expect(leaves.count == 2)
        #expect(all.contains(.roomClosed(room: 1, reason: "ended", mostParticipants: 2)))
    }

    @Test("a ban that was written down holds in the next server, under its veil, until it is over")
    func bans() throws {
        var scene = scene()
        let host = scene.core.open(identity: "host")
        scene.ask(host.key, join(create: RoomSettings()))
        scene.ask(host.key, .ready)
        let guest = try scene.enter(identity: "bob")
        scene.ask(host.key, .kick(KickRequest(participant: guest.snapshot.participant, reason: "rude", banSeconds: 60)))
        let written = records(&scene).compactMap { record -> RestoredBan? in
            guard case .banned(let room, let identity, let address, let until, let reason, _) = record else { return nil }
            return RestoredBan(
                room: room, identity: identity.map { "<\($0)>" }, address: address.map { "<\($0)>" }, until: until, reason: reason
            )
        }
        #expect(written == [RestoredBan(room: "r", identity: "<bob>", address: nil, until: 60_000, reason: "rude")])
        var next = Scene()
        next.core.restore(written) { "<\($0)>" }
        func refusal(_ identity: String) -> ErrorCode? {
            let key = next.core.open(identity: identity).key
            return next.code(next.ask(key, join()))
        }
        #expect(refusal("bob") == .banned)
        #expect(refusal("<bob>") == nil)
        next.wait(.seconds(61))
        #expect(refusal("bob") == nil)
    }

    @Test(
        "random rooms leave records that add up: joins and leaves alternate, and each room that opens closes", arguments: 1...20)
    func balance(seed: UInt64) throws {
        var scene = scene()
        var random = SplitMix64(seed: seed)
        var keys: [SessionKey] = []
        for _ in 0..<300 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0: keys.append(scene.core.open(identity: "i\(Int.random(in: 0..<5, using: &random))").key)
            case 1:
                let settings = Bool.random(using: &random) ? RoomSettings(lobby: Bool.random(using: &random)) : nil
                let room = "r\(Int.random(in: 0..<3, using: &random))"
                if let key = keys.randomElement(using: &random) { scene.ask(key, join(create: settings, room: room)) }
            case 2: if let key = keys.randomElement(using: &random) { scene.ask(key, .leave) }
            case 3: if let key = keys.randomElement(using: &random) { scene.disconnect(key) }
            case 4: if let key = keys.randomElement(using: &random) { scene.ask(key, .end(reason: "")) }
            default: scene.wait(.seconds(Double.random(in: 0..<20, using: &random)))
            }
        }
        for key in keys { scene.core.ended(key, .leave) }
        var here: Set<String> = []
        var open: Set<Int> = []
        var sessions: Set<String> = []
        for record in records(&scene) {
            switch record {
            case .joined(let participant, let room, let session, _, _, _):
                #expect(here.insert(participant).inserted && open.contains(room) && sessions.contains(session))
            case .left(let participant, _): #expect(here.remove(participant) != nil)
            case .roomOpened(let room, _, _, _): #expect(open.insert(room).inserted)
            case .roomClosed(let room, _, _): #expect(open.remove(room) != nil)
            case .sessionOpened(let session, _, _): #expect(sessions.insert(session).inserted)
            case .sessionClosed(let session, _): #expect(sessions.remove(session) != nil)
            default: break
            }
        }
        #expect(here.isEmpty && open.isEmpty && sessions.isEmpty)
    }
}
