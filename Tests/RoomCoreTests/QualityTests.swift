import RTCCore
import RoomCore
import SignalingProtocol
import Testing

@Suite("Who speaks, how connections are, and who wants what")
struct QualityTests {
    private func speak(_ scene: inout Scene, _ key: SessionKey, level: Double, for duration: Duration) {
        let end = scene.now + duration
        while scene.now < end {
            scene.ask(key, .stats(StatsReport(audioLevel: level)))
            scene.wait(.milliseconds(100))
        }
    }

    @Test("who speaks is told to all, and silence too after two seconds")
    func speaker() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        speak(&scene, first.key, level: 0.3, for: .seconds(1))
        for key in [first.key, second.key] {
            #expect(scene.events(key).last == .activeSpeaker(participant: first.snapshot.participant))
        }
        #expect(try scene.enter().snapshot.speaker == first.snapshot.participant)
        scene.wait(.seconds(2))
        #expect(scene.events(second.key).contains(.activeSpeaker(participant: nil)))
    }

    @Test("whoever is muted by a moderator, or leaves, does not speak")
    func silenced() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings())
        let first = try scene.enter()
        speak(&scene, first.key, level: 0.3, for: .milliseconds(500))
        scene.ask(host.key, .mute(MuteRequest(participant: first.snapshot.participant, source: .microphone, hard: true)))
        #expect(scene.events(host.key).last == .activeSpeaker(participant: nil))
        let before = scene.events(host.key).count
        speak(&scene, first.key, level: 0.9, for: .seconds(1))
        #expect(scene.events(host.key).count == before)
    }

    @Test("a connection's class is told at first, and then when two reports agree on another")
    func quality() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        let good = RoomCommand.stats(StatsReport(roundTrip: 40, jitterMilliseconds: 2, loss: 0))
        let bad = RoomCommand.stats(StatsReport(roundTrip: 400, jitterMilliseconds: 60, loss: 0.12))
        var told: [ConnectionQuality] {
            scene.events(second.key).compactMap { event in
                guard case .connectionQuality(first.snapshot.participant, let quality, _) = event else { return nil }
                return quality
            }
        }
        for command in [good, good, bad, good, bad, bad, bad] { scene.ask(first.key, command) }
        #expect(told == [.excellent, .bad])
    }

    @Test("publishers learn who does not want their media, also those who come later")
    func list() throws {
        var scene = Scene()
        let viewer = try scene.enter()
        let first = try scene.enter()
        let second = try scene.enter()
        let id = viewer.snapshot.participant
        scene.ask(viewer.key, .subscribe(.participants([first.snapshot.participant])))
        #expect(scene.events(second.key).last == .subscribed(participant: id, wanted: false))
        #expect(!scene.events(first.key).contains { if case .subscribed = $0 { true } else { false } })
        let third = try scene.enter()
        #expect(scene.events(third.key) == [.subscribed(participant: id, wanted: false)])
        scene.ask(viewer.key, .subscribe(.auto))
        #expect(scene.events(third.key).last == .subscribed(participant: id, wanted: true))
    }

    @Test("who subscribes to active speakers wants those who spoke last")
    func activeSpeakers() throws {
        var scene = Scene()
        let viewer = try scene.enter()
        let first = try scene.enter()
        let second = try scene.enter()
        let id = viewer.snapshot.participant
        scene.ask(viewer.key, .subscribe(.activeSpeakers(1)))
        #expect(scene.events(second.key).last == .subscribed(participant: id, wanted: false))
        speak(&scene, second.key, level: 0.3, for: .seconds(1))
        #expect(scene.events(second.key).contains(.subscribed(participant: id, wanted: true)))
        #expect(scene.events(first.key).contains(.subscribed(participant: id, wanted: false)))
    }
}
