extension NetworkProfile {
    /// The names that ``preset(_:)`` knows, in the order in which they are best shown.
    public static let presetNames: [String] = presets.map(\.name) + aliases.map(\.name)

    /// A network that somebody else has measured or published; `nil` for a name that is not in ``presetNames``.
    ///
    /// The profile bears the name that was asked for.
    public static func preset(_ name: String) -> NetworkProfile? {
        let original = aliases.first { $0.name == name }?.original ?? name
        guard var profile = presets.first(where: { $0.name == original }) else { return nil }
        profile.name = name
        return profile
    }

    private static let aliases: [(name: String, original: String)] = [
        ("wifi", "str0m-wifi"),
        ("wifi-lossy", "str0m-wifi-lossy"),
        ("cellular", "str0m-cellular"),
        ("satellite", "str0m-satellite-geo"),
        ("congested", "str0m-congested"),
    ]

    private static let presets: [NetworkProfile] =
        [.clean] + developerTools + linkConditioner + loadero + str0m

    /// Chrome DevTools, NetworkManager.ts: the published rate times 0.8 or 0.9. Its latencies are round trips tuned for HTTP; here half
    /// of the target (400, 150 and 60 ms) lies in each direction.
    private static let developerTools: [NetworkProfile] = [
        link("devtools-3g", down: 400, up: 400, delay: 200),
        link("devtools-slow-4g", down: 1440, up: 675, delay: 75),
        link("devtools-fast-4g", down: 8100, up: 1350, delay: 30),
    ]

    /// Apple's Network Link Conditioner, its profile list as public scripts copy it. The copies of "very bad" disagree on the rate.
    private static let linkConditioner: [NetworkProfile] = [
        link("nlc-3g-good", down: 850, up: 420, delay: 100),
        link("nlc-3g-avg", down: 780, up: 330, delay: 100),
        link("nlc-3g-lossy", down: 780, up: 330, delay: 100, lossDown: 0.01),
        link("nlc-edge-good", down: 250, up: 200, delay: 350, delayUp: 400),
        link("nlc-edge-avg", down: 240, up: 200, delay: 370, delayUp: 440),
        link("nlc-edge-lossy", down: 240, up: 200, delay: 370, delayUp: 440, lossDown: 0.01),
        link("nlc-very-bad", down: 1000, up: 1000, delay: 500, lossDown: 0.1, lossUp: 0.1),
    ]

    /// Loadero's wiki, network conditions.
    private static let loadero: [NetworkProfile] = [
        link("loadero-4g", down: 100_000, up: 50_000, delay: 45, jitter: 5, jitterUp: 15, lossDown: 0.002, lossUp: 0.002),
        link("loadero-3.5g", down: 20_000, up: 10_000, delay: 150, jitter: 10, lossDown: 0.005, lossUp: 0.005),
        link("loadero-3g", down: 1200, up: 1200, delay: 250, jitter: 50, lossDown: 0.005, lossUp: 0.005),
        link("loadero-edge", down: 200, up: 260, delay: 650, jitter: 100, lossDown: 0.01, lossUp: 0.01),
        link("loadero-gprs", down: 80, up: 20, delay: 650, jitter: 100, lossDown: 0.01, lossUp: 0.01),
        link("loadero-sat-phone", down: 1000, up: 256, delay: 600),
        link("loadero-asymmetric", down: 500, up: 1000, delay: 50, jitter: 10),
        link("loadero-high-latency", delay: 500, jitter: 50),
        link("loadero-high-jitter", delay: 200, jitter: 100),
    ]

    /// str0m's netem presets: mean run of good and of lost packets, and a buffer in bytes. The 600 ms of its geostationary satellite are
    /// a round trip in nature and one way there; here half of them lie in each direction.
    private static let str0m: [NetworkProfile] = [
        symmetric("str0m-wifi", megabits: 100, delay: 5, jitter: 2, good: 200, bad: 2, buffer: 200_000),
        symmetric("str0m-wifi-lossy", megabits: 50, delay: 15, jitter: 10, good: 40, bad: 2, buffer: 100_000),
        symmetric("str0m-wifi-congested", megabits: 5, delay: 10, jitter: 20, good: 20, bad: 2, buffer: 30_000),
        symmetric("str0m-cellular", megabits: 30, delay: 50, jitter: 15, good: 100, bad: 2, buffer: 100_000),
        symmetric("str0m-satellite-geo", megabits: 15, delay: 300, jitter: 30, good: 100, bad: 3, buffer: 500_000),
        symmetric("str0m-congested", megabits: 10, delay: 80, jitter: 40, good: 20, bad: 2, buffer: 50_000),
    ]

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

    private static func symmetric(
        _ name: String, megabits: Double, delay: Int, jitter: Int, good: Double, bad: Double, buffer: Int
    ) -> NetworkProfile {
        let side = Impairment(
            loss: .gilbertElliott(toBad: 1 / good, toGood: 1 / bad, lossInGood: 0, lossInBad: 1),
            delay: .milliseconds(delay), jitter: Jitter(.uniform, amount: .milliseconds(jitter)),
            rate: RateLimit(bitsPerSecond: megabits * 1e6, queue: .bytes(buffer)))
        return NetworkProfile(name: name, up: side, down: side)
    }
}
