import Measurement
import NetworkImpairment
import RTCCore
import Scenario
import SignalingProtocol
import Testing

@Suite("Verbs of the timeline")
struct VerbTests {
    private func plan(_ timeline: String, count: Int = 3, duration: String = "60s", room: String = "r") throws -> Plan {
        let text = """
            scenario: Verbs
            target: { url: embedded }
            duration: \(duration)
            groups:
              - name: callers
                count: \(count)
                room: \(room)
                match: { answer: wait }
            timeline:
              \(timeline)
            """
        return Plan(
            try Scenario.parse(
                text, path: "verbs.yaml", environment: [:], presets: NetworkProfile.preset,
                presetNames: NetworkProfile.presetNames))
    }

    private func complaint(_ timeline: String) -> String {
        do {
            _ = try plan(timeline)
            return "nothing"
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "each verb is read in its short and its long form",
        arguments: [
            ("{ blackout: 6s }", Verb.blackout(Blackout(.seconds(6)))),
            ("{ blackout: { for: 40s, only: media } }", .blackout(Blackout(.seconds(40), scope: .media))),
            ("{ blackout: { for: 1s, only: signaling } }", .blackout(Blackout(.seconds(1), scope: .signaling))),
            ("address_change", .addressChange), ("{ address_change: true }", .addressChange),
            ("{ kill: signaling }", .kill(Kill(.signaling))),
            ("{ kill: { what: both, for: 3s } }", .kill(Kill(.both, for: .seconds(3)))),
            ("{ mic: off }", .mic(false)), ("{ camera: on }", .camera(true)), ("ice_restart", .iceRestart),
            ("{ chat: Hello }", .chat("Hello", to: nil)),
            ("{ chat: { text: Hello, to: \"callers[2]\" } }", .chat("Hello", to: "callers[2]")), ("{ react: x }", .react("x")),
            ("{ hand: raise }", .hand(true)), ("{ hand: lower }", .hand(false)), ("{ admit: all }", .admit(nil)),
            ("{ admit: \"callers[2]\" }", .admit("callers[2]")), ("{ deny: \"callers[2]\" }", .deny("callers[2]")),
            ("{ kick: \"callers[2]\" }", .kick("callers[2]")), ("{ lock: on }", .lock(true)),
            ("{ mute: \"callers[2]\" }", .mute(.init(bot: "callers[2]", source: .microphone, isHard: false))),
            (
                "{ mute: { bot: \"callers[2]\", source: camera, hard: true } }",
                .mute(.init(bot: "callers[2]", source: .camera, isHard: true))
            ),
            ("{ role: { bot: \"callers[2]\", role: cohost } }", .role("callers[2]", .cohost)),
            ("{ subscribe: all }", .subscribe(.all)), ("{ subscribe: none }", .subscribe(.bots([]))),
            ("{ subscribe: { bots: [\"callers[2]\"] } }", .subscribe(.bots(["callers[2]"]))),
            ("{ subscribe: { speakers: 2 } }", .subscribe(.speakers(2))), ("accept", .acceptMatch), ("skip", .skipMatch),
            ("{ screen: other.ivf }", .screen("other.ivf")), ("{ screen: off }", .screen(nil)),
            ("enqueue", .enqueue(nil)),
            ("{ enqueue: { pool: other, media: text } }", .enqueue(MatchWish(pool: "other", media: .text))),
            ("{ switch_device: { video: other.ivf } }", .switchDevice(Publication(audio: nil, video: "other.ivf"))),
        ])
    func forms(text: String, verb: Verb) throws {
        let plan = try plan("- { at: 5s, who: \"callers[1]\", do: \(text) }")
        #expect(plan.bots[1].actions.map(\.verb) == [verb])
        #expect(plan.bots[0].actions.isEmpty)
    }

    @Test("a screen is an event until it is off, or another is shown")
    func screen() throws {
        let plan = try plan(
            "- { at: 5s, event: shown, who: \"callers[0]\", do: { screen: a.ivf } }\n  - { at: 9s, event: gone, who: callers, do: { screen: off } }"
        )
        #expect(plan.event(named: "shown")?.end == .seconds(9))
        #expect(plan.event(named: "gone")?.end == .seconds(9))
    }

    @Test("a pool has the run's name in it, as rooms have")
    func pool() throws {
        let plan = try plan("- { at: 5s, who: \"callers[1]\", do: { enqueue: { pool: \"p-{run}-{place}\" } } }")
        #expect(plan.bots[1].actions.map(\.verb) == [.enqueue(MatchWish(pool: "p-\(plan.runID)-1"))])
        #expect(plan.bots[1].matchAnswer == .wait)
    }

    @Test("who is put out stops then, and comes back where the timeline says so")
    func kicked() throws {
        let gone = try plan("- { at: 5s, who: \"callers[0]\", do: { kick: \"callers[1]\" } }")
        #expect(gone.bots[1].leaveAt == .origin + .seconds(5) && gone.bots[0].leaveAt == gone.end)
        let back = try plan(
            "- { at: 5s, who: \"callers[0]\", do: { kick: \"callers[1]\" } }\n  - { at: 9s, who: \"callers[1]\", do: rejoin }")
        #expect(back.bots[1].leaveAt == back.end)
    }

    @Test("who leaves and comes back stays to the end; who leaves again does not")
    func rejoin() throws {
        let back = try plan(
            "- { at: 5s, who: \"callers[1]\", do: leave }\n  - { at: 9s, who: \"callers[1]\", do: rejoin }")
        #expect(back.bots[1].leaveAt == back.end)
        let gone = try plan(
            "- { at: 20s, who: callers, do: leave }\n  - { at: 9s, who: callers, do: rejoin }\n  - { at: 5s, who: callers, do: leave }"
        )
        #expect(gone.bots[1].leaveAt == .seconds(20))
    }

    @Test("a dead server is away for its time")
    func serverOutage() throws {
        let plan = try plan("- { at: 8s, event: crash, who: all, do: { kill: { what: server, for: 3s } } }")
        #expect(plan.serverOutages.map(\.start) == [.seconds(8)])
        #expect(plan.serverOutages.map(\.end) == [.seconds(11)])
        #expect(plan.event(named: "crash")?.end == .seconds(11))
    }

    @Test("a microphone that is off is an event until it is on again")
    func mute() throws {
        let plan = try plan(
            "- { at: 5s, event: quiet, who: \"callers[0]\", do: { mic: off } }\n  - { at: 9s, who: \"callers[0]\", do: { mic: on } }"
        )
        #expect(plan.event(named: "quiet")?.end == .seconds(9))
    }

    @Test("rooms of two are made by dividing places")
    func rooms() throws {
        let plan = try plan("- { at: 5s, who: all, do: ice_restart }", count: 5, room: "room-{place/2}")
        #expect(plan.bots.map(\.room) == ["room-0", "room-0", "room-1", "room-1", "room-2"])
    }

    @Test(
        "what is wrong is said",
        arguments: [
            ("{ kill: server }", "a server is away for a time: write { kill: { what: server, for: 5s } }"),
            ("{ kill: { what: server } }", "a server is away for a time: add 'for: 5s'"),
            ("{ kill: { what: sever, for: 5s } }", "did you mean 'server'"),
            ("rejoin", "callers[1] would come back at 5 s without having left: let it 'leave' earlier"),
            ("{ mic: loud }", "'loud' is neither on nor off"),
            ("{ ice_restart: 5s }", "'ice_restart' takes no value: write 'do: ice_restart'"),
            ("{ blackout: { only: media } }", "needs 'for'"),
            ("{ switch_device: {} }", "nothing is switched here"),
            ("{ screen: on }", "a screen shows a file: write { screen: fixtures/screen-360p.ivf }"),
            ("{ screen: slides.ogg }", "slides.ogg"),
            ("{ share: on }", "'share' is not available yet"),
        ])
    func complaints(text: String, message: String) {
        #expect(complaint("- { at: 5s, who: \"callers[1]\", do: \(text) }").contains(message))
    }

    @Test("a server that is killed is everybody's")
    func killedForSome() {
        #expect(
            complaint("- { at: 5s, who: \"callers[1]\", do: { kill: { what: server, for: 5s } } }").contains(
                "everybody loses a server: write 'who: all'"))
    }
}
