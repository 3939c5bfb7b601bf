/// One thing that is wrong with a scenario: where it is, and what to write instead.
public struct ScenarioError: Error, Sendable, Hashable {
    /// The scenario's path as it was given.
    public let file: String
    public let location: SourceLocation
    /// The field, such as `groups[0].count`; empty for the file as a whole.
    public let field: String
    /// What is wrong and what to write instead; one line, without secrets.
    public let message: String
}

extension ScenarioError: CustomStringConvertible {
    /// `scenarios/x.yaml:14:5: 'durration' is not a key of a group; did you mean 'duration'? [groups[0].durration]`
    public var description: String {
        let place =
            if let override = location.override {
                "--set \(override)"
            } else if location.line > 0 {
                "\(file):\(location.line):\(location.column)"
            } else {
                file
            }
        return "\(place): \(message)" + (field.isEmpty ? "" : " [\(field)]")
    }
}
