/// Everything that is wrong with one scenario, in the order of the file.
public struct ScenarioErrors: Error, Sendable, Hashable, CustomStringConvertible {
    /// At least one.
    public let errors: [ScenarioError]

    public init(errors: [ScenarioError]) {
        self.errors = errors
    }

    /// One error per line.
    public var description: String {
        errors.map(\.description).joined(separator: "\n")
    }
}
