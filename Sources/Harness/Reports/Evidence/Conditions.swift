internal import Measurement
internal import NetworkImpairment

/// What was wrong with the networks, and when: the named events, and what the timeline did without naming it.
struct Conditions {
    struct Condition: Hashable {
        var name: String
        /// What it does, where its name does not say so.
        var detail: String
        /// Seconds since the scenario began.
        var start: Double
        var end: Double
        /// The bots that it hits.
        var hits: [String]
        var isNamed: Bool
    }

    /// By start, then named ones first.
    private(set) var all: [Condition]

    /// - Parameters:
    ///   - end: When the run was over, in seconds.
    init(faults: [RunResult.FaultRow], networks: [ConfiguredNetwork], end: Double) {
        all = faults.map { Condition(name: $0.name, detail: "", start: $0.start, end: $0.end, hits: $0.hits, isNamed: true) }
        var unnamed: [Condition] = []
        for network in networks {
            for stage in Self.spans(of: network, until: end) where !isNamed(stage, bot: network.bot) {
                let isSame = { (other: Condition) in
                    (other.name, other.detail, other.start, other.end) == (stage.name, stage.detail, stage.start, stage.end)
                }
                if let place = unnamed.firstIndex(where: isSame) {
                    unnamed[place].hits.append(network.bot)
                } else {
                    unnamed.append(
                        Condition(
                            name: stage.name, detail: stage.detail, start: stage.start, end: stage.end, hits: [network.bot],
                            isNamed: false))
                }
            }
        }
        all += unnamed
        let ordered = all.enumerated().sorted { ($0.element.start, $0.offset) < ($1.element.start, $1.offset) }
        all = ordered.map(\.element)
    }

    private struct Span {
        var name: String
        var detail = ""
        var start: Double
        var end: Double
    }

    /// The impaired stretches of one bot that did not begin with the run: what it began with is its normal network.
    private static func spans(of network: ConfiguredNetwork, until end: Double) -> [Span] {
        let stages = network.stages.sorted { $0.start < $1.start }
        var spans = stages.enumerated().compactMap { index, stage -> Span? in
            guard stage.start > 0, stage.profile.up != .none || stage.profile.down != .none else { return nil }
            if let first = stages.first, first.profile == stage.profile { return nil }
            let next = index + 1 < stages.count ? stages[index + 1].start : end
            guard stage.profile.name == "custom" else {
                return Span(name: stage.profile.name, start: stage.start, end: min(end, next))
            }
            let (up, down) = (stage.profile.up, stage.profile.down)
            let detail =
                up == down
                ? ConfiguredNetwork.words(up, name: "")
                : "up \(ConfiguredNetwork.words(up, name: "")), down \(ConfiguredNetwork.words(down, name: ""))"
            return Span(name: "other network", detail: detail, start: stage.start, end: min(end, next))
        }
        spans += network.blackouts.map { Span(name: "blackout", start: $0.start, end: min(end, $0.end)) }
        return spans
    }

    private func isNamed(_ span: Span, bot: String) -> Bool {
        all.contains { $0.isNamed && abs($0.start - span.start) < 0.001 && $0.hits.contains(bot) }
    }

    /// Those that were on, or from which a bot could still be recovering, at some time of a stretch.
    ///
    /// - Parameter bots: Only what hits one of these.
    /// - Returns: What fits the stretch best first.
    func active(from start: Double, to end: Double, bots: [String]) -> [Condition] {
        let found = all.filter { condition in
            // What ends at once, such as a healed network, explains nothing that is seen later.
            condition.end > condition.start && condition.start < end && condition.end + Self.aftermath > start
                && condition.hits.contains { bots.contains($0) }
        }
        func misfit(_ condition: Condition) -> Double { abs(condition.start - start) + abs(condition.end - end) }
        return found.enumerated().sorted { (misfit($0.element), $0.offset) < (misfit($1.element), $1.offset) }.map(\.element)
    }

    /// How long after its end a fault still explains what is seen, in seconds: two key frames.
    private static let aftermath = 2.0
}

extension Conditions.Condition {
    /// `drop (11 s to 17 s, hits callers[1])`
    var phrase: String {
        let shown = hits.prefix(3).joined(separator: ", ") + (hits.count > 3 ? " and \(hits.count - 3) more" : "")
        let what = detail.isEmpty ? "" : ": \(detail)"
        return "\(name)\(what) (\(Figure.moment(start)) to \(Figure.moment(end)), hits \(shown))"
    }
}
