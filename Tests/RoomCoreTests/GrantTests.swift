import AccessCore
import RTCCore
import RoomCore
import SignalingProtocol
import Testing

@Suite("What tokens grant in rooms")
struct GrantTests {
    /// Enters a room under a grant.
    private static func enter(
        _ scene: inout Scene, _ grant: Grant, name: String = "n", create: RoomSettings? = nil,
        duplicate: DuplicatePolicy = .replace
    ) -> (key: SessionKey, reply: RoomReply?) {
        let (key, _) = scene.core.open(grant: grant)
        let join = JoinRequest(room: "r", name: name, duplicate: duplicate, create: create)
        let reply = scene.ask(key, .join(join))
        if case .joined? = reply { scene.ask(key, .ready) }
        return (key, reply)
    }

    private static func snapshot(_ reply: RoomReply?) throws -> RoomSnapshot {
        guard case .joined(let snapshot)? = reply else { throw Scene.Refused(reply: reply) }
        return snapshot
    }

    @Test("name and attributes come from the token, whatever its bearer says")
    func nameAndAttributes() throws {
        var scene = Scene()
        _ = Self.enter(&scene, Grant(identity: "ana", name: "Ana", attributes: ["flag": "de"]), name: "Mallory")
        let other = try Self.snapshot(Self.enter(&scene, Grant(identity: "bo")).reply)
        #expect(other.peers.map(\.name) == ["Ana"] && other.peers.map(\.attributes) == [["flag": "de"]])
    }

    @Test("permissions of a token take the place of the role's, until a moderator gives another role")
    func permissions() throws {
        var scene = Scene()
        let host = Self.enter(&scene, Grant(identity: "h", role: .host))
        let guest = Self.enter(&scene, Grant(identity: "g", permissions: [.subscribe, .chat]))
        let snapshot = try Self.snapshot(guest.reply)
        #expect(snapshot.permissions == ["subscribe", "chat"])
        #expect(scene.code(scene.ask(guest.key, .raiseHand)) == .forbidden)
        #expect(scene.code(scene.ask(guest.key, .chat(ChatRequest(text: "hi")))) == nil)
        #expect(scene.ask(host.key, .setRole(participant: snapshot.participant, .cohost)) == .done)
        #expect(scene.ask(guest.key, .raiseHand) == .done)
    }

    @Test("a source that the token leaves out stays locked, and no moderator unlocks it")
    func sources() throws {
        var scene = Scene()
        let host = Self.enter(&scene, Grant(identity: "h", role: .host))
        let guest = Self.enter(&scene, Grant(identity: "g", sources: [.microphone]))
        let participant = try Self.snapshot(guest.reply).participant
        #expect(try Self.snapshot(guest.reply).media.camera == .locked)
        #expect(scene.ask(guest.key, .update(ParticipantUpdate(media: [.microphone: true]))) == .done)
        #expect(scene.code(scene.ask(guest.key, .update(ParticipantUpdate(media: [.camera: true])))) == .forbidden)
        #expect(scene.code(scene.ask(host.key, .askUnmute(participant: participant, .camera))) == .forbidden)
        #expect(scene.ask(host.key, .askUnmute(participant: participant, .microphone)) == .done)
    }

    @Test("a token skips the lobby, or waits where there is none")
    func lobby() throws {
        var scene = Scene()
        let host = Self.enter(&scene, Grant(identity: "h", role: .host), create: RoomSettings(lobby: true))
        #expect(try Self.snapshot(Self.enter(&scene, Grant(identity: "a", lobby: .skip)).reply).peers.count == 1)
        guard case .waiting? = Self.enter(&scene, Grant(identity: "b")).reply else { throw Scene.Refused(reply: nil) }
        scene.ask(host.key, .end(reason: ""))
        _ = Self.enter(&scene, Grant(identity: "c", role: .host))
        guard case .waiting? = Self.enter(&scene, Grant(identity: "d", lobby: .wait)).reply else {
            throw Scene.Refused(reply: nil)
        }
    }

    @Test("what becomes of duplicates the token says, whatever its bearer asks for")
    func duplicates() {
        var scene = Scene()
        let grant = Grant(identity: "ana", duplicate: .reject)
        _ = Self.enter(&scene, grant)
        #expect(scene.code(Self.enter(&scene, grant, duplicate: .replace).reply) == .duplicateIdentity)
    }

    @Test("a token for other rooms does not open this one")
    func scope() {
        var scene = Scene()
        #expect(scene.code(Self.enter(&scene, Grant(rooms: .some([.init("s")]))).reply) == .forbidden)
        #expect(scene.code(Self.enter(&scene, Grant(rooms: .some([.init("r*", isGlob: true)]))).reply) == nil)
    }

    @Test("who is hidden is in no roster, makes no event, and can only listen")
    func hidden() throws {
        var scene = Scene()
        let ana = Self.enter(&scene, Grant(identity: "ana"))
        let before = scene.outputs.count
        let ghost = Self.enter(&scene, Grant(identity: "ghost", isHidden: true))
        let snapshot = try Self.snapshot(ghost.reply)
        #expect(snapshot.peers.count == 1 && snapshot.permissions == ["subscribe"])
        let bo = try Self.snapshot(Self.enter(&scene, Grant(identity: "bo")).reply)
        #expect(bo.peers.count == 1 && scene.core.participants(in: "r").count == 2)
        #expect(scene.core.residents(of: "r")?.map(\.isHidden) == [false, true, false])
        #expect(scene.code(scene.ask(ghost.key, .chat(ChatRequest(text: "boo")))) == .forbidden)
        let signal = SignalRequest(to: snapshot.participant, connection: "a", epoch: 0, kind: .offer, body: "{}")
        #expect(scene.code(scene.ask(ana.key, .signal(signal))) == .noSuchPeer)
        #expect(scene.ask(ghost.key, .update(ParticipantUpdate(status: "here"))) == .done)
        scene.ask(ghost.key, .leave)
        let told = scene.outputs[before...].filter { output in
            if case .event(ana.key, _, _, _) = output { true } else { false }
        }
        #expect(told.count == 1, "of the newcomer who is not hidden")
    }

    @Test("a session is over when its time is, in a room or not, and later where it was extended")
    func expiry() {
        var scene = Scene()
        let (outside, _) = scene.core.open(until: .origin + .seconds(10))
        let inside = Self.enter(&scene, Grant(identity: "ana", sessionLifetime: .seconds(10)))
        scene.core.extend(inside.key, until: .origin + .seconds(10))
        scene.core.extend(inside.key, until: .origin + .seconds(20))
        scene.core.extend(inside.key, until: .origin + .seconds(15))
        scene.wait(.seconds(10))
        #expect(scene.ends(outside) == [.unauthenticated] && scene.ends(inside.key).isEmpty)
        scene.wait(.seconds(10))
        #expect(scene.ends(inside.key) == [.unauthenticated] && scene.core.roomCount == 0)
        #expect(scene.core.statistics.expired == 2)
    }
}
