extension NetworkProfile {
    /// The names that ``preset(_:)`` knows, in the order in which they are best shown.
    public static let presetNames: [String] = families.flatMap { $0.profiles.map(\.name) } + aliases.map(\.name)

    /// Short names of presets, each with the one it stands for.
    public static let aliases: [(name: String, original: String)] = [
        ("wifi", "str0m-wifi"),
        ("wifi-lossy", "str0m-wifi-lossy"),
        ("cellular", "str0m-cellular"),
        ("satellite", "str0m-satellite-geo"),
        ("congested", "str0m-congested"),
        ("dsl", "testrtc-dsl"),
        ("2.5g", "testrtc-2.5g"),
        ("3g", "testrtc-3g"),
        ("poor-3g", "testrtc-poor-3g"),
        ("4g", "testrtc-4g"),
        ("poor-4g", "testrtc-poor-4g"),
        ("unstable-4g", "testrtc-unstable-4g"),
        ("high-loss-4g", "testrtc-high-loss-4g"),
        ("very-bad", "testrtc-very-bad"),
        ("half-loss", "testrtc-half-loss"),
        ("call-drop", "testrtc-call-drop"),
    ]

    /// A network that somebody else has measured or published; `nil` for a name that is not in ``presetNames``.
    ///
    /// The profile bears the name that was asked for.
    public static func preset(_ name: String) -> NetworkProfile? {
        let original = aliases.first { $0.name == name }?.original ?? name
        for family in families {
            guard var profile = family.profiles.first(where: { $0.name == original }) else { continue }
            profile.name = name
            return profile
        }
        return nil
    }

    /// Presets with one source.
    public struct Family: Sendable {
        public let title: String
        /// Where the figures come from, and what of them is an interpretation.
        public let source: String
        public let profiles: [NetworkProfile]
    }

    public static let families: [Family] = [
        Family(title: "Nothing", source: "No impairment: datagrams pass the stage by.", profiles: [.clean]),
        developerTools, linkConditioner, loadero, testRTC, str0m, lowOrbit,
    ]

    private static let developerTools = Family(
        title: "Chrome DevTools",
        source:
            "NetworkManager.ts of Chrome DevTools: the published rate times 0.8 (3G) or 0.9 (4G). Its latencies are round trips "
            + "tuned for HTTP; here half of the target (400, 150 and 60 ms) lies in each direction.",
        profiles: [
            link("devtools-3g", down: 400, up: 400, delay: 200),
            link("devtools-slow-4g", down: 1440, up: 675, delay: 75),
            link("devtools-fast-4g", down: 8100, up: 1350, delay: 30),
        ])

    private static let linkConditioner = Family(
        title: "Network Link Conditioner",
        source:
            "Apple's Network Link Conditioner, its profile list as public scripts copy it. The copies of \"very bad\" disagree on "
            + "the rate.",
        profiles: [
            link("nlc-3g-good", down: 850, up: 420, delay: 100),
            link("nlc-3g-avg", down: 780, up: 330, delay: 100),
            link("nlc-3g-lossy", down: 780, up: 330, delay: 100, lossDown: 0.01),
            link("nlc-edge-good", down: 250, up: 200, delay: 350, delayUp: 400),
            link("nlc-edge-avg", down: 240, up: 200, delay: 370, delayUp: 440),
            link("nlc-edge-lossy", down: 240, up: 200, delay: 370, delayUp: 440, lossDown: 0.01),
            link("nlc-very-bad", down: 1000, up: 1000, delay: 500, lossDown: 0.1, lossUp: 0.1),
        ])

    private static let loadero = Family(
        title: "Loadero",
        source:
            "Loadero's wiki, \"Network conditions\": bandwidth, loss, latency and jitter for incoming and outgoing traffic. The "
            + "latency is taken one way, as it is set per direction.",
        profiles: [
            link("loadero-4g", down: 100_000, up: 50_000, delay: 45, jitter: 5, jitterUp: 15, lossDown: 0.002, lossUp: 0.002),
            link("loadero-3.5g", down: 20_000, up: 10_000, delay: 150, jitter: 10, lossDown: 0.005, lossUp: 0.005),
            link("loadero-3g", down: 1200, up: 1200, delay: 250, jitter: 50, lossDown: 0.005, lossUp: 0.005),
            link("loadero-edge", down: 200, up: 260, delay: 650, jitter: 100, lossDown: 0.01, lossUp: 0.01),
            link("loadero-gprs", down: 80, up: 20, delay: 650, jitter: 100, lossDown: 0.01, lossUp: 0.01),
            link("loadero-sat-phone", down: 1000, up: 256, delay: 600),
            link("loadero-asymmetric", down: 500, up: 1000, delay: 50, jitter: 10),
            link("loadero-high-latency", delay: 500, jitter: 50),
            link("loadero-high-jitter", delay: 200, jitter: 100),
        ])

    /// Rates, latencies and losses where testRTC's list has them; what it does not say of a 4G profile is as in `testrtc-4g`.
    private static let testRTC = Family(
        title: "testRTC",
        source:
            "The network profiles that testRTC (Cyara) offers, by their names; one rate for both directions, the latency taken one way. "
            + "No latency is known for 4g and high-loss-4g, nor a rate for unstable-4g and high-loss-4g, which have that of 4g.",
        profiles: [
            even("testrtc-dsl", 8000, delay: 40, loss: 0.005),
            even("testrtc-wifi", 30_000, delay: 40, loss: 0.002),
            even("testrtc-wifi-lossy", 30_000, delay: 40, loss: 0.05),
            even("testrtc-2.5g", 150, delay: 200, loss: 0.03),
            even("testrtc-3g", 750, delay: 250, loss: 0.015),
            even("testrtc-poor-3g", 400, delay: 350, loss: 0.05),
            even("testrtc-4g", 4000, delay: 0, loss: 0.02),
            even("testrtc-poor-4g", 4000, delay: 350, loss: 0.05),
            even("testrtc-unstable-4g", 4000, delay: 500, loss: 0.1),
            even("testrtc-high-loss-4g", 4000, delay: 0, loss: 0.2),
            even("testrtc-very-bad", 1000, delay: 500, loss: 0.1),
            even("testrtc-half-loss", 40_000, delay: 10, loss: 0.5),
            even("testrtc-call-drop", 50, delay: 500, loss: 0.2),
        ])

    private static let str0m = Family(
        title: "str0m",
        source:
            "The presets of str0m's netem: mean runs of good and of lost packets (Gilbert-Elliott) and a buffer in bytes. The 600 ms "
            + "of its geostationary satellite are a round trip in nature and one way there; here half of them lie in each direction.",
        profiles: [
            bursty("str0m-wifi", megabits: 100, delay: 5, jitter: 2, good: 200, bad: 2, buffer: 200_000),
            bursty("str0m-wifi-lossy", megabits: 50, delay: 15, jitter: 10, good: 40, bad: 2, buffer: 100_000),
            bursty("str0m-wifi-congested", megabits: 5, delay: 10, jitter: 20, good: 20, bad: 2, buffer: 30_000),
            bursty("str0m-cellular", megabits: 30, delay: 50, jitter: 15, good: 100, bad: 2, buffer: 100_000),
            bursty("str0m-satellite-geo", megabits: 15, delay: 300, jitter: 30, good: 100, bad: 3, buffer: 500_000),
            bursty("str0m-congested", megabits: 10, delay: 80, jitter: 40, good: 20, bad: 2, buffer: 50_000),
        ])

    private static let lowOrbit = Family(
        title: "Satellites in low orbit",
        source:
            "The shape is from studies of Starlink: the satellite changes every 15 s (arXiv 2310.09242), and up to half of the packets "
            + "are lost meanwhile (IMC 2022). The numbers are ours: 50/10 Mbps, 25 ms, a stall of 100 to 300 ms and then a second of "
            + "2 to 50 % loss at each change.",
        profiles: [
            NetworkProfile(name: "leo", up: orbit(megabits: 10), down: orbit(megabits: 50))
        ])

    /// Two minutes of eight changes of satellite, after which they begin again.
    private static func orbit(megabits: Double) -> Impairment {
        let changes: [(stall: Int, loss: Double)] = [
            (100, 0.02), (250, 0.1), (150, 0.05), (300, 0.5), (100, 0.05), (200, 0.2), (150, 0.02), (250, 0.3),
        ]
        let period = 15_000
        let steps = changes.enumerated().flatMap { index, change in
            [
                NetworkTrace.Step(at: .milliseconds(index * period), bitsPerSecond: megabits * 1e6, loss: 0),
                NetworkTrace.Step(at: .milliseconds((index + 1) * period - 1000 - change.stall), bitsPerSecond: 0, loss: 0),
                NetworkTrace.Step(
                    at: .milliseconds((index + 1) * period - 1000), bitsPerSecond: megabits * 1e6, loss: change.loss),
            ]
        }
        let trace = NetworkTrace(steps: steps, length: .milliseconds(changes.count * period))
        return Impairment(
            delay: .milliseconds(25), jitter: Jitter(.uniform, amount: .milliseconds(5)),
            trace: TraceReplay(path: "changes of satellite", trace: trace))
    }

    /// Rates in kilobits per second, delays and jitters one way in milliseconds; what is not said of the way up is as on the way down.
    private static func link(
        _ name: String, down: Double? = nil, up: Double? = nil, delay: Int, delayUp: Int? = nil, jitter: Int = 0,
        jitterUp: Int? = nil, lossDown: Double = 0, lossUp: Double = 0
    ) -> NetworkProfile {
        func side(_ kilobits: Double?, _ delay: Int, _ jitter: Int, _ loss: Double) -> Impairment {
            Impairment(
                loss: loss > 0 ? .bernoulli(loss) : .none, delay: .milliseconds(delay),
                jitter: jitter > 0 ? Jitter(.uniform, amount: .milliseconds(jitter)) : .none,
                rate: kilobits.map { RateLimit(bitsPerSecond: $0 * 1000) })
        }
        return NetworkProfile(
            name: name, up: side(up, delayUp ?? delay, jitterUp ?? jitter, lossUp), down: side(down, delay, jitter, lossDown))
    }

    private static func even(_ name: String, _ kilobits: Double, delay: Int, loss: Double) -> NetworkProfile {
        link(name, down: kilobits, up: kilobits, delay: delay, lossDown: loss, lossUp: loss)
    }

    private static func bursty(
        _ name: String, megabits: Double, delay: Int, jitter: Int, good: Double, bad: Double, buffer: Int
    ) -> NetworkProfile {
        let side = Impairment(
            loss: .gilbertElliott(toBad: 1 / good, toGood: 1 / bad, lossInGood: 0, lossInBad: 1),
            delay: .milliseconds(delay), jitter: Jitter(.uniform, amount: .milliseconds(jitter)),
            rate: RateLimit(bitsPerSecond: megabits * 1e6, queue: .bytes(buffer)))
        return NetworkProfile(name: name, up: side, down: side)
    }
}
