import RTCCore
import RoomCore
import SignalingProtocol
import Testing

@Suite("The lobby")
struct LobbyTests {
    private func knock(_ scene: inout Scene, name: String = "guest") throws -> (key: SessionKey, participant: String) {
        let (key, _) = scene.core.open()
        guard case .waiting(let participant)? = scene.ask(key, .join(JoinRequest(room: "r", name: name))) else {
            throw Scene.Refused(reply: nil)
        }
        return (key, participant)
    }

    @Test("a guest waits and hears nothing of the room; moderators hear of it, others do not")
    func wait() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings(lobby: true))
        let inside = try knock(&scene)
        scene.ask(host.key, .admit(participant: inside.participant))
        scene.ask(inside.key, .ready)
        let guest = try knock(&scene)
        scene.ask(host.key, .chat(ChatRequest(text: "secret")))
        #expect(scene.events(guest.key).isEmpty)
        #expect(scene.events(host.key).last == .lobbyRequest(WaitingParticipant(participant: guest.participant, name: "guest")))
        #expect(scene.events(inside.key).dropFirst().count == 1)
        #expect(scene.code(scene.ask(guest.key, .chatHistory(ChatHistoryRequest()))) == .conflict)
        #expect(scene.code(scene.ask(guest.key, signal(host.snapshot.participant))) == .conflict)
        #expect(scene.code(scene.ask(host.key, signal(guest.participant))) == .noSuchPeer)
        #expect(scene.core.waitingCount == 1 && scene.core.participantCount == 2)
    }

    @Test("who is admitted gets the room as after a join, and the others get a newcomer")
    func admit() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings(lobby: true))
        let guest = try knock(&scene)
        #expect(scene.ask(host.key, .admit(participant: guest.participant)) == .done)
        guard case .lobbyAdmitted(let snapshot)? = scene.events(guest.key).first else {
            Issue.record("not admitted")
            return
        }
        #expect(snapshot.participant == guest.participant && snapshot.peers.map(\.id) == [host.snapshot.participant])
        #expect(snapshot.peers.map(\.polite) == [true])
        guard case .peerJoined(let peer)? = scene.events(host.key).last else {
            Issue.record("nobody joined")
            return
        }
        #expect(peer.id == guest.participant)
        #expect(scene.core.waitingCount == 0)
    }

    @Test("who is denied is in no room, and may knock again")
    func deny() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings(lobby: true))
        let cohost = scene.core.open(role: .cohost).key
        scene.ask(cohost, .join(JoinRequest(room: "r", name: "c")))
        scene.ask(cohost, .ready)
        let guest = try knock(&scene)
        #expect(scene.ask(host.key, .deny(participant: guest.participant, reason: "not now")) == .done)
        #expect(scene.events(guest.key) == [.lobbyDenied(reason: "not now")])
        #expect(scene.events(cohost).last == .lobbyLeft(participant: guest.participant, reason: .denied))
        #expect(scene.code(scene.ask(host.key, .admit(participant: guest.participant))) == .noSuchPeer)
        guard case .waiting? = scene.ask(guest.key, .join(JoinRequest(room: "r", name: "again"))) else {
            Issue.record("may not knock again")
            return
        }
    }

    @Test("only moderators admit")
    func rights() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings(lobby: true))
        let first = try knock(&scene)
        scene.ask(host.key, .admit(participant: first.participant))
        let second = try knock(&scene)
        #expect(scene.code(scene.ask(first.key, .admit(participant: second.participant))) == .forbidden)
        #expect(scene.code(scene.ask(second.key, .admit(participant: second.participant))) == .conflict)
    }

    @Test("a new moderator learns who waits")
    func newModerator() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings(lobby: true))
        let first = try knock(&scene)
        scene.ask(host.key, .admit(participant: first.participant))
        scene.ask(first.key, .ready)
        let second = try knock(&scene, name: "second")
        let third = scene.core.open(role: .cohost).key
        guard case .joined(let snapshot)? = scene.ask(third, .join(JoinRequest(room: "r", name: "c"))) else {
            Issue.record("not joined")
            return
        }
        let waiting = WaitingParticipant(participant: second.participant, name: "second")
        #expect(snapshot.lobby == [waiting])
        scene.ask(host.key, .setRole(participant: first.participant, .cohost))
        #expect(scene.events(first.key).last == .lobbyRequest(waiting))
    }

    @Test("someone in the lobby who loses the connection is admitted meanwhile, and told so first")
    func admittedWhileAway() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings(lobby: true))
        let guest = try knock(&scene)
        scene.disconnect(guest.key)
        scene.wait(.seconds(3))
        scene.ask(host.key, .admit(participant: guest.participant))
        scene.ask(host.key, .chat(ChatRequest(text: "welcome")))
        #expect(scene.core.waiting(for: guest.key, now: scene.now) == 1)
        scene.core.resumed(guest.key, now: scene.now)
        scene.wait(.zero)
        #expect(scene.events(guest.key).count == 1)
        scene.ask(guest.key, .ready)
        guard case .lobbyAdmitted? = scene.events(guest.key).first, case .chat? = scene.events(guest.key).last else {
            Issue.record("told \(scene.events(guest.key))")
            return
        }
        #expect(scene.events(host.key).last == .peerResumed(participant: guest.participant))
    }

    @Test("a lobby is left by leave, and by a connection that stays away; moderators are told")
    func left() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings(lobby: true))
        let first = try knock(&scene)
        scene.ask(first.key, .leave)
        #expect(scene.events(host.key).last == .lobbyLeft(participant: first.participant, reason: .leave))
        let second = try knock(&scene)
        scene.disconnect(second.key)
        scene.wait(.seconds(30))
        #expect(scene.events(host.key).last == .lobbyLeft(participant: second.participant, reason: .disconnected))
        #expect(scene.core.waitingCount == 0 && scene.core.sessionCount == 2)
    }

    @Test("a lobby has room for so many, and a full room admits nobody")
    func limits() throws {
        var limits = RoomLimits()
        limits.lobby = 2
        limits.capacity = 1
        var scene = Scene(limits: limits)
        let host = try scene.enter(create: RoomSettings(lobby: true))
        let guest = try knock(&scene)
        _ = try knock(&scene)
        let (key, _) = scene.core.open()
        #expect(scene.code(scene.ask(key, .join(JoinRequest(room: "r", name: "n")))) == .roomFull)
        #expect(scene.code(scene.ask(host.key, .admit(participant: guest.participant))) == .roomFull)
    }
}
