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
            if let message = key.apply(&settings, values) { problems.append(SettingProblem(key.environment, message)) }
        }
        for argument in arguments {
            guard let key = SettingKey.all.first(where: { $0.name == argument.name }) else {
                preconditionFailure("'\(argument.name)' is no setting.")
            }
            if let message = key.apply(&settings, argument.values) { problems.append(SettingProblem(argument.flag, message)) }
        }
        guard problems.isEmpty else { throw SettingProblems(problems: problems) }
        return settings
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
