import RTCCore
import RoomCore
import SignalingProtocol
import Testing

extension Scene {
    /// Enters a room as its maker, or as a guest.
    mutating func enter(_ room: String = "r", create: RoomSettings, name: String = "n", identity: String? = nil) throws -> (
        key: SessionKey, snapshot: RoomSnapshot
    ) {
        let (key, _) = core.open(identity: identity)
        let reply = ask(key, .join(JoinRequest(room: room, name: name, create: create)))
        guard case .joined(let snapshot)? = reply else { throw Refused(reply: reply) }
        ask(key, .ready)
        return (key, snapshot)
    }

    /// The close codes that a session was ended with.
    func ends(_ key: SessionKey) -> [CloseCode] {
        outputs.compactMap { output in
            guard case .end(key, let code, _) = output else { return nil }
            return code
        }
    }
}

@Suite("Roles and moderation")
struct ModerationTests {
    @Test("who makes a room with 'create' is its host; who comes later speaks, whatever it asks for")
    func maker() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings())
        let guest = try scene.enter(create: RoomSettings(locked: true))
        #expect(host.snapshot.role == "host" && guest.snapshot.role == "speaker")
        #expect(host.snapshot.permissions == Permission.allCases.map(\.rawValue))
        #expect(guest.snapshot.permissions == Role.speaker.permissions.map(\.rawValue))
        #expect(guest.snapshot.settings == RoomSettings())
    }

    @Test("a room that nobody made with 'create' has no host, and nobody moderates it")
    func withoutHost() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        #expect(first.snapshot.role == "speaker")
        let kick = RoomCommand.kick(KickRequest(participant: second.snapshot.participant))
        #expect(scene.code(scene.ask(first.key, kick)) == .forbidden)
        #expect(scene.code(scene.ask(first.key, .lock(true))) == .forbidden)
        #expect(scene.code(scene.ask(first.key, .end(reason: ""))) == .forbidden)
    }

    @Test("a role that comes with a token holds in every room")
    func grantedRole() throws {
        var scene = Scene()
        let (key, _) = scene.core.open(role: .viewer)
        guard case .joined(let snapshot)? = scene.ask(key, .join(JoinRequest(room: "r", name: "n", create: RoomSettings())))
        else { throw Scene.Refused(reply: nil) }
        #expect(snapshot.role == "viewer")
        #expect(scene.code(scene.ask(key, .update(ParticipantUpdate(media: [.camera: true])))) == .forbidden)
    }

    @Test("who is kicked is out with 4010, the others are told why, and it may come back")
    func kick() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings())
        let guest = try scene.enter()
        let other = try scene.enter()
        let kick = RoomCommand.kick(KickRequest(participant: guest.snapshot.participant, reason: "noise"))
        #expect(scene.ask(host.key, kick) == .done)
        #expect(scene.ends(guest.key) == [.kicked])
        for key in [host.key, other.key] {
            #expect(scene.events(key).last == .peerLeft(participant: guest.snapshot.participant, reason: .kicked))
        }
        #expect(try scene.enter().snapshot.peers.count == 2)
    }

    @Test("what a kicked participant had said to someone who is not ready is not delivered")
    func kickedSignals() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings())
        let guest = try scene.enter()
        let slow = try scene.enter(isReady: false)
        scene.ask(guest.key, signal(slow.snapshot.participant))
        scene.ask(guest.key, .key(KeyMessage(keyID: 1, body: "{}")))
        scene.ask(host.key, .kick(KickRequest(participant: guest.snapshot.participant)))
        scene.ask(slow.key, .ready)
        #expect(scene.events(slow.key) == [.peerLeft(participant: guest.snapshot.participant, reason: .kicked)])
    }

    @Test("a ban keeps an identity out until it is over, and a nameless one by its address")
    func ban() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings())
        for (identity, address) in [("ana", "192.0.2.1"), (nil, "192.0.2.2")] as [(String?, String)] {
            let join = RoomCommand.join(JoinRequest(room: "r", name: "n"))
            let (key, _) = scene.core.open(identity: identity, address: address)
            guard case .joined(let snapshot)? = scene.ask(key, join) else { throw Scene.Refused(reply: nil) }
            scene.ask(host.key, .kick(KickRequest(participant: snapshot.participant, banSeconds: 60)))
            #expect(scene.ends(key) == [.banned])
            let again = scene.core.open(identity: identity, address: identity == nil ? address : "192.0.2.9").key
            #expect(scene.code(scene.ask(again, join)) == .banned)
            #expect(scene.code(scene.ask(again, .join(JoinRequest(room: "other", name: "n")))) == nil)
            scene.ask(again, .leave)
            scene.wait(.seconds(60))
            #expect(scene.code(scene.ask(again, join)) == nil)
        }
    }

    @Test("a cohost moderates, but neither ends the room nor touches the host; only a host makes a host")
    func cohost() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings())
        let second = try scene.enter()
        let third = try scene.enter()
        #expect(scene.ask(host.key, .setRole(participant: second.snapshot.participant, .cohost)) == .done)
        #expect(
            scene.events(second.key).last
                == .roleChanged(
                    participant: second.snapshot.participant, .cohost, permissions: Role.cohost.permissions))
        #expect(
            scene.events(third.key).last
                == .roleChanged(participant: second.snapshot.participant, .cohost, permissions: nil))
        let kickHost = RoomCommand.kick(KickRequest(participant: host.snapshot.participant))
        #expect(scene.code(scene.ask(second.key, kickHost)) == .forbidden)
        #expect(scene.code(scene.ask(second.key, .end(reason: ""))) == .forbidden)
        #expect(scene.code(scene.ask(second.key, .setRole(participant: third.snapshot.participant, .host))) == .forbidden)
        #expect(scene.ask(second.key, .kick(KickRequest(participant: third.snapshot.participant))) == .done)
        #expect(scene.code(scene.ask(host.key, .setRole(participant: host.snapshot.participant, .speaker))) == .conflict)
    }

    @Test("when the last host leaves, the longest cohost, else the longest speaker, becomes host")
    func succession() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings())
        let speaker = try scene.enter()
        let cohost = try scene.enter()
        scene.ask(host.key, .setRole(participant: cohost.snapshot.participant, .cohost))
        scene.ask(host.key, .leave)
        #expect(
            scene.events(speaker.key).last == .roleChanged(participant: cohost.snapshot.participant, .host, permissions: nil))
        scene.ask(cohost.key, .leave)
        #expect(scene.ask(speaker.key, .lock(true)) == .done)
    }

    @Test("who made a room comes back to it as its host")
    func owner() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings(), identity: "ana")
        _ = try scene.enter()
        scene.ask(host.key, .leave)
        #expect(try scene.enter(identity: "ana").snapshot.role == "host")
    }

    @Test("a locked room lets nobody in, and is told to those inside")
    func lock() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings())
        let guest = try scene.enter()
        #expect(scene.ask(host.key, .lock(true)) == .done)
        #expect(scene.events(guest.key).last == .roomUpdated(RoomSettings(locked: true), spotlight: nil))
        let refused = #expect(throws: Scene.Refused.self) { try scene.enter() }
        #expect(refused?.code == .roomLocked)
        scene.ask(host.key, .lock(false))
        #expect(throws: Never.self) { try scene.enter() }
    }

    @Test("the end of a room is an end with 4012 for all, also for those who are away or wait")
    func end() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings(lobby: true))
        let (waiting, _) = scene.core.open()
        scene.ask(waiting, .join(JoinRequest(room: "r", name: "w")))
        let cohost = scene.core.open(role: .cohost).key
        scene.ask(cohost, .join(JoinRequest(room: "r", name: "c")))
        scene.ask(host.key, .end(reason: "over"))
        #expect(scene.events(cohost).last == .roomEnded(reason: "over"))
        #expect(scene.ends(cohost) == [.roomEnded] && scene.ends(host.key) == [.roomEnded])
        #expect(scene.events(waiting) == [.lobbyDenied(reason: "over")])
        #expect(scene.core.roomCount == 0 && scene.core.participantCount == 0 && scene.core.waitingCount == 0)
    }

    @Test("a soft mute switches a source off, a hard one locks it until a moderator asks to unmute")
    func mute() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings())
        let guest = try scene.enter()
        let other = try scene.enter()
        let id = guest.snapshot.participant
        let switchOn = RoomCommand.update(ParticipantUpdate(media: [.microphone: true]))
        scene.ask(guest.key, switchOn)
        #expect(
            scene.events(other.key).last == .peerUpdated(ParticipantChange(participant: id, media: MediaStates(microphone: .on))))
        scene.ask(host.key, .mute(MuteRequest(participant: id, source: .microphone)))
        #expect(scene.events(guest.key).last == .muted(.microphone, hard: false, by: host.snapshot.participant))
        #expect(scene.events(other.key).last == .peerUpdated(ParticipantChange(participant: id, media: MediaStates())))
        #expect(scene.ask(guest.key, switchOn) == .done)
        scene.ask(host.key, .mute(MuteRequest(participant: id, source: .microphone, hard: true)))
        #expect(scene.code(scene.ask(guest.key, switchOn)) == .forbidden)
        #expect(try scene.enter().snapshot.peers.contains { $0.id == id && $0.media.microphone == .locked })
        scene.ask(host.key, .askUnmute(participant: id, .microphone))
        #expect(scene.events(guest.key).contains(.unmuteAsked(.microphone, by: host.snapshot.participant)))
        #expect(scene.ask(guest.key, switchOn) == .done)
    }

    @Test("a spotlight is seen by all and goes with whom it was on")
    func spotlight() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings())
        let guest = try scene.enter()
        scene.ask(host.key, .spotlight(participant: guest.snapshot.participant))
        #expect(scene.events(guest.key).last == .roomUpdated(RoomSettings(), spotlight: guest.snapshot.participant))
        #expect(scene.code(scene.ask(host.key, .spotlight(participant: "p_nobody"))) == .noSuchPeer)
        scene.ask(guest.key, .leave)
        #expect(try scene.enter().snapshot.spotlight == nil)
    }
}
