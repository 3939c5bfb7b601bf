import AccessCore
import Operations
import RoomCore
import ServerFronts
import ServerSettings
import Testing

@Suite("Settings come from a file, the environment and the command line")
struct ServerSettingsTests {
    private func read(
        _ yaml: String? = nil, _ environment: [String: String] = [:], _ arguments: [(String, [String])] = []
    ) throws -> ServerSettings {
        try ServerSettings.read(
            file: yaml.map { ($0, "server.yaml") }, environment: environment,
            arguments: arguments.map { ($0.0, "--\($0.0)", $0.1) })
    }

    private func problems(_ yaml: String? = nil, _ environment: [String: String] = [:]) -> [String] {
        do {
            _ = try read(yaml, environment)
            return []
        } catch {
            return (error as? SettingProblems)?.problems.map(\.description) ?? ["\(error)"]
        }
    }

    @Test("the environment overrules the file, and the command line both")
    func precedence() throws {
        let yaml = "host: 0.0.0.0\nport: 1000\nroom_capacity: 7\n"
        let settings = try read(yaml, ["STARLING_PORT": "2000", "STARLING_ROOM_CAPACITY": "8"], [("port", ["3000"])])
        #expect(settings.configuration.host == "0.0.0.0")
        #expect(settings.configuration.roomLimits.capacity == 8)
        #expect(settings.configuration.port == 3000)
    }

    @Test("nothing said is what stands in the code, and clients have half a minute to go")
    func defaults() throws {
        let settings = try read()
        #expect(settings.configuration.port == 8080 && settings.store == "none")
        #expect(settings.configuration.timing.drain == .seconds(30))
        #expect(settings.configuration.storeTiming.retention == .seconds(30 * 86_400))
        #expect(try read("").configuration == settings.configuration)
    }

    @Test("lists are lists in files, and have commas in the environment")
    func lists() throws {
        let yaml = "allow_origins: [https://a.example, 'https://*.b.example']\n"
        #expect(try read(yaml).configuration.allowedOrigins == ["https://a.example", "https://*.b.example"])
        let environment = ["STARLING_ALLOW_ORIGINS": "https://a.example, https://c.example"]
        #expect(try read(yaml, environment).configuration.allowedOrigins == ["https://a.example", "https://c.example"])
    }

    @Test("everything that is wrong is said at once, each with its line and the remedy")
    func wrong() {
        let yaml = """
            prot: 80
            port: many
            host: [a, b]
            trust_loopback: perhaps
            store: sqlite:x.db
            """
        #expect(
            problems(yaml, ["STARLING_STUN_PORT": "70000"]) == [
                "server.yaml:1: 'prot' is not known here; did you mean 'port'?",
                "server.yaml:2: 'port': 'many' must be a number from 0 to 65535",
                "server.yaml:3: 'host' takes an address or a name",
                "server.yaml:4: 'trust_loopback': 'perhaps' must be true or false",
                "STARLING_STUN_PORT: '70000' must be a number from 0 to 65535",
            ])
    }

    @Test("what is no YAML, and no settings, is said with its line")
    func yaml() {
        #expect(problems("port: [1\n").first?.hasPrefix("server.yaml:2: this is no YAML") == true)
        #expect(problems("port: 1\nport: 2\n").first?.hasPrefix("server.yaml:1: this is no YAML") == true)
        #expect(problems("- port\n") == ["server.yaml:1: settings are written as 'name: value'"])
    }

    @Test("whatever a file says, what is wrong with it is one line of some length")
    func oneLine() {
        let long = String(repeating: "x", count: 5000)
        for yaml in ["\"po\\nrt\": 1", "host: [\"a\\u2028b\"]\nport: \"a\\r\\nb\"", "\"\(long)\": 1", "a: b: c", "\u{1}"] {
            let found = problems(yaml)
            #expect(!found.isEmpty)
            #expect(found.allSatisfy { !$0.contains(where: \.isNewline) && $0.count < 1100 }, "\(found)")
        }
    }

    @Test("who comes in, and TLS, are said in a file; secrets only by the files that hold them")
    func access() throws {
        let yaml = """
            tls_cert: cert.pem
            tls_key: key.pem
            token_secrets_file: secrets
            jwks_file: keys.json
            token_issuers: [one, two]
            token_audience: calls
            token_max_ttl: 60
            session_ttl: 120
            allow_anonymous: true
            revoked_file: revoked
            allow_hosts: [calls.test]
            """
        let settings = try read(yaml, ["STARLING_TLS_KEY": "other.pem"], [("token_max_ttl", ["90"])])
        #expect(settings.configuration.tls == TLSIdentity(certificates: "cert.pem", key: "other.pem"))
        #expect(settings.tokenSecretsFile == "secrets" && settings.keySetFile == "keys.json" && settings.revokedFile == "revoked")
        let access = settings.configuration.access
        #expect(access.issuers == ["one", "two"] && access.audience == "calls" && access.allowsAnonymous)
        #expect(access.longestToken == .seconds(90) && access.sessionLifetime == .seconds(120))
        #expect(settings.configuration.allowedHosts == ["calls.test"])
        #expect(settings.place(of: "jwks_file") == "server.yaml:4" && settings.place(of: "tls_key") == "STARLING_TLS_KEY")
        #expect(settings.place(of: "token_max_ttl") == "--token_max_ttl" && settings.place(of: "port") == "port")
    }

    @Test("half of a certificate, and times that nobody has, are refused with their line")
    func wrongAccess() {
        #expect(
            problems("port: 1\ntls_cert: cert.pem\nsession_ttl: 5\ntoken_secrets_file: ''\ntoken_secret: hush\n") == [
                "server.yaml:3: 'session_ttl': '5' must be a number from 10 to 86400",
                "server.yaml:4: 'token_secrets_file': must name a file",
                "server.yaml:5: 'token_secret': a secret has no place in a file of settings: set STARLING_TOKEN_SECRET in the environment",
                "server.yaml:2: a certificate needs its key: give 'tls_key' (--tls-key)",
            ])
        #expect(
            problems("port: 1", ["STARLING_TLS_KEY": "key.pem"]) == [
                "STARLING_TLS_KEY: a key needs its certificate: give 'tls_cert' (--tls-cert)"
            ])
    }

    @Test("rules of alerts are read with their bounds, durations and severities")
    func alerts() throws {
        let yaml = """
            alerts_webhook: http://[::1]:9000/hook?x=1
            alerts:
              - { name: lossy, metric: call_loss, above: 0.05, for: 90s, severity: critical }
              - { metric: call_health, below: 60, for: 5m }
            """
        let alerts = try read(yaml).configuration.alerts
        #expect(alerts.webhook == AlertSettings.Target(host: "::1", port: 9000, path: "/hook?x=1"))
        #expect(
            alerts.rules == [
                AlertRule(
                    name: "lossy", metric: "call_loss", comparison: .above, bound: 0.05, duration: .seconds(90),
                    severity: .critical),
                AlertRule(name: "call_health", metric: "call_health", comparison: .below, bound: 60, duration: .seconds(300)),
            ])
    }

    @Test("a rule that cannot be watched is refused with its line")
    func wrongAlerts() {
        let yaml = """
            alerts:
              - { metric: call_los, above: 1 }
              - { metric: rooms }
              - { metric: rooms, above: 1, for: soon }
              - { metric: rooms, above: 1, severity: dire }
              - { metric: rooms, above: lots }
              - { metric: rooms, beyond: 1 }
              - rooms
            alerts_webhook: https://x
            """
        #expect(
            problems(yaml) == [
                "server.yaml:2: 'call_los' is not known here; did you mean 'call_loss'?",
                "server.yaml:3: a rule needs either 'above' or 'below'",
                "server.yaml:4: 'soon' must be a duration such as 30s or 5m, of a day at most",
                "server.yaml:5: 'dire' is not known here; known are info, warning, critical",
                "server.yaml:6: 'lots' must be a number",
                "server.yaml:7: 'beyond' is not known here; known are name, metric, above, below, for, severity",
                "server.yaml:7: a rule needs either 'above' or 'below'",
                "server.yaml:8: a rule is written as { name: …, metric: …, above: …, for: 60s }",
                "server.yaml:9: 'alerts_webhook': 'https://x' must look like http://host:port/path; there is no TLS here",
            ])
    }

    @Test("every setting has a name of its own, also in the environment")
    func names() {
        let names = SettingKey.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(SettingKey.all.allSatisfy { $0.environment == "STARLING_" + $0.name.uppercased() })
    }
}
