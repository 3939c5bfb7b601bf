import NetworkImpairment
import RTCCore
import Scenario
import Testing

@Suite("A scenario is read as it was meant")
struct ScenarioReadingTests {
    @Test("title, name, seed, tags, target and duration")
    func head() throws {
        let scenario = try parse(wholeScenario)
        #expect(scenario.title == "Four callers in a mesh, one on bad Wi-Fi, one that vanishes")
        #expect(scenario.name == "x")
        #expect(scenario.path == "scenarios/x.yaml")
        #expect(scenario.seed == 7)
        #expect(scenario.tags == ["smoke", "mesh"])
        #expect(scenario.target == .init(signalingProtocol: .starling, address: .embedded, mode: .mesh))
        #expect(scenario.duration == .seconds(40))
        #expect(scenario.botCount == 20)
        #expect(scenario.eventNames == ["drop", "storm", "calm", "exit"])
        #expect(scenario.assertions.count == 7)
    }

    @Test("a Janus server with all that it may ask for, none of which is told to anybody")
    func janus() throws {
        let text = wholeScenario.replacing(
            "{ protocol: starling, url: embedded, mode: mesh }",
            with: "{ protocol: janus, url: 'ws://127.0.0.1:8188/', secret: '${API}', token: tok-12, admin_key: adm-12, "
                + "room_secret: rs-123, pin: pin-12 }")
        let scenario = try parse(text, environment: ["API": "api-12"])
        #expect(scenario.target.signalingProtocol == .janus && scenario.target.mode == .sfu)
        #expect(
            scenario.target.janus
                == .init(secret: "api-12", token: "tok-12", adminKey: "adm-12", roomSecret: "rs-123", pin: "pin-12"))
        for secret in ["api-12", "tok-12", "adm-12", "rs-123", "pin-12"] {
            #expect(scenario.redacted("say \(secret)") == "say [redacted]")
        }
    }

    @Test("a group that subscribes to nobody, and how many publish in a room")
    func subscriptions() throws {
        let scenario = try parse(wholeScenario.replacing("subscribe: all", with: "subscribe: none"))
        #expect(scenario.groups[0].subscription == .none && scenario.groups[1].subscription == .all)
        let plan = Plan(scenario)
        #expect(plan.publishers == [plan.bots[0].room: 4])
    }

    @Test("a group with all that it can have")
    func group() throws {
        let group = try parse(wholeScenario).groups[0]
        #expect(group.name == "callers")
        #expect(group.arrival == .over(.seconds(2)))
        #expect(group.publication == Publication(audio: "fixtures/speech.ogg", video: "fixtures/talking-head.ivf"))
        #expect(group.network.name == "wifi")
        #expect(group.reconnect == ReconnectPolicy())
    }

    private static let layers = "[{ rid: q, video: q.ivf }, { rid: f, video: f.ivf }]"

    @Test("the layers of a simulcast, in their order, and a tag that chooses one")
    func simulcast() throws {
        let text = wholeScenario.replacing("video: fixtures/talking-head.ivf", with: "simulcast: \(Self.layers)")
            .replacing("- joined == 100%", with: "- video.in.fps{rid=q} > 5/s")
        let scenario = try parse(text)
        let publication = scenario.groups[0].publication
        #expect(publication.simulcast == [.init(rid: "q", video: "q.ivf"), .init(rid: "f", video: "f.ivf")])
        #expect(publication.video == nil && !publication.isEmpty)
        #expect(publication.files == ["fixtures/speech.ogg", "q.ivf", "f.ivf"])
        #expect(Plan(scenario).lines.contains { $0.contains("q: q.ivf and f: f.ivf") })
    }

    @Test(
        "what cannot be a simulcast is told so",
        arguments: [
            ("simulcast: [{ rid: q, video: q.ivf }]", "a simulcast has two to eight layers"),
            ("simulcast: 3", "groups[0].publish.simulcast"),
            ("simulcast: \(layers), video: x.ivf", "leave out 'video' or 'simulcast'"),
            ("simulcast: [{ rid: q, video: q.ivf }, { rid: q, video: f.ivf }]", "two layers are called 'q'"),
            ("simulcast: [{ rid: q, video: q.ivf }, { rid: 'a b', video: f.ivf }]", "'a b' is not a rid"),
            ("simulcast: [{ rid: q, video: q.ivf }, { rid: aaaaaaaaaaaaaaaaa, video: f.ivf }]", "is not a rid"),
            ("simulcast: [{ rid: q, video: q.ivf }, { video: f.ivf }]", "a layer needs 'rid'"),
        ])
    func notSimulcast(written: String, message: String) {
        let text = wholeScenario.replacing("video: fixtures/talking-head.ivf", with: written)
        #expect(throws: ScenarioErrors.self) { try parse(text) }
        do { _ = try parse(text) } catch { #expect("\(error)".contains(message), "\(error)") }
    }

    @Test("a layer that no group sends cannot be chosen, and Janus gets no simulcast yet")
    func layersElsewhere() {
        let chosen = wholeScenario.replacing("- joined == 100%", with: "- video.in.fps{rid=x} > 5/s")
        do { _ = try parse(chosen) } catch {
            #expect("\(error)".contains("'x' is not a layer; no group has 'simulcast'"), "\(error)")
        }
        let janus = wholeScenario.replacing("video: fixtures/talking-head.ivf", with: "simulcast: \(Self.layers)").replacing(
            "{ protocol: starling, url: embedded, mode: mesh }", with: "{ protocol: janus, url: 'ws://127.0.0.1:8188/' }")
        do { _ = try parse(janus) } catch { #expect("\(error)".contains("'simulcast' is not available yet with protocol janus")) }
        #expect(throws: ScenarioErrors.self) { try parse(chosen) }
        #expect(throws: ScenarioErrors.self) { try parse(janus) }
    }

    @Test("a group with as little as it may have")
    func defaults() throws {
        let text = "scenario: s\ntarget: { url: embedded }\nduration: 1s\ngroups: [{ name: a, count: 1, room: r }]"
        let scenario = try parse(text)
        #expect(scenario.seed == 1)
        let group = scenario.groups[0]
        #expect(group.arrival == .atOnce)
        #expect(group.publication.isEmpty)
        #expect(group.subscription == .all)
        #expect(group.network == .clean)
        #expect(group.reconnect == nil)
    }

    @Test("a network in line, with both forms of loss and jitter")
    func network() throws {
        let network = try parse(wholeScenario).groups[1].network
        #expect(network.name == "custom")
        #expect(
            network.up
                == Impairment(
                    loss: .bernoulli(0.05), delay: .milliseconds(30), jitter: Jitter(.uniform, amount: .milliseconds(5)),
                    rate: RateLimit(bitsPerSecond: 2_000_000, queue: .bytes(65_536)), duplicate: 0.01, corrupt: 0.005, mark: 0.02,
                    mtu: 1280))
        #expect(
            network.down
                == Impairment(
                    loss: .bursts(loss: 0.05, burst: 4),
                    jitter: Jitter(.normal, amount: .milliseconds(10), reorders: true),
                    reordering: .late(probability: 0.01, by: .milliseconds(20)),
                    rate: RateLimit(
                        bitsPerSecond: 8_000_000, bucket: 3000, queue: .codel(CoDel.Parameters(marksECN: true)))))
    }

    @Test(
        "units",
        arguments: [
            ("1h", Duration.seconds(3600)), ("2m", .seconds(120)), ("1.5s", .milliseconds(1500)), ("250ms", .milliseconds(250)),
            ("80us", .microseconds(80)), ("3 s", .seconds(3)),
        ])
    func units(text: String, duration: Duration) throws {
        #expect(
            try parse(
                wholeScenario,
                overrides: [
                    "groups[0].arrive.over=0", "groups[2].arrive.stairs.every=1us",
                    "groups[1].arrive.rate=1000000/s", "timeline=[]", "assert=[]", "duration=\(text)",
                ]
            ).duration == duration)
    }

    @Test("the timeline in its order, with verbs and whom they hit")
    func timeline() throws {
        let timeline = try parse(wholeScenario).timeline
        #expect(
            timeline.map(\.who.description) == ["callers[3]", "callers[2]", "viewers[25%]", "viewers[25%]", "callers[0,2]"])
        #expect(timeline[1].verbs == [.blackout(Blackout(.seconds(6)))])
        #expect(timeline[4].verbs == [.leave])
    }

    @Test("an override replaces what the file says, and is blamed for what it breaks")
    func overrides() throws {
        let scenario = try parse(
            wholeScenario, overrides: ["groups[0].count=8", "seed=9", "groups[0].network={ both: { loss: 1% } }"])
        #expect(scenario.groups[0].count == 8)
        #expect(scenario.seed == 9)
        #expect(scenario.groups[0].network.up.loss == .bernoulli(0.01))
        #expect(
            complaints(about: wholeScenario, overrides: ["groups[0].cuont=8"])
                == "--set groups[0].cuont=8: 'cuont' is not a key of a group; did you mean 'count'? [groups[0].cuont]")
        #expect(
            complaints(about: wholeScenario, overrides: ["gruops[0].count=8"])
                == "--set gruops[0].count=8: the scenario has no 'gruops'; did you mean 'groups'?")
        #expect(
            complaints(about: wholeScenario, overrides: ["groups[7].count=8"]).contains(
                "'groups' has no item [7]; they go from 0 to 2"))
        #expect(complaints(about: wholeScenario, overrides: ["duration"]).contains("write PATH=VALUE, such as groups[0].count=8"))
        #expect(complaints(about: wholeScenario, overrides: ["a..b=1"]).contains("'a..b' is not a path"))
        #expect(complaints(about: wholeScenario, overrides: ["duration.x=1"]).contains("'duration' has no keys"))
    }

    @Test("the environment is substituted after parsing, and its texts are secrets")
    func environment() throws {
        let text = wholeScenario.replacing("url: embedded", with: "url: \"ws://${HOST}/?token=${TOKEN}&x=${X:-1}\"")
        let scenario = try parse(
            text,
            environment: ["HOST": "127.0.0.1:9000", "TOKEN": "s3cr3t}, mode: sfu"].mapValues { $0.replacing(" ", with: "") })
        #expect(scenario.target.address == .url("ws://127.0.0.1:9000/?token=s3cr3t},mode:sfu&x=1"))
        #expect(scenario.secrets == ["s3cr3t},mode:sfu", "127.0.0.1:9000"])
        #expect(Plan(scenario).lines.allSatisfy { !$0.contains("s3cr3t") && !$0.contains("9000") })
    }

    @Test("a token that is written out in the address is a secret too")
    func tokens() throws {
        let text = wholeScenario.replacing("url: embedded", with: "url: \"ws://me:passw0rd@host/x?access_token=abcdef#top\"")
        #expect(try parse(text).secrets == ["passw0rd", "abcdef"])
    }

    @Test("a variable that is not set is asked for, and its value never stands in a message")
    func unset() {
        let text = wholeScenario.replacing("name: viewers", with: "name: ${NAME}")
        #expect(
            complaints(about: text).contains(
                "the environment variable 'NAME' is not set; set it, or write ${NAME:-VALUE} for a default"))
        let said = complaints(about: text, environment: ["NAME": "hunter2 hunter2"])
        #expect(said.contains("'${NAME}' cannot be the name of a group"))
        #expect(!said.contains("hunter2"))
        #expect(complaints(about: wholeScenario.replacing("count: 10", with: "count: ${N:-10}")) == "")
        #expect(
            complaints(about: wholeScenario.replacing("room: mesh-{run}", with: "room: ${RUN")).contains("'${' is not closed"))
        #expect(
            complaints(about: wholeScenario.replacing("room: mesh", with: "room: ${a b}")).contains(
                "does not name an environment variable"))
    }
}

@Suite("A plan is a scenario unrolled")
struct PlanTests {
    @Test("the same scenario and seed give the same plan, another seed another")
    func determinism() throws {
        let scenario = try parse(wholeScenario)
        let plan = Plan(scenario)
        let again = Plan(try parse(wholeScenario))
        #expect(plan.bots == again.bots)
        #expect(plan.events == again.events)
        #expect(plan.lines == again.lines)
        #expect(plan.runID == again.runID)
        #expect(plan.seed == 7)
        let other = Plan(scenario, seed: 8)
        #expect(other.seed == 8)
        #expect(other.runID != plan.runID)
        #expect(zip(plan.bots, other.bots).allSatisfy { $0.seed != $1.seed })
    }

    @Test("the run's name is the same in every process")
    func stable() throws {
        let plan = Plan(try parse(wholeScenario))
        #expect(plan.runID == "yb7qse72")
        #expect(plan.bots[0].seed == 8_059_121_804_329_447_584)
    }

    @Test("a bot keeps its seed when its group grows")
    func seeds() throws {
        let few = Plan(try parse(wholeScenario))
        let many = Plan(try parse(wholeScenario, overrides: ["groups[0].count=9"]))
        let viewer = try #require(few.bots.first { $0.name == "viewers[3]" })
        #expect(many.bots.first { $0.name == "viewers[3]" }?.seed == viewer.seed)
        #expect(Set(many.bots.map(\.seed)).count == many.bots.count)
    }

    @Test("bots join on schedule, in their rooms")
    func arrivals() throws {
        let plan = Plan(try parse(wholeScenario))
        #expect(plan.bots.map(\.index) == Array(0..<20))
        #expect(plan.bots.filter { $0.group == "callers" }.map(\.joinAt.seconds) == [0, 0.5, 1, 1.5])
        #expect(plan.bots.filter { $0.group == "viewers" }.map(\.joinAt.nanoseconds)[3] == 150_000_000)
        #expect(plan.bots.filter { $0.group == "late" }.map(\.joinAt.seconds) == [0, 0, 5, 5, 10, 10])
        #expect(plan.bots[0].room == "mesh-\(plan.runID)")
        #expect(plan.bots[19].room == "late-\(plan.runID)")
    }

    @Test("actions reach whom they name, in order of time")
    func actions() throws {
        let plan = Plan(try parse(wholeScenario))
        #expect(plan.bots[2].actions.map(\.verb) == [.blackout(Blackout(.seconds(6))), .leave])
        #expect(plan.bots[2].actions.map(\.event) == ["drop", "exit"])
        #expect(plan.bots[2].leaveAt == .seconds(30))
        #expect(plan.bots[1].leaveAt == .seconds(40))
        let stormy = plan.bots.filter { $0.group == "viewers" && !$0.actions.isEmpty }
        #expect(stormy.count == 3)
        #expect(stormy.allSatisfy { $0.actions.count == 2 })
    }

    @Test("events have their spans")
    func events() throws {
        let plan = Plan(try parse(wholeScenario))
        #expect(plan.events.map(\.name) == ["drop", "storm", "calm", "exit"])
        #expect(plan.event(named: "drop")?.end == .seconds(21))
        #expect(plan.event(named: "drop")?.bots == [2])
        #expect(plan.event(named: "storm")?.end == .seconds(25))
        #expect(plan.event(named: "calm")?.end == .seconds(25))
        #expect(plan.event(named: "exit")?.end == .seconds(30))
    }

    @Test("a share is the same at every call, grows into the larger one, and is never nobody")
    func shares() {
        for seed in UInt64(0)..<50 {
            let quarter = Selector.share(group: "a", 0.25).indices(in: "a", count: 20, seed: seed)
            let half = Selector.share(group: "a", 0.5).indices(in: "a", count: 20, seed: seed)
            #expect(quarter.count == 5 && half.count == 10)
            #expect(Set(quarter).isSubset(of: half))
            #expect(Selector.share(group: "a", 0.01).indices(in: "a", count: 3, seed: seed).count == 1)
        }
        #expect(Selector.share(group: "a", 0.25).indices(in: "b", count: 20, seed: 1) == [])
    }

    @Test("waits double up to their bound, and end")
    func backoff() {
        var policy = ReconnectPolicy()
        policy.jitter = .none
        policy.attempts = 8
        var random = SplitMix64(seed: 1)
        let waits = (0..<9).map { policy.wait(before: $0, using: &random) }
        #expect(waits.map { $0?.inSeconds } == [0.25, 0.5, 1, 2, 4, 8, 8, 8, nil])
        policy.jitter = .full
        for attempt in 0..<8 {
            let wait = policy.wait(before: attempt, using: &random) ?? .seconds(99)
            #expect(wait >= .zero && wait <= policy.bound(of: attempt))
        }
        #expect(policy.bound(of: .max) == .seconds(8))
    }

    @Test("the longest stairs that can be written do not overflow")
    func stairs() {
        let stairs = Arrival.stairs(step: 1, every: .seconds(7 * 24 * 3600))
        #expect(stairs.offset(of: 99_999, in: 100_000) > .seconds(7 * 24 * 3600))
        #expect(
            complaints(about: wholeScenario.replacing("step: 2, every: 5s", with: "step: 1, every: 168h")).contains(
                "would join at"))
    }

    @Test("what is printed says who, where, when and what")
    func lines() throws {
        let lines = Plan(try parse(wholeScenario)).lines
        #expect(lines.contains { $0.contains("20 bots, 40 s, seed 7, run") })
        #expect(lines.contains("    15 s: callers[2]: blackout of 6 s [drop until 21 s, hits callers[2]]"))
    }
}
