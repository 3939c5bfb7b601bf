import RoomCore
import ServerFronts
import SignalingProtocol
import SocketIOSessions
import Testing

@Suite("One room, three dialects")
struct MixedRoomTests {
    private let scene = FrontScene { $0.peerJS.allowsDiscovery = true }
    private static let room = "peerjs:peerjs"

    @Test("a native caller, a Socket.IO user and a PeerJS user see one roster, and each hears of the others' coming and going")
    func roster() throws {
        let (bot, _) = try scene.enter(Self.room, name: "bot")
        let user = try scene.connect()
        let answer = try scene.call("join-room", ["room": .string(Self.room), "id": "ana"], on: user)
        _ = scene.take(user)
        let alice = scene.peer("alice")
        let members = scene.native.participants(in: Self.room)
        #expect(members.count == 3)

        let told = scene.events(bot).compactMap { event -> String? in
            guard case .peerJoined(let peer) = event else { return nil }
            return "\(peer.name) \(peer.id)"
        }
        #expect(told == ["ana \(members[1])", "alice \(members[2])"])
        #expect(answer["participant"] == .string(members[1]))

        let users = try scene.call("get-users", .null, on: user)["users"]?.arrayValue ?? []
        #expect(users.map { $0.objectValue?["id"] } == [.string(members[0]), "alice"])
        #expect(users.map { $0.objectValue?["participant"] } == [.string(members[0]), .string(members[2])])
        #expect(users.map { $0.objectValue?["name"] } == ["bot", "alice"])

        #expect(scene.peers.answer(path: "/peerjs/peers")?.body == #"["\#(members[0])","ana","alice"]"#)

        scene.hangUp(alice, isClean: true)
        #expect(scene.heard(user).last?.prefix(2) == ["user-disconnected", "alice"])
        #expect(scene.events(bot) == [.peerLeft(participant: members[2], reason: "leave")])
    }

    @Test("a native offer reaches a Socket.IO user, whose answer and candidates come back in the offer's epoch")
    func nativeToSocketIO() throws {
        let user = try scene.connect()
        _ = try scene.call("join-room", ["room": .string(Self.room), "id": "ana"], on: user)
        let (bot, snapshot) = try scene.enter(Self.room, name: "bot")
        _ = scene.take(user)
        let ana = try #require(snapshot.peers.first)
        #expect(ana.name == "ana")
        _ = scene.ask(
            bot,
            .signal(SignalRequest(to: ana.id, connection: "a", epoch: 7, kind: .offer, body: SignalKind.offer.body("v=0").text)))
        _ = scene.ask(
            bot,
            .signal(
                SignalRequest(
                    to: ana.id, connection: "a", epoch: 7, kind: .candidates,
                    body: SignalKind.candidates.body("candidate:1\nend-of-candidates").text)))
        let id = JSON.string(snapshot.participant)
        #expect(
            scene.heard(user) == [
                ["offer", ["from": id, "sdp": ["type": "offer", "sdp": "v=0"]]],
                ["ice-candidate", ["from": id, "candidate": ["candidate": "candidate:1", "sdpMLineIndex": 0]]],
            ])
        _ = scene.take(bot)
        scene.emit("answer", ["to": id, "sdp": ["type": "answer", "sdp": "v=0 back"]], on: user)
        scene.emit("ice-candidate", ["to": id, "candidate": ["candidate": "candidate:2", "sdpMid": "0"]], on: user)
        scene.emit("ice-candidate", ["to": id, "candidate": .null], on: user)
        scene.emit("offer", ["to": id, "sdp": "v=0 again"], on: user)
        let signals = scene.events(bot).compactMap { event -> String? in
            guard case .signal(ana.id, "a", let epoch, let kind, let body) = event else { return nil }
            return "\(epoch) \(kind) \(kind.text(of: body) ?? "?")"
        }
        #expect(
            signals == [
                "7 answer v=0 back", "7 candidates candidate:2", "7 candidates end-of-candidates", "8 offer v=0 again",
            ])
    }

    @Test("a native offer is a call to a PeerJS user, whose answer comes back; a second offer is not passed on")
    func nativeToPeerJS() throws {
        let alice = scene.peer("alice")
        let (bot, snapshot) = try scene.enter(Self.room, name: "bot")
        _ = scene.take(alice)
        let peer = try #require(snapshot.peers.first)
        for epoch in [Int64(0), 1] {
            _ = scene.ask(
                bot,
                .signal(
                    SignalRequest(
                        to: peer.id, connection: "a", epoch: epoch, kind: .offer, body: SignalKind.offer.body("v=0").text)))
        }
        let id = snapshot.participant
        #expect(
            scene.take(alice) == [
                #"{"dst":"alice","payload":{"connectionId":"mc_\#(id)","metadata":{"participant":"\#(id)"},"sdp":{"sdp":"v=0","type":"offer"},"type":"media"},"src":"\#(id)","type":"OFFER"}"#
            ])
        #expect(scene.peers.counts.untranslated == 1)
        _ = scene.take(bot)
        scene.say(
            #"{"type":"ANSWER","dst":"\#(id)","payload":{"connectionId":"mc_\#(id)","sdp":{"sdp":"v=0 back","type":"answer"},"type":"media"}}"#,
            on: alice)
        guard case .signal(let from, "a", _, .answer, let body)? = scene.events(bot).first else {
            Issue.record("the bot has no answer")
            return
        }
        #expect(from == peer.id)
        #expect(SignalKind.answer.text(of: body) == "v=0 back")
    }

    @Test("a PeerJS call reaches a native caller; a data connection does not, and its sender is told")
    func peerJSToNative() throws {
        let (bot, snapshot) = try scene.enter(Self.room, name: "bot")
        let alice = scene.peer("alice")
        _ = (scene.take(alice), scene.take(bot))
        let id = snapshot.participant
        scene.say(
            #"{"type":"OFFER","dst":"\#(id)","payload":{"connectionId":"mc_7","sdp":{"sdp":"v=0","type":"offer"},"type":"media"}}"#,
            on: alice)
        guard case .signal(let from, "a", 0, .offer, let body)? = scene.events(bot).first else {
            Issue.record("the bot has no offer")
            return
        }
        #expect(SignalKind.offer.text(of: body) == "v=0")
        _ = scene.ask(
            bot,
            .signal(SignalRequest(to: from, connection: "a", epoch: 0, kind: .answer, body: SignalKind.answer.body("v=1").text)))
        #expect(
            scene.take(alice) == [
                #"{"dst":"alice","payload":{"connectionId":"mc_7","sdp":{"sdp":"v=1","type":"answer"},"type":"media"},"src":"\#(id)","type":"ANSWER"}"#
            ])
        scene.say(
            #"{"type":"OFFER","dst":"\#(id)","payload":{"connectionId":"dc_7","sdp":{"sdp":"v=0","type":"offer"},"type":"data"}}"#,
            on: alice)
        #expect(scene.take(alice) == [#"{"dst":"alice","src":"\#(id)","type":"EXPIRE"}"#])
        #expect(scene.events(bot) == [])
    }

    @Test("a Socket.IO user and a PeerJS user call each other")
    func socketIOToPeerJS() throws {
        let user = try scene.connect()
        _ = try scene.call("join-room", ["room": .string(Self.room), "id": "ana"], on: user)
        let alice = scene.peer("alice")
        _ = (scene.take(user), scene.take(alice))
        scene.emit("offer", ["to": "alice", "sdp": "v=0"], on: user)
        #expect(scene.take(alice).first?.hasSuffix(#""src":"ana","type":"OFFER"}"#) == true)
        scene.say(#"{"type":"LEAVE","dst":"ana"}"#, on: alice)
        #expect(scene.heard(user) == [["hang-up", ["from": "alice"]]])
    }

    @Test("chat and media states cross between a native caller and a Socket.IO user")
    func social() throws {
        let user = try scene.connect()
        _ = try scene.call("join-room", ["room": .string(Self.room), "id": "ana"], on: user)
        let (bot, snapshot) = try scene.enter(Self.room, name: "bot")
        let ana = try #require(snapshot.peers.first?.id)
        _ = scene.take(user)
        _ = scene.ask(bot, .chat(ChatRequest(text: "hello")))
        let id = JSON.string(snapshot.participant)
        #expect(
            scene.heard(user) == [["chat-message", ["from": id, "id": 1, "name": "bot", "text": "hello", "ts": 0]]])
        _ = scene.take(bot)
        scene.emit("chat-message", "hi", on: user)
        scene.emit("toggle-media", ["video": .bool(true)], on: user)
        let events = scene.events(bot)
        guard case .chat(let message)? = events.first, case .peerUpdated(let change)? = events.last else {
            Issue.record("the bot heard \(events)")
            return
        }
        #expect(message.from == ana)
        #expect(message.text == "hi")
        #expect(change.participant == ana)
        #expect(change.media?.camera == .on)
    }

    @Test("an id that a Socket.IO user has is taken for PeerJS, and the other way about")
    func oneNamespace() throws {
        let user = try scene.connect()
        _ = try scene.call("join-room", ["room": .string(Self.room), "id": "ana"], on: user)
        #expect(scene.take(scene.peer("ana")).first?.hasSuffix(#""type":"ID-TAKEN"}"#) == true)
        _ = scene.peer("alice")
        let other = try scene.connect()
        let answer = try scene.call("join-room", ["room": .string(Self.room), "id": "alice"], on: other)
        #expect(answer["error"]?.objectValue?["code"] == "duplicate_identity")
    }
}
