import RTCCore
import RoomCore
import SignalingProtocol
import Testing

@Suite("Administration from outside")
struct AdministrationTests {
    @Test("rooms are told by name, with who is in them")
    func overview() throws {
        var scene = Scene()
        _ = try scene.enter("s")
        let first = try scene.enter("r", create: RoomSettings(), name: "Ana")
        _ = try scene.enter("r", create: RoomSettings(), name: "Bo")
        #expect(scene.core.overview.map(\.name) == ["r", "s"] && scene.core.overview.map(\.participants) == [2, 1])
        #expect(scene.core.residents(of: "r")?.map(\.name) == ["Ana", "Bo"] && scene.core.residents(of: "t") == nil)
        #expect(scene.core.residents(of: "r")?.first?.participant == first.snapshot.participant)
    }

    @Test("a room is locked and ended, and a participant muted and kicked, by nobody in the room")
    func acts() throws {
        var scene = Scene()
        let ana = try scene.enter("r")
        let bo = try scene.enter("r")
        let isLocked = scene.core.administer(lock: true, room: "r")
        #expect(isLocked && scene.core.overview(of: "r")?.settings.locked == true)
        let isMuted = scene.core.administer(
            MuteRequest(participant: ana.snapshot.participant, source: .microphone, hard: true))
        #expect(isMuted && scene.core.residents(of: "r")?.first?.media.microphone == .locked)
        let isKicked = scene.core.administer(KickRequest(participant: ana.snapshot.participant), now: .origin)
        scene.drain()
        #expect(isKicked && scene.ends(ana.key) == [.kicked])
        let isEnded = scene.core.administer(end: "r", reason: "")
        scene.drain()
        #expect(isEnded && scene.ends(bo.key) == [.roomEnded] && scene.core.roomCount == 0)
    }

    @Test("what is not there is not acted upon")
    func absent() {
        var scene = Scene()
        let found = [
            scene.core.administer(lock: true, room: "r"), scene.core.administer(end: "r", reason: ""),
            scene.core.administer(KickRequest(participant: "p"), now: .origin),
            scene.core.administer(MuteRequest(participant: "p", source: .camera)),
        ]
        #expect(found == [false, false, false, false])
    }
}
