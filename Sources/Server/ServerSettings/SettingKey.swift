import AccessCore
import Operations
import RTCCore
import RoomCore
import ServerFronts
import Store

/// One setting: its name in files, in the environment and on the command line, and what it does.
public struct SettingKey: Sendable {
    /// As in files, such as `stun_port`.
    public let name: String
    /// What it takes, for people.
    public let takes: String
    public let help: String
    let isList: Bool
    let apply: @Sendable (inout ServerSettings, [String]) -> String?

    /// `STARLING_STUN_PORT`.
    public var environment: String { "STARLING_" + name.uppercased() }

    /// - Parameter apply: Sets the value, or says what it must be.
    private init(
        _ name: String, _ takes: String, _ help: String,
        apply: @escaping @Sendable (inout ServerSettings, String) -> String?
    ) {
        self.name = name
        self.takes = takes
        self.help = help
        isList = false
        self.apply = { settings, values in
            guard values.count == 1, let value = values.first else { return "takes one value" }
            return apply(&settings, value)
        }
    }

    private init(
        list name: String, _ takes: String, _ help: String,
        apply: @escaping @Sendable (inout ServerSettings, [String]) -> String?
    ) {
        self.name = name
        self.takes = takes
        self.help = help
        isList = true
        self.apply = apply
    }

    private static func file(
        _ name: String, _ help: String, _ set: @escaping @Sendable (inout ServerSettings, String) -> Void
    ) -> SettingKey {
        SettingKey(name, "a file", help) { settings, text in
            guard !text.isEmpty else { return "must name a file" }
            set(&settings, text)
            return nil
        }
    }

    private static func number(
        _ name: String, _ range: ClosedRange<Int>, _ help: String, _ set: @escaping @Sendable (inout ServerSettings, Int) -> Void
    ) -> SettingKey {
        SettingKey(name, "a number, \(range.lowerBound) to \(range.upperBound)", help) { settings, text in
            guard let value = Int(text), range.contains(value) else {
                return "'\(text)' must be a number from \(range.lowerBound) to \(range.upperBound)"
            }
            set(&settings, value)
            return nil
        }
    }

    private static func flag(
        _ name: String, _ help: String, _ set: @escaping @Sendable (inout ServerSettings, Bool) -> Void
    ) -> SettingKey {
        SettingKey(name, "true or false", help) { settings, text in
            guard let value = Bool(text) else { return "'\(text)' must be true or false" }
            set(&settings, value)
            return nil
        }
    }

    /// All of them, in the order of the documentation. `alerts` is the one that only files have.
    public static let all: [SettingKey] = [
        SettingKey("host", "an address or a name", "where to listen") { settings, text in
            guard !text.isEmpty else { return "must not be empty" }
            settings.configuration.host = text
            return nil
        },
        number("port", 0...65_535, "the TCP port; 0 takes a free one") { $0.configuration.port = $1 },
        number("stun_port", 0...65_535, "the UDP port of STUN; 0 takes a free one, without it there is no STUN") {
            $0.configuration.stunPort = $1
        },
        flag("trust_loopback", "lifts rate limits and origin checks for clients on this machine") {
            $0.configuration.trustLoopback = $1
        },
        SettingKey(list: "allow_origins", "a list of origins", "web origins whose pages may connect, such as `https://*.example`")
        {
            settings, list in
            for origin in list where !origin.hasPrefix("https://") && !origin.hasPrefix("http://") {
                return "'\(origin)' must begin with https:// or http://"
            }
            settings.configuration.allowedOrigins = list
            return nil
        },
        SettingKey(list: "allow_hosts", "a list of names", "names under which clients on this machine may reach the server") {
            settings, list in
            settings.configuration.allowedHosts = list
            return nil
        },
        file("tls_cert", "serves TLS: the certificate and those that vouch for it (PEM)") { $0.certificates = $1 },
        file("tls_key", "the certificate's key (PEM)") { $0.certificateKey = $1 },
        file("token_secrets_file", "secrets whose tokens let clients in, one a line; one may be in `STARLING_TOKEN_SECRET`") {
            $0.tokenSecretsFile = $1
        },
        file("jwks_file", "a JWK Set of public keys whose tokens let clients in") { $0.keySetFile = $1 },
        SettingKey(list: "token_issuers", "a list of names", "what `iss` of a token must be one of") { settings, list in
            settings.configuration.access.issuers = list
            return nil
        },
        SettingKey("token_audience", "a name", "what `aud` of a token must have") { settings, text in
            guard !text.isEmpty else { return "must not be empty" }
            settings.configuration.access.audience = text
            return nil
        },
        number("token_max_ttl", 1...604_800, "for how many seconds a token may be good for joining") {
            $0.configuration.access.longestToken = .seconds($1)
        },
        number(
            "session_ttl", 10...86_400, "after how many seconds a session ends without a refresh, where its token does not say"
        ) {
            $0.configuration.access.sessionLifetime = .seconds($1)
        },
        flag("allow_anonymous", "lets those in who show no token although there are keys") {
            $0.configuration.access.allowsAnonymous = $1
        },
        file("revoked_file", "what is not let in, one a line: `jti ID` or `sub IDENTITY`") { $0.revokedFile = $1 },
        flag("dev_tokens", "makes tokens for anyone who asks; for development alone") { $0.configuration.issuesTokens = $1 },
        SettingKey(list: "turn_urls", "a list of URLs", "TURN servers that clients are told to use") { settings, list in
            settings.turnURLs = list
            return nil
        },
        SettingKey("turn_user", "a name", "the user of those servers, its password in `STARLING_TURN_CREDENTIAL`") {
            settings, text in
            settings.turnUser = text
            return nil
        },
        number("turn_ttl", 60...86_400, "for how many seconds a client's own user of those servers is good") {
            $0.turnLifetime = $1
        },
        flag("socketio_recovery", "lets Socket.IO clients come back as themselves") { $0.configuration.socketIO.recovers = $1 },
        flag("peerjs_discovery", "lets PeerJS clients list the peers that are here") {
            $0.configuration.peerJS.allowsDiscovery = $1
        },
        number("room_capacity", 2...1000, "participants in a room") { $0.configuration.roomLimits.capacity = $1 },
        number("mesh_capacity", 2...1000, "participants in a room of the mode `mesh`") {
            $0.configuration.roomLimits.meshCapacity = $1
        },
        number("grace_seconds", 0...300, "how long a participant outlives its connection") {
            $0.configuration.roomTiming.disconnectGrace = .seconds($1)
        },
        number("sockets_per_address", 1...1_000_000, "connections from one address") {
            $0.configuration.limits.socketsPerAddress = $1
        },
        SettingKey("store", "`sqlite:FILE`, `mongodb://…` or `none`", "where it is written down what happens") { settings, text in
            settings.store = text
            return nil
        },
        number("retention_days", 0...36_500, "after which what is over is taken out of the store; 0 keeps it") {
            $0.configuration.storeTiming.retention = $1 == 0 ? nil : .seconds($1 * 86_400)
        },
        number("drain_seconds", 0...300, "how long clients have to go when the server stops") {
            $0.configuration.timing.drain = .seconds($1)
        },
        SettingKey("log_level", LogLevel.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", "), "what the log holds") {
            settings, text in
            guard let level = LogLevel(rawValue: text) else {
                return "'\(text)' must be one of \(LogLevel.allCases.map(\.rawValue).joined(separator: ", "))"
            }
            settings.logLevel = level
            return nil
        },
        SettingKey("log_file", "a file, `-` for standard error, or `none`", "where the log goes") { settings, text in
            settings.logFile = text
            return nil
        },
        flag("metrics_for_all", "lets everybody read `/metrics` and `/v1/analytics` without a token") {
            $0.configuration.servesMetricsToAll = $1
        },
        SettingKey("alerts_webhook", "an http:// URL", "where changes of alerts are posted") { settings, text in
            guard let target = ServerSettings.webhook(text) else {
                return "'\(text)' must look like http://host:port/path; there is no TLS here"
            }
            settings.configuration.alerts.webhook = target
            return nil
        },
    ]
}
