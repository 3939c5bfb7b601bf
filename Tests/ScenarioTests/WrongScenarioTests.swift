import Scenario
import Testing

/// One slip in an otherwise right scenario, and what the person who made it reads.
struct Slip: CustomTestStringConvertible, Sendable {
    var written: String
    var instead: String
    var message: String
    /// How many complaints it leads to: a name that is gone is missed wherever it was used.
    var complaints: Int

    init(_ written: String, _ instead: String, _ message: String, complaints: Int = 1) {
        self.complaints = complaints
        self.written = written
        self.instead = instead
        self.message = message
    }

    var testDescription: String { message }
}

@Suite("A wrong scenario is told what to write instead")
struct WrongScenarioTests {
    static let keys: [Slip] = [
        Slip(
            "    count: 4", "    cuont: 4",
            "scenarios/x.yaml:8:5: 'cuont' is not a key of a group; did you mean 'count'? [groups[0].cuont]"),
        Slip(
            "duration: 40s", "durration: 40s",
            "x.yaml:5:1: 'durration' is not a key of a scenario; did you mean 'duration'? [durration]"),
        Slip(
            "mode: mesh }", "mdoe: mesh }", "x.yaml:4:46: 'mdoe' is not a key of the target; did you mean 'mode'? [target.mdoe]"),
        Slip(
            "arrive: { over: 2s }", "arrive: { ovr: 2s }",
            "'ovr' is not a key of an arrival; did you mean 'over'? [groups[0].arrive.ovr]"),
        Slip(
            "delay: 30ms", "dely: 30ms", "'dely' is not a key of an impairment; did you mean 'delay'? [groups[1].network.up.dely]"
        ),
        Slip(
            "attempts: 20", "retries: 20",
            "'retries' is not a key of a reconnect policy; it has: initial, factor, max, jitter, attempts"),
        Slip(
            "event: drop", "name: drop", "'name' is not a key of an entry of the timeline; it has: at, event, who, do",
            complaints: 3),
        Slip("    count: 4\n", "", "x.yaml:7:5: a group needs 'count': add 'count: …' [groups[0].count]"),
        Slip("duration: 40s\n", "", "x.yaml:1:1: a scenario needs 'duration': add 'duration: …' [duration]"),
        Slip("    room: mesh-{run}\n    publish", "    publish", "a group needs 'room': add 'room: …' [groups[0].room]"),
        Slip("seed: 7", "seed: 7\nseed: 8", "'seed' stands twice in one mapping; keep one"),
    ]

    static let values: [Slip] = [
        Slip(
            "duration: 40s", "duration: 40",
            "x.yaml:5:11: '40' has no unit; a duration is expected: write 250ms, 2s or 5m [duration]"),
        Slip("duration: 40s", "duration: 40 sec", "'sec' is not a unit; there are: us, ms, s"),
        Slip("duration: 40s", "duration: 300kbps", "'300kbps' is a bitrate; a duration is expected"),
        Slip("duration: 40s", "duration: -4s", "'-4s' is negative: write 250ms, 2s or 5m"),
        Slip("duration: 40s", "duration: 0", "this time must be longer than nothing"),
        Slip("duration: 40s", "duration: 9000h", "'9000h' is longer than a week"),
        Slip("duration: 40s", "duration:", "a duration such as 250ms, 2s or 5m is expected here, not nothing"),
        Slip("duration: 40s", "duration: [40s]", "a duration such as 250ms, 2s or 5m is expected here, not a list"),
        Slip("rate: 2Mbps", "rate: 2mbps", "'mbps' is not a unit; did you mean 'Mbps'?"),
        Slip("rate: 2Mbps", "rate: 2MiB", "'2MiB' is a size; a bitrate is expected: write 300kbps or 2.5Mbps"),
        Slip("rate: 2Mbps, queue: 64KiB", "queue: 64KiB", "a queue needs a 'rate' that fills it: add 'rate: 2Mbps'"),
        Slip("loss: 5%, delay", "loss: 0.05, delay", "'0.05' has no unit; a percentage is expected: write 5% or 99.5%"),
        Slip("loss: 5%, delay", "loss: 150%, delay", "'150%' is more than 100%"),
        Slip("burst: 4", "burst: 0.5", "'0.5' is not a number from 1 to 1000000: write 4"),
        Slip(
            "rate: 5%, burst: 4", "rate: 90%, burst: 4", "a loss of 90% in bursts of 4 cannot be: a burst must be longer than 9"),
        Slip("distribution: normal", "distribution: gauss", "'gauss' is not a distribution: write one of uniform, normal"),
        Slip("reorders: true", "reorders: yes", "'yes' is neither true nor false"),
        Slip("mtu: 1280", "mtu: 12", "'12' is not an MTU: write bytes from 68 to 65535, such as 1280"),
        Slip("rate: 20/s", "rate: 20", "'20' has no unit; a number per second is expected: write 20/s"),
        Slip("{ over: 2s }", "{ over: 2s, rate: 20/s }", "an arrival is one of { over: 2s }, { rate: 20/s } and { stairs:"),
        Slip("{ over: 2s }", "2s", "an arrival is a mapping, not '2s': write { over: …, rate: …, stairs: … }"),
        Slip("seed: 7", "seed: lucky", "a seed is a whole number from 0 to 18446744073709551615, not 'lucky': write 'seed: 7'"),
        Slip("jitter: full", "jitter: ful", "'ful' is not a jitter; did you mean 'full'?"),
        Slip("max: 8s", "max: 100ms", "'max' is shorter than 'initial'"),
        Slip("tags: [smoke, mesh]", "tags: smoke", "'tags' is a list, not 'smoke': write '- ' before each item"),
        Slip("network: wifi\n", "network: wifii\n", "'wifii' is not a network; did you mean 'wifi'?"),
        Slip(
            "{ both: { loss: 20% } }", "{ both: { loss: 20% }, up: { loss: 1% } }",
            "a network has 'both', or 'up' and 'down', not all of them"),
        Slip(
            "room: mesh-{run}\n    publish", "room: mesh-{runn}\n    publish",
            "'{runn}' is not a placeholder of a room; did you mean '{run}'?"),
        Slip(
            "fixtures/speech.ogg", "fixtures/speech",
            "'fixtures/speech' is not a .ogg or .opus file: write a path such as fixtures/speech.ogg"),
    ]

    static let networks: [Slip] = [
        Slip("loss: 5%, delay", "loss: {}, delay", "a loss needs 'rate': add 'rate: …'"),
        Slip("loss: 5%, delay", "loss: { burst: 4 }, delay", "a loss needs 'rate': add 'rate: …'"),
        Slip("loss: 5%, delay", "loss: { to_bad: 1% }, delay", "a loss needs 'to_good': add 'to_good: …'"),
        Slip("loss: 5%, delay", "loss: { good: 8s }, delay", "a loss needs 'bad': add 'bad: …'"),
        Slip(
            "loss: 5%, delay", "loss: { good: 8s, bad: 0 }, delay", "a state stays for at least 1ms on the average: write 200ms"),
        Slip(
            "loss: 5%, delay", "loss: { rate: 5%, to_bad: 1% }, delay",
            "a loss is { rate, burst }, { to_bad, to_good, in_good, in_bad } or { good, bad, in_good, in_bad }, not a mixture"),
        Slip("loss: 5%, delay", "loss: { rate: 5%, in_bad: 50% }, delay", "not a mixture"),
        Slip(
            "loss: 5%, delay", "loss: { rate: 5%, place: after }, delay",
            "'after' is not a place of losses: write one of before_queue, after_queue"),
        Slip("jitter: 5ms", "jitter: { amount: 5ms, correlation: 100% }", "a correlation of 100% would never change: write less"),
        Slip("jitter: 5ms", "reorder: {}", "a reordering is { every: 5 } or { share: 1%, by: 20ms }"),
        Slip("jitter: 5ms", "reorder: { share: 1% }", "a reordering is { every: 5 } or { share: 1%, by: 20ms }"),
        Slip("jitter: 5ms", "reorder: { every: 5, share: 1% }", "a reordering is { every: 5 } or { share: 1%, by: 20ms }"),
        Slip("jitter: 5ms", "reorder: { every: 1 }", "'1' is not a whole number from 2 to 1000000: write 5"),
        Slip(
            "delay: 30ms, jitter: 5ms", "reorder: { every: 5 }",
            "an early datagram needs a 'delay' that it can skip: add 'delay: 30ms'"),
        Slip("rate: 2Mbps, queue: 64KiB", "bucket: 64KiB", "a bucket needs a 'rate' that fills it: add 'rate: 2Mbps'"),
        Slip("queue: 64KiB", "queue: {}", "a queue has one bound: { time: 300ms }, { size: 64KiB } or { packets: 50 }"),
        Slip("queue: 64KiB", "queue: { time: 1s, packets: 5 }", "a queue has one bound"),
        Slip("queue: 64KiB", "queue: { packets: 0 }", "'0' is not a whole number from 1 to 1000000: write 50"),
        Slip("queue: 64KiB", "queue: { packets: 5, ecn: true }", "'ecn' belongs to CoDel: add 'discipline: codel'"),
        Slip(
            "queue: 64KiB", "queue: { discipline: codel, size: 64KiB }",
            "CoDel bounds the wait by 'target'; a queue with it may have 'packets', not 'size'"),
        Slip("queue: 64KiB", "queue: { discipline: red }", "'red' is not a discipline: write one of droptail, codel"),
        Slip("mark: 2%", "mark: 1", "'1' has no unit; a percentage is expected"),
        Slip("duplicate: 1%", "trace: { loop: true }", "a trace needs 'file': add 'file: …'"),
        Slip(
            "    network: wifi\n", "    network: wifi\n    ecn: yes\n", "'yes' is not a codepoint: write one of none, ect0, ect1"),
    ]

    static let references: [Slip] = [
        Slip("count: 4", "count: 0", "a group of nobody does nothing: write 'count: 1' or more, or take the group out"),
        Slip("count: 4", "count: four", "'four' is not a whole number from 1 to 100000: write 4"),
        Slip("name: viewers", "name: callers", "two groups are called 'callers'; each needs its own name", complaints: 4),
        Slip("name: viewers", "name: all", "a group cannot be called 'all', which stands for everyone", complaints: 4),
        Slip("name: viewers", "name: the viewers", "'the viewers' cannot be the name of a group", complaints: 4),
        Slip("who: \"callers[3]\"", "who: \"callres[3]\"", "'callres' is not a group; did you mean 'callers'? [timeline[0].who]"),
        Slip("who: \"callers[3]\"", "who: \"callers[4]\"", "there is no callers[4]; the 4 of 'callers' go from 0 to 3"),
        Slip(
            "who: \"callers[3]\"", "who: \"callers[x]\"",
            "'callers[x]' does not say who: write callers, callers[3], callers[0,2], callers[25%] or all"),
        Slip(
            "who: \"callers[3]\"", "who: \"callers[0%]\"", "'0%' is not a share of a group: write more than 0% and at most 100%"),
        Slip("who: \"callers[3]\"", "who: [callers]", "'who' is a text, not a list: write \"callers[0,2]\" in quotes"),
        Slip("who: \"callers[3]\"", "who: callers[3]", "inside { } a value with [ ] needs quotes: who: \"callers[3]\""),
        Slip(
            "at: 15s", "at: 45s",
            "'45s' is not before the end of the run at 40 s: make it earlier, or 'duration' longer [timeline[1].at]"),
        Slip("event: storm", "event: drop", "two entries are called 'drop'; each event needs its own name", complaints: 2),
        Slip(
            "{ blackout: 6s }", "{ blakout: 6s }",
            "'blakout' is not a key of an action; did you mean 'blackout'? [timeline[1].do.blakout]"),
        Slip("{ blackout: 6s }", "blackout", "'blackout' needs a value: write { blackout: … }"),
        Slip("{ blackout: 6s }", "{}", "nothing is done here: write { network: … } or { blackout: … } or { address_change: … }"),
        Slip("do: leave", "do: { leave: 3s }", "'leave' takes no value: write 'do: leave'"),
        Slip(
            "{ over: 2s }", "{ over: 80s }", "the last of 4 bots would join at 60 s, when the run of 40 s is over", complaints: 2),
        Slip(
            "at: 30s, event: exit, who: \"callers[0,2]\"", "at: 500ms, who: callers",
            "callers[1] would leave at 500 ms, when it has not yet joined"),
        Slip("joined ==", "joind ==", "x.yaml:33:5: 'joind' is not a metric; did you mean 'joined'? [assert[0]]"),
        Slip("outside drop", "outside dorp", "x.yaml:37:44: 'dorp' is not an event; did you mean 'drop'? [assert[4]]"),
        Slip("{group=viewers}", "{group=viewer}", "'viewer' is not a group; did you mean 'viewers'? [assert[3]]"),
        Slip("bot=callers[1]", "bot=callers[9]", "'callers[9]' is not a bot; bots are called like callers[0]"),
    ]

    static let notYet: [Slip] = [
        Slip("{ blackout: 6s }", "{ share: screen }", "'share' is not available yet [timeline[1].do.share]"),
        Slip("do: leave", "do: chat", "'chat' needs a value: write { chat: … }"),
        Slip("do: leave", "do: { kick: \"callers[7]\" }", "'callers[7]' is not a bot; bots are called like callers[0]"),
        Slip("do: leave", "do: { hand: rais }", "'rais' is not what is done with a hand; did you mean 'raise'?"),
        Slip("do: leave", "do: { subscribe: { bots: [], speakers: 2 } }", "a subscription is one of all, none, "),
        Slip("protocol: starling", "protocol: livekit", "'livekit' is not available yet: write one of starling, janus"),
        Slip(
            "url: embedded", "url: https://example.com/",
            "'https://' is not available yet: write 'embedded' or an address such as ws://"),
        Slip("url: embedded", "url: ftp://example.com/", "'ftp://' is not a scheme of a target"),
        Slip("url: embedded", "url: embeded", "'embeded' is not an address; did you mean 'embedded'?"),
        Slip("url: embedded", "url: ws:///x", "'ws:///x' names no host"),
        Slip("    subscribe: all", "    record: 3", "'record' is not available yet [groups[0].record]"),
        Slip(
            "fixtures/speech.ogg", "talk.mp3",
            "'.mp3' is not available yet: use a .ogg or .opus file, such as fixtures/speech.ogg"),
    ]

    static let targets: [Slip] = [
        Slip(
            "mode: mesh", "mode: sfu",
            "x.yaml:4:52: 'protocol: starling' has no mode 'sfu': write 'mesh', or leave 'mode' out [target.mode]"),
        Slip(
            "protocol: starling, url: embedded, mode: mesh", "protocol: janus, url: 'ws://127.0.0.1:8188/', mode: mesh",
            "'protocol: janus' has no mode 'mesh': write 'sfu', or leave 'mode' out"),
        Slip(
            "protocol: starling, url: embedded, mode: mesh", "protocol: janus, url: embedded",
            "the embedded server does not speak 'janus': write the address of a server that does, such as ws://127.0.0.1:8188/ [target.url]"
        ),
        Slip(
            "url: embedded, mode", "url: embedded, secret: abcdef, mode",
            "x.yaml:4:54: 'secret' is for Janus: write 'protocol: janus', or take it out [target.secret]"),
        Slip(
            "url: embedded, mode", "url: embedded, ca: x.pem, mode",
            "'ca' is for addresses with wss://: take it out, or write one [target.ca]"),
        Slip(
            "url: embedded, mode", "url: embedded, token_secret: abcdef, mode",
            "a secret of tokens has 32 bytes at least: make one with 'openssl rand -hex 32' [target.token_secret]"),
        Slip(
            "url: embedded, mode", "url: embedded, token: t, token_secret: 0123456789abcdef0123456789abcdef, mode",
            "with 'token_secret' each bot has a token of its own: take 'token' out [target.token]"),
        Slip(
            "protocol: starling, url: embedded, mode: mesh",
            "protocol: janus, url: 'ws://127.0.0.1:8188/', token_secret: 0123456789abcdef0123456789abcdef",
            "'token_secret' is for 'protocol: starling': take it out [target.token_secret]"),
        Slip(
            "protocol: starling, url: embedded, mode: mesh", "protocol: janus, url: 'ws://127.0.0.1:8188/', pin: []",
            "a text is expected here, not a list [target.pin]"),
        Slip(
            "    subscribe: all", "    token: { flaw: forged }",
            "tokens are made with a secret: give the target a 'token_secret', or take 'token' out [groups[0].token]"),
        Slip(
            "    subscribe: all", "    token: { session: 5s }",
            "'5s' is not from 10 s to a day: write 20s [groups[0].token.session]"),
        Slip("    subscribe: all", "    token: { flaw: forgd }", "did you mean 'forged'"),
        Slip("subscribe: all", "subscribe: nobody", "'nobody' is not a subscription: write one of all, none"),
    ]

    @Test("a key that does not exist, is missing or stands twice", arguments: keys)
    func wrongKeys(slip: Slip) { expect(slip) }

    @Test("a value of the wrong kind, unit or size", arguments: values)
    func wrongValues(slip: Slip) { expect(slip) }

    @Test("a network that cannot be", arguments: networks)
    func wrongNetworks(slip: Slip) { expect(slip) }

    @Test("a reference to what does not exist", arguments: references)
    func wrongReferences(slip: Slip) { expect(slip) }

    @Test("a target that cannot be", arguments: targets)
    func wrongTargets(slip: Slip) { expect(slip) }

    @Test("what is designed but not built", arguments: notYet)
    func notBuilt(slip: Slip) { expect(slip) }

    private func expect(_ slip: Slip) {
        #expect(wholeScenario.contains(slip.written))
        let text = wholeScenario.replacing(slip.written, with: slip.instead, maxReplacements: 1)
        let complaints = complaints(about: text)
        #expect(complaints.contains(slip.message), "\(complaints)")
        #expect(complaints.split(separator: "\n").count == slip.complaints, "\(complaints)")
    }

    @Test("the whole scenario itself is right")
    func right() { #expect(complaints(about: wholeScenario) == "") }

    @Test("all that is wrong with a file is said at once, in the order of the file")
    func collected() {
        let text =
            wholeScenario
            .replacing("duration: 40s", with: "duration: 40").replacing("count: 4", with: "cuont: 4")
            .replacing("over: 2s", with: "over: 2kbps").replacing("joined", with: "joind")
        let lines = complaints(about: text).split(separator: "\n").map { String($0.prefix(22)) }
        #expect(
            lines == ["scenarios/x.yaml:5:11:", "scenarios/x.yaml:8:5: ", "scenarios/x.yaml:9:21:", "scenarios/x.yaml:33:5:"])
    }

    @Test(
        "a file that is not a scenario at all",
        arguments: [
            ("", "scenarios/x.yaml: the file is empty; a scenario begins with 'scenario: WHAT IT SHOWS'"),
            ("just words", "scenarios/x.yaml:1:1: a scenario is a mapping, not 'just words'"),
            ("- a\n- b", "a scenario is a mapping, not a list"),
            ("a: b\n---\nc: d", "this is not YAML:"),
            ("scenario: x\n\tseed: 7", "indent with spaces, not with tabs"),
            ("? [a]\n: b", "a key is a word, not a list or a mapping"),
            ("scenario: *nobody", "found undefined alias"),
            (String(repeating: "[", count: 5000), "more than 64 brackets or dashes are open here"),
            (String(repeating: "- ", count: 5000), "more than 64 brackets or dashes are open here"),
            (String(repeating: "*a ", count: 50), "more than 32 aliases; write the values out"),
            ("groups: []\nscenario: x\nduration: 1s\ntarget: { url: embedded }", "a scenario needs at least one group"),
        ])
    func notAScenario(text: String, message: String) {
        let complaints = complaints(about: text)
        #expect(complaints.contains(message), "\(complaints)")
    }

    @Test("a file that is not there is named")
    func absent() {
        #expect(throws: ScenarioErrors.self) {
            try Scenario.load(path: "/nowhere/x.yaml", environment: [:], presets: preset)
        }
    }
}
