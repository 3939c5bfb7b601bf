/// Collects what is wrong with a file while it is read, so that a person sees all of it at once.
struct Diagnostics {
    /// More than anybody reads at once.
    private static let limit = 100

    let file: String
    private(set) var errors: [ScenarioError] = []
    /// What the environment put into the file: messages name the variable, not its value.
    var substitutions: [DocumentNode.Substitution] = []
    /// What else must not be said: tokens in addresses.
    var secrets: [String] = []

    init(file: String) {
        self.file = file
    }

    /// Where the environment had nothing to put in: what is wrong with the hole it left is not said as well.
    private var holes: Set<SourceLocation> = []

    mutating func reportHole(_ message: String, at location: SourceLocation) {
        holes.remove(location)
        report(message, at: location)
        holes.insert(location)
    }

    mutating func report(_ message: String, at location: SourceLocation, field: String = "") {
        guard errors.count < Self.limit, !holes.contains(location) else { return }
        errors.append(ScenarioError(file: file, location: location, field: field, message: message))
    }

    /// All errors in the order of the file, one per place and message.
    var sorted: ScenarioErrors {
        var seen: Set<ScenarioError> = []
        let unique = errors.map(redacted).filter { seen.insert($0).inserted }
        let inOrder = unique.enumerated().sorted { left, right in
            (left.element.location.line, left.element.location.column, left.offset)
                < (right.element.location.line, right.element.location.column, right.offset)
        }
        return ScenarioErrors(errors: inOrder.map(\.element))
    }

    private func redacted(_ error: ScenarioError) -> ScenarioError {
        var message = error.message
        for substitution in substitutions where substitution.value.count >= Scenario.shortestSecret {
            message = message.replacing(substitution.value, with: "${\(substitution.name)}")
        }
        // In all messages: one about another line, or the override that wrote the address, may hold it too.
        var location = error.location
        for secret in secrets.sorted(by: { ($1.count, $0) < ($0.count, $1) }) where secret.count >= Scenario.shortestSecret {
            message = message.replacing(secret, with: "[redacted]")
            location.override = location.override?.replacing(secret, with: "[redacted]")
        }
        let visible = message.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }
        return ScenarioError(file: error.file, location: location, field: error.field, message: visible.joined())
    }
}
