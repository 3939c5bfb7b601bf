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

    /// Shorter texts are not redacted: taking every `5` out of a report would leave none of it.
    public static let shortestSecret = 4

    /// How many bots the groups have together.
    public var botCount: Int { groups.reduce(0) { $0 + $1.count } }

    /// The names of the timeline's events, in the order of the file.
    public var eventNames: [String] { timeline.compactMap(\.event) }

    /// This text without the scenario's secrets.
    public func redacted(_ text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: "[redacted]") }
    }
}
