import RTCCore
import RoomCore
import SignalingProtocol
import Testing

@Suite("Matches and their rooms")
struct MatchingTests {
    /// Two who were matched and accepted: their keys, and the room.
    private func match(_ scene: inout Scene, media: MatchMedia = .video) throws -> (SessionKey, SessionKey, room: String) {
        let (one, two) = (scene.core.open().key, scene.core.open().key)
        scene.ask(one, .enqueue(MatchWish(media: media)))
        scene.ask(two, .enqueue(MatchWish(media: media)))
        #expect(scene.ask(one, .acceptMatch) == .done)
        #expect(scene.ask(two, .acceptMatch) == .done)
        guard case .matchAccepted(let room, media)? = scene.events(one).last, scene.events(two).last == scene.events(one).last
        else { throw Scene.Refused(reply: nil) }
        return (one, two, room)
    }

    private func join(_ scene: inout Scene, _ key: SessionKey, _ room: String) throws -> RoomSnapshot {
        guard case .joined(let snapshot)? = scene.ask(key, .join(JoinRequest(room: room, name: "real name"))) else {
            throw Scene.Refused(reply: nil)
        }
        scene.ask(key, .ready)
        return snapshot
    }

    @Test("both meet in a room of their own, in which names are not shown and nobody else comes")
    func room() throws {
        var scene = Scene()
        let (one, two, room) = try match(&scene)
        let first = try join(&scene, one, room)
        let second = try join(&scene, two, room)
        #expect(first.settings.anonymous && second.peers.map(\.name) == ["guest"])
        #expect(scene.code(scene.ask(one, .update(ParticipantUpdate(name: "real name")))) == .forbidden)
        let third = scene.core.open().key
        #expect(scene.code(scene.ask(third, .join(JoinRequest(room: room, name: "n")))) == .notFound)
        scene.wait(.seconds(11))
        #expect(scene.core.participantCount == 2)
        #expect(scene.code(scene.ask(third, .join(JoinRequest(room: room, name: "n")))) == .notFound)
    }

    @Test("when one leaves, the room is gone, and the other may look for someone else at once")
    func partnerLeaves() throws {
        var scene = Scene()
        let (one, two, room) = try match(&scene)
        _ = try join(&scene, one, room)
        _ = try join(&scene, two, room)
        scene.ask(one, .leave)
        #expect(scene.events(two).last == .roomEnded(reason: "partner_gone"))
        #expect(scene.core.roomCount == 0 && scene.core.participantCount == 0)
        #expect(scene.ask(two, .enqueue(MatchWish())) == .done)
        #expect(scene.ends(two).isEmpty)
    }

    @Test("who comes to the room alone is told after ten seconds")
    func partnerNeverComes() throws {
        var scene = Scene()
        let (one, _, room) = try match(&scene)
        _ = try join(&scene, one, room)
        scene.wait(.milliseconds(9999))
        #expect(scene.core.roomCount == 1)
        scene.wait(.milliseconds(1))
        #expect(scene.events(one).last == .roomEnded(reason: "partner_gone"))
        #expect(scene.core.roomCount == 0)
    }

    @Test("in a text-only match there is chat and no media")
    func textOnly() throws {
        var scene = Scene()
        let (one, two, room) = try match(&scene, media: .text)
        let first = try join(&scene, one, room)
        let second = try join(&scene, two, room)
        #expect(!first.permissions.contains("publish") && !first.permissions.contains("signal"))
        #expect(scene.code(scene.ask(one, signal(second.participant))) == .forbidden)
        #expect(scene.code(scene.ask(one, .update(ParticipantUpdate(media: [.camera: true])))) == .forbidden)
        #expect(scene.ask(one, .chat(ChatRequest(text: "hi"))) == .said(message: 1, milliseconds: 0))
    }

    @Test("who loses the connection is not matched, keeps its place, and is matched when it is back")
    func disconnected() throws {
        var scene = Scene()
        let one = scene.core.open().key
        scene.ask(one, .enqueue(MatchWish()))
        scene.disconnect(one)
        let two = scene.core.open().key
        scene.ask(two, .enqueue(MatchWish()))
        scene.wait(.seconds(5))
        #expect(scene.events(two).isEmpty && scene.core.queueCount == 1)
        scene.core.resumed(one, now: scene.now)
        scene.wait(.zero)
        guard case .matchFound? = scene.events(two).last, case .matchFound? = scene.events(one).last else {
            Issue.record("not found")
            return
        }
        scene.disconnect(one)
        #expect(scene.events(two).last == .matchEnded(.partnerGone, queued: true))
        #expect(scene.core.waiting(for: one, now: scene.now) == 1)
        scene.wait(.seconds(30))
        #expect(scene.core.sessionCount == 1 && scene.core.queueCount == 1)
    }

    @Test("in a room nobody queues, twice nobody queues, and joining a room ends the search")
    func conflicts() throws {
        var scene = Scene()
        let inside = try scene.enter()
        #expect(scene.code(scene.ask(inside.key, .enqueue(MatchWish()))) == .alreadyJoined)
        let one = scene.core.open().key
        #expect(scene.code(scene.ask(one, .acceptMatch)) == .notFound)
        #expect(scene.code(scene.ask(one, .cancelMatch)) == .notFound)
        #expect(scene.code(scene.ask(one, .enqueue(MatchWish(maximumDistance: 5)))) == .badRequest)
        scene.ask(one, .enqueue(MatchWish()))
        #expect(scene.code(scene.ask(one, .enqueue(MatchWish()))) == .conflict)
        scene.ask(one, .join(JoinRequest(room: "r", name: "n")))
        #expect(scene.core.queueCount == 0)
    }
}
