import RTCCore
import RoomCore
import SignalingProtocol
import Testing

@Suite("Sessions of tabs")
struct TabTests {
    private func open(_ scene: inout Scene, tab: String, after older: SessionKey? = nil) -> SessionKey {
        scene.core.open(identity: "ana", tab: tab, succeeding: older).key
    }

    @Test("two tabs of one person are two sessions")
    func twoTabs() {
        var scene = Scene()
        let one = open(&scene, tab: "tab-0001")
        let two = open(&scene, tab: "tab-0002")
        scene.ask(one, .join(JoinRequest(room: "a", name: "n")))
        scene.ask(two, .join(JoinRequest(room: "b", name: "n")))
        #expect(scene.core.participantCount == 2 && scene.core.statistics.visits == 2)
    }

    @Test("the same tab again takes the older session's place at once: no ghost, and no second visit")
    func sameTab() {
        var scene = Scene()
        let older = open(&scene, tab: "tab-0001")
        scene.ask(older, .join(JoinRequest(room: "a", name: "n")))
        scene.disconnect(older)
        let newer = open(&scene, tab: "tab-0001")
        #expect(scene.core.participantCount == 0 && scene.core.sessionCount == 1)
        scene.ask(newer, .join(JoinRequest(room: "a", name: "n", duplicate: .reject)))
        #expect(scene.core.participantCount == 1 && scene.core.statistics.visits == 1)
        let third = open(&scene, tab: "tab-0001")
        scene.wait(.zero)
        #expect(scene.ends(newer) == [.replaced] && scene.core.sessionCount == 1)
        scene.core.ended(third, .leave)
        #expect(scene.core.sessionCount == 0)
    }

    @Test("a session that has missed too much is succeeded by one of its tab, which keeps its participant")
    func succession() {
        var scene = Scene()
        let older = open(&scene, tab: "tab-0001")
        guard case .joined(let before)? = scene.ask(older, .join(JoinRequest(room: "a", name: "n"))) else { return }
        scene.disconnect(older)
        let newer = open(&scene, tab: "tab-0001", after: older)
        guard case .joined(let after)? = scene.ask(newer, .join(JoinRequest(room: "a", name: "n"))) else { return }
        #expect(before.participant == after.participant && scene.core.statistics.visits == 1)
        #expect(scene.core.sessionCount == 1)
    }

    @Test("a tab of someone else with the same name is another tab")
    func strangers() {
        var scene = Scene()
        _ = scene.core.open(identity: "ana", tab: "tab-0001")
        _ = scene.core.open(identity: "bo", tab: "tab-0001")
        #expect(scene.core.sessionCount == 2)
    }
}
