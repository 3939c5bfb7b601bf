public import Operations
public import ServerFronts

/// How a server is to run, from a file, the environment and the command line: each overrules the one before it.
public struct ServerSettings: Sendable {
    public var configuration: ServerConfiguration
    /// `sqlite:FILE` or `none`.
    public var store = "none"
    public var logLevel = LogLevel.info
    /// `-` for standard error, `none` for no log.
    public var logFile = "none"
    public var turnURLs: [String] = []
    public var turnUser: String?
    /// Seconds.
    public var turnLifetime = 3600
    /// A file of secrets, one a line: `SECRET` or `KID SECRET`.
    public var tokenSecretsFile: String?
    /// A file that is a JWK Set (RFC 7517).
    public var keySetFile: String?
    /// A file of what is not let in, one a line: `jti ID` or `sub IDENTITY`.
    public var revokedFile: String?
    var certificates: String?
    var certificateKey: String?
    /// Where each setting that was given stands, by its name.
    private(set) var places: [String: String] = [:]

    /// What stands where nothing is said.
    public init() {
        configuration = ServerConfiguration()
        configuration.timing.drain = .seconds(30)
    }

    /// - Parameters:
    ///   - file: The text of the file of settings, and its path; `nil` for none.
    ///   - environment: Of which `STARLING_…` names are taken that are settings.
    ///   - arguments: Settings of the command line by name, with the flags as people wrote them.
    public static func read(
        file: (text: String, path: String)?, environment: [String: String],
        arguments: [(name: String, flag: String, values: [String])]
    ) throws(SettingProblems) -> ServerSettings {
        var settings = ServerSettings()
        var problems: [SettingProblem] = []
        if let file { problems += settings.take(yaml: file.text, path: file.path) }
        for key in SettingKey.all {
            guard let text = environment[key.environment] else { continue }
            let values = key.isList ? text.split(separator: ",").map { $0.trimmed } : [text]
            if let problem = settings.take(key, values, at: key.environment) { problems.append(problem) }
        }
        for argument in arguments {
            guard let key = SettingKey.all.first(where: { $0.name == argument.name }) else {
                preconditionFailure("'\(argument.name)' is no setting.")
            }
            if let problem = settings.take(key, argument.values, at: argument.flag) { problems.append(problem) }
        }
        if let problem = settings.joinCertificate() { problems.append(problem) }
        guard problems.isEmpty else { throw SettingProblems(problems: problems) }
        return settings
    }

    /// Where a setting stands: `server.yaml:7`, `STARLING_PORT` or `--port`; its name where it was not given.
    public func place(of setting: String) -> String { places[setting] ?? setting }

    mutating func take(_ key: SettingKey, _ values: [String], at place: String) -> SettingProblem? {
        places[key.name] = place
        return key.apply(&self, values).map { SettingProblem(place, $0) }
    }

    private mutating func joinCertificate() -> SettingProblem? {
        switch (certificates, certificateKey) {
        case (let certificates?, let key?): configuration.tls = TLSIdentity(certificates: certificates, key: key)
        case (nil, nil): break
        case (_?, nil): return SettingProblem(place(of: "tls_cert"), "a certificate needs its key: give 'tls_key' (--tls-key)")
        case (nil, _?): return SettingProblem(place(of: "tls_key"), "a key needs its certificate: give 'tls_cert' (--tls-cert)")
        }
        return nil
    }

    /// The parts of an `http://host:port/path`.
    static func webhook(_ text: String) -> AlertSettings.Target? {
        guard text.hasPrefix("http://"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        let rest = text.dropFirst(7)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest.dropFirst(authority.count)
        var host = authority
        var port = 80
        if let colon = authority.lastIndex(of: ":"), authority.last != "]" {
            guard let number = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(number) else { return nil }
            port = number
            host = authority[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return nil }
        return AlertSettings.Target(host: String(host), port: port, path: path.hasPrefix("/") ? String(path) : "/" + path)
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
