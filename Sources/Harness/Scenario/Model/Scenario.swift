public import Measurement

/// A scenario as somebody wrote it, checked: who calls whom over which network, what goes wrong when, and what must hold.
public struct Scenario: Sendable {
    /// What it shows, in a sentence.
    public let title: String
    /// The file's name without its extension.
    public let name: String
    /// The path of the file as it was given.
    public let path: String
    /// Where every random choice comes from; 1 where the file has none.
    public let seed: UInt64
    public let tags: [String]
    public let target: Target
    /// The file of certificates that TURN servers' own are checked against; `nil` for those of the system.
    public let iceAuthorities: String?
    /// From the start of the run, arrivals included, to its end.
    public let duration: Duration
    public let groups: [Group]
    /// In the order of the file.
    public let timeline: [TimelineEntry]
    public let assertions: [Assertion]
    /// Where each of ``assertions`` is written.
    public let assertionLocations: [SourceLocation]
    /// What must not be written anywhere: texts that came from the environment, and tokens in the target's address; longest
    /// first, none shorter than ``shortestSecret`` characters.
    public let secrets: [String]
    let places: [String: SourceLocation]

    /// Shorter texts are not redacted: taking every `5` out of a report would leave none of it.
    public static let shortestSecret = 4

    /// How many bots the groups have together.
    public var botCount: Int { groups.reduce(0) { $0 + $1.count } }

    /// The names of the timeline's events, in the order of the file.
    public var eventNames: [String] { timeline.compactMap(\.event) }

    /// What is wrong with a value that could be read but not used, such as the path of a media file.
    ///
    /// - Parameter field: Where it was written, such as `groups[0].publish.video`.
    public func error(_ message: String, in field: String) -> ScenarioError {
        var location = places[field] ?? .file
        location.override = location.override.map(redacted)
        return ScenarioError(file: path, location: location, field: field, message: redacted(message))
    }

    /// This text without the scenario's secrets, as they are and as JSON and XML write them.
    public func redacted(_ text: String) -> String {
        secrets.reduce(text) { text, secret in
            [secret, Self.inJSON(secret), Self.inXML(secret)].reduce(text) { $0.replacing($1, with: "[redacted]") }
        }
    }

    private static func inJSON(_ text: String) -> String {
        escaped(text) { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            default: nil
            }
        }
    }

    private static func inXML(_ text: String) -> String {
        escaped(text) { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "\t", "\n", "\r": "&#\(scalar.value);"
            default: nil
            }
        }
    }

    private static func escaped(_ text: String, _ escape: (Unicode.Scalar) -> String?) -> String {
        text.unicodeScalars.reduce(into: "") { $0 += escape($1) ?? String($1) }
    }
}
