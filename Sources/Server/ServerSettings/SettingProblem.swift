/// What is wrong with a setting: where it stands, and what to write instead.
public struct SettingProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// `server.yaml:7`, `STARLING_PORT` or `--port`.
    public let place: String
    public let message: String

    /// What it quotes of a message is put on one line, and cut where nobody would read on.
    public init(_ place: String, _ message: String) {
        self.place = place
        let line = message.unicodeScalars.prefix(Self.longestMessage).map { letter in
            letter.properties.generalCategory == .control || Character(letter).isNewline ? " " : String(letter)
        }
        self.message = line.joined() + (message.unicodeScalars.count > Self.longestMessage ? "…" : "")
    }

    /// Letters of a message.
    private static let longestMessage = 1000

    public var description: String { "\(place): \(message)" }
}

/// Everything that is wrong with the settings of one start.
public struct SettingProblems: Error, Hashable, Sendable, CustomStringConvertible {
    public let problems: [SettingProblem]

    public init(problems: [SettingProblem]) {
        self.problems = problems
    }

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
