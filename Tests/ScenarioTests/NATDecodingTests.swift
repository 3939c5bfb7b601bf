import NetworkImpairment
import RTCCore
import Scenario
import Testing

@Suite("The NAT of a group")
struct NATDecodingTests {
    private func group(_ nat: String) throws -> Scenario.Group {
        let text = """
            scenario: Two callers
            target: { url: embedded }
            duration: 20s
            groups:
              - name: callers
                count: 2
                room: two
                publish: { audio: fixtures/speech.ogg }
                \(nat)
            """
        let scenario = try Scenario.parse(
            text, path: "nat.yaml", environment: [:], presets: NetworkProfile.preset, presetNames: NetworkProfile.presetNames)
        return try #require(scenario.groups.first)
    }

    @Test("without the key there is none")
    func absent() throws {
        #expect(try group("").nat.isNone)
        #expect(try group("nat: none").nat == .none)
    }

    @Test("a name stands for mapping, filtering, layers or for no UDP at all")
    func names() throws {
        #expect(try group("nat: full-cone").nat.behavior == .fullCone)
        #expect(try group("nat: restricted").nat.behavior == .restricted)
        #expect(try group("nat: port-restricted").nat.behavior == .portRestricted)
        #expect(try group("nat: symmetric").nat.behavior == .symmetric)
        #expect(try group("nat: cgnat").nat.carrier != nil)
        #expect(try !group("nat: udp-blocked").nat.passesUDP)
    }

    @Test("every behaviour of RFC 4787 can be written")
    func keys() throws {
        let nat = try group(
            "nat: { mapping: address-dependent, filtering: endpoint-independent, hairpinning: false, ports: random, lifetime: 30s, "
                + "shared: true, carrier: symmetric }"
        ).nat
        #expect(
            nat.behavior
                == NATBehavior(
                    mapping: .addressDependent, filtering: .endpointIndependent, hairpins: false, ports: .random,
                    lifetime: .seconds(30)))
        #expect(nat.isShared && nat.passesUDP && nat.carrier == .symmetric)
    }
}
