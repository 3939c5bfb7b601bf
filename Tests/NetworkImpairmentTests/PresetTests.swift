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
