public import AccessCore
public import Scenario

/// Reduces a scenario that fails to the smallest that still fails in the same way.
///
/// One step at a time: the first smaller scenario that fails too takes the place of the larger, until none does.
public struct Shrinking: Sendable {
    /// The smallest scenario that was found, as YAML.
    public var text: String
    /// What was taken away, in order.
    public var changes: [String]
    public var simulations = 0
    public var failure: SeedSearch.Failure

    /// Simulations after which the search ends with what it has.
    public static let limit = 500

    /// - Parameters:
    ///   - text: The failing scenario.
    ///   - parse: Reads a candidate; `nil` where it is not a scenario any more.
    /// - Returns: `nil` where the scenario does not fail under this seed.
    public init?(
        _ text: String, seed: UInt64, media: MediaLibrary, tokenKeys: (any TokenKeys)? = nil, parse: (String) -> Scenario?
    ) throws(RunError) {
        guard let scenario = parse(text),
            let failure = try Self.failure(of: scenario, seed: seed, media: media, tokenKeys: tokenKeys)
        else { return nil }
        self.text = text
        self.failure = failure
        changes = []
        while simulations < Self.limit, try takeStep(seed: seed, media: media, tokenKeys: tokenKeys, parse: parse) {}
    }

    private mutating func takeStep(
        seed: UInt64, media: MediaLibrary, tokenKeys: (any TokenKeys)?, parse: (String) -> Scenario?
    ) throws(RunError) -> Bool {
        for candidate in ScenarioReduction.candidates(of: text, keeping: failure.assertions) {
            guard simulations < Self.limit, let scenario = parse(candidate.text) else { continue }
            simulations += 1
            guard let smaller = try Self.failure(of: scenario, seed: seed, media: media, tokenKeys: tokenKeys),
                isSame(smaller)
            else { continue }
            text = candidate.text
            failure = smaller
            changes.append(candidate.change)
            return true
        }
        return false
    }

    /// The same verdict, one of the same bounds missed, and nothing besides that was right before: a smaller scenario that fails
    /// otherwise explains nothing, and a bot alone in its room misses every bound.
    private func isSame(_ other: SeedSearch.Failure) -> Bool {
        guard other.verdict == failure.verdict, other.assertions.allSatisfy(failure.assertions.contains) else { return false }
        if !failure.missed.isEmpty { return other.missed.contains(where: failure.missed.contains) }
        return failure.assertions.isEmpty || !other.assertions.isEmpty
    }

    private static func failure(
        of scenario: Scenario, seed: UInt64, media: MediaLibrary, tokenKeys: (any TokenKeys)?
    ) throws(RunError) -> SeedSearch.Failure? {
        let plan = Plan(scenario, seed: seed)
        return SeedSearch.failure(of: try SimulatedRun.perform(plan, media: media, tokenKeys: tokenKeys), plan: plan)
    }
}
