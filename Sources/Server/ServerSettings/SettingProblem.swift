/// What is wrong with a setting: where it stands, and what to write instead.
public struct SettingProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// `server.yaml:7`, `STARLING_PORT` or `--port`.
    public let place: String
    public let message: String

    public init(_ place: String, _ message: String) {
        self.place = place
        self.message = message
    }

    public var description: String { "\(place): \(message)" }
}

/// Everything that is wrong with the settings of one start.
public struct SettingProblems: Error, Hashable, Sendable, CustomStringConvertible {
    public let problems: [SettingProblem]

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
