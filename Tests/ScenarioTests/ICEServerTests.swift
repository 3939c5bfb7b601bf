import RTCCore
import Scenario
import Testing

@Suite("STUN and TURN servers in a scenario")
struct ICEServerTests {
    private func scenario(_ more: String, group: String = "") -> String {
        """
        scenario: Two callers
        target: { url: embedded }
        duration: 10s
        \(more)
        groups:
          - { name: callers, count: 2, room: r\(group) }
          - { name: others, count: 1, room: r, ice_servers: embedded, ice_transport_policy: all }
        """
    }

    @Test("a list holds for every group that has none of its own, and so does the policy")
    func list() throws {
        let scenario = try parse(
            scenario(
                """
                ice_transport_policy: relay
                ice_servers:
                  - { urls: ["turn:192.0.2.1?transport=tcp", "turns:relay.example.org"], username: bots, credential: pass word }
                  - { urls: "stun:192.0.2.2:19302" }
                """))
        let entries = [
            ICEServerEntry(
                urls: ["turn:192.0.2.1?transport=tcp", "turns:relay.example.org"], username: "bots", credential: "pass word"),
            ICEServerEntry(urls: ["stun:192.0.2.2:19302"]),
        ]
        #expect(scenario.groups.map(\.iceServers) == [.listed(entries), .embedded])
        #expect(scenario.groups.map(\.transportPolicy) == [.relay, .all])
        #expect(Plan(scenario).bots.map(\.transportPolicy) == [.relay, .relay, .all])
        #expect(try parse(wholeScenario).groups.allSatisfy { $0.iceServers == .handedOut && $0.transportPolicy == .all })
    }

    @Test("TCP is used unless the scenario or the group says otherwise")
    func tcp() throws {
        #expect(try parse(wholeScenario).groups.allSatisfy(\.usesTCP))
        let without = try parse(scenario("ice_tcp: false"))
        #expect(without.groups.map(\.usesTCP) == without.groups.map { _ in false })
        #expect(Plan(without).bots.allSatisfy { !$0.usesTCP })
        #expect(Plan(without).lines.contains { $0.contains(", without TCP") })
    }

    @Test("credentials and secrets are redacted, whether they were written out or came from the environment")
    func secrets() throws {
        let text = scenario(
            """
            ice_servers:
              - { urls: "turn:192.0.2.1", username: bots, credential: open-sesame }
              - { urls: "turn:192.0.2.2", secret: "${SHARED}" }
            """)
        let scenario = try parse(text, environment: ["SHARED": "between-us"])
        #expect(scenario.secrets.contains("open-sesame") && scenario.secrets.contains("between-us"))
        #expect(!complaints(about: text.replacing("bots", with: ""), environment: ["SHARED": "between-us"]).contains("sesame"))
    }

    @Test(
        "says what is wrong with a server",
        arguments: [
            ("- { urls: 'tern:192.0.2.1', username: a, credential: b }", "'tern' is not a scheme of such a server"),
            ("- { urls: 'turn:', username: a, credential: b }", "it names no host"),
            ("- { urls: 'turn:host:99999', username: a, credential: b }", "'99999' is not a port"),
            ("- { urls: 'turns:host?transport=udp', username: a, credential: b }", "'udp' is not a transport that works here"),
            ("- { urls: 'turn:host?transport=sctp', username: a, credential: b }", "'sctp' is not a transport that works here"),
            ("- { urls: 'turn:host?foo=1', username: a, credential: b }", "only '?transport=' may follow"),
            ("- { urls: 'turn:host' }", "a TURN server needs 'username' and 'credential', or the 'secret' that it shares"),
            ("- { urls: 'turn:host', credential: abcd, secret: efgh }", "'secret' makes the credential: write one of the two"),
            ("- { url: 'turn:host' }", "did you mean 'urls'?"),
            ("everywhere", "'ice_servers' is 'embedded' or a list"),
        ])
    func wrong(value: String, complaint: String) {
        let lines = value.hasPrefix("-") ? "ice_servers:\n  \(value)" : "ice_servers: \(value)"
        let found = complaints(about: scenario(lines))
        #expect(found.contains(complaint), "\(found)")
    }

    @Test("reads the addresses of servers as RFC 7064 and RFC 7065 write them")
    func urls() throws {
        let url = try ICEServerURL(parsing: "TURN:[2001:db8::1]:3479?transport=TCP")
        #expect(url.scheme == .turn && url.host == "2001:db8::1" && url.port == 3479 && url.transport == .tcp)
        #expect(url.address?.description == "[2001:db8::1]:3479")
        #expect(try ICEServerURL(parsing: "turns:relay.example.org").port == 5349)
        #expect(try ICEServerURL(parsing: "turns:relay.example.org").transport == .tcp)
        #expect(try ICEServerURL(parsing: "stun:192.0.2.1").port == 3478)
        for wrong in [
            "", "turn", "turn:[::1", "turn:a b", "turn:host:", "turn:host:0", "stun:host?transport=udp", "turn:[1.2.3.4]",
        ] {
            #expect(throws: ICEServerURL.ParsingError.self) { try ICEServerURL(parsing: wrong) }
        }
    }
}
