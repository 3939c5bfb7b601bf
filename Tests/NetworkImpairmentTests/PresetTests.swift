import NetworkImpairment
import RTCCore
import Testing

@Suite("Published networks")
struct PresetTests {
    @Test("every name in the list has a profile of that name", arguments: NetworkProfile.presetNames)
    func names(name: String) throws {
        let profile = try #require(NetworkProfile.preset(name))
        #expect(profile.name == name)
        #expect((profile.up == .none) == (name == "clean"))
    }

    @Test("no name stands twice, and an unknown one is none")
    func unique() {
        #expect(Set(NetworkProfile.presetNames).count == NetworkProfile.presetNames.count)
        #expect(NetworkProfile.preset("5g") == nil)
    }

    @Test("an alias is its original under another name", arguments: ["wifi", "wifi-lossy", "cellular", "congested"])
    func aliases(name: String) throws {
        var original = try #require(NetworkProfile.preset("str0m-\(name)"))
        original.name = name
        #expect(NetworkProfile.preset(name) == original)
    }

    @Test("lossy Wi-Fi loses about five in a hundred each way, in bursts of two")
    func lossyWiFi() throws {
        let profile = try #require(NetworkProfile.preset("wifi-lossy"))
        #expect(abs(profile.up.loss.stationaryLoss - 2.0 / 42) < 1e-12)
        #expect(profile.down.rate?.bitsPerSecond == 50e6)
        #expect(profile.down.delay == .milliseconds(15))
    }

    @Test("a bot's way down and up differ where the source says so")
    func asymmetry() throws {
        let profile = try #require(NetworkProfile.preset("devtools-slow-4g"))
        #expect(profile.down.rate?.bitsPerSecond == 1_440_000)
        #expect(profile.up.rate?.bitsPerSecond == 675_000)
        #expect(profile.up.delay + profile.down.delay == .milliseconds(150))
    }
}

@Suite("Published networks do what they say")
struct PresetMeasurementTests {
    static let cases = NetworkProfile.families.flatMap(\.profiles).filter { $0 != .clean }.flatMap { profile in
        PipeDirection.allCases.map { Case(profile: profile, direction: $0) }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var profile: NetworkProfile
        var direction: PipeDirection
        var impairment: Impairment { direction == .up ? profile.up : profile.down }
        var testDescription: String { "\(profile.name) \(direction.rawValue)" }
    }

    @Test("loss, bursts and delay of a light stream against the closed form", arguments: cases)
    func light(one: Case) {
        let impairment = one.impairment
        guard impairment.trace == nil else { return }
        let spacing = impairment.jitter.amount * 2 + .seconds(1)
        let figures = PipeProbe(size: 200, spacing: spacing, count: 20_000)
            .measure(impairment, direction: one.direction, seed: 3)
        let loss = impairment.loss.stationaryLoss
        if case .gilbertElliott(let toBad, let toGood, _, _) = impairment.loss {
            let deviation = chainDeviation(bad: loss, inGood: 0, inBad: 1, correlation: 1 - toBad - toGood, trials: 20_000)
            #expect(abs(figures.loss - loss) < 4 * deviation)
        } else {
            #expect(abs(figures.loss - loss) <= fourDeviations(loss, trials: 20_000))
        }
        if let burst = impairment.loss.meanBurst, loss > 0 {
            let bursts = 20_000 * loss / burst
            let deviation = (burst * (burst - 1)).squareRoot()
            #expect(abs((figures.burst ?? 0) - burst) <= 5 * deviation / bursts.squareRoot() + 1 / bursts)
        }
        let sending = impairment.rate.map { Duration.seconds(228 * 8 / $0.bitsPerSecond) } ?? .zero
        let jitter = impairment.jitter.amount
        #expect(abs((figures.delayP50 - impairment.delay - sending).inSeconds) <= jitter.inSeconds * 0.05 + 1e-6)
        #expect(figures.reordered == 0)
    }

    @Test("an overloaded link carries its rate", arguments: cases)
    func heavy(one: Case) {
        guard let rate = one.impairment.rate else { return }
        var impairment = one.impairment
        impairment.loss = .none
        let figures = PipeProbe(
            size: 1472, spacing: .seconds(1500 * 8 / (1.5 * rate.bitsPerSecond)),
            count: max(5000, Int(rate.bitsPerSecond * 1.5 * 5 / 12_000))
        )
        .measure(impairment, direction: one.direction, seed: 3)
        #expect(abs(figures.throughput / rate.bitsPerSecond - 1) < 0.05)
        #expect(figures.queueDrops > 0.28)
    }
}
