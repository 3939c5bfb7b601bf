internal import Measurement

/// Where to look when an assertion does not hold: who had it worst, and what the missing frames fell to.
struct AssertionHints {
    var sentences: [String] = []

    /// Looking at each bot costs as much as measuring it; larger runs have the table of the worst peers.
    private static let mostBots = 60
    private static let mostShown = 3

    init(_ row: RunResult.AssertionRow, _ result: RunResult, _ measurement: RunMeasurement) {
        guard let claim = try? Assertion(parsing: row.text, events: result.faults.map(\.name)) else { return }
        if let worst = Self.worst(claim, measurement) { sentences.append(worst) }
        if let causes = Self.causes(claim, result) { sentences.append(causes) }
    }

    private static func worst(_ claim: Assertion, _ measurement: RunMeasurement) -> String? {
        let bots = measurement.record.bots
        guard bots.count > 1, bots.count <= mostBots, claim.metric.takesAggregate, claim.dimension == claim.metric.dimension
        else { return nil }
        let isAboutMost = claim.op.rawValue.hasPrefix("<")
        guard isAboutMost || claim.op.rawValue.hasPrefix(">") else { return nil }
        let values = bots.enumerated().compactMap { place, bot -> (place: Int, value: Double)? in
            let tags = claim.tags + [("bot", bot.name)]
            guard let samples = measurement.samples(of: claim.metric, tags: tags, window: claim.window), !samples.isEmpty else {
                return nil
            }
            return (place, (claim.aggregate ?? .mean).value(of: samples))
        }
        guard values.count > 1, Set(values.map(\.value)).count > 1 else { return nil }
        let ordered = values.sorted { left, right in
            left.value == right.value ? left.place < right.place : (left.value > right.value) == isAboutMost
        }
        let shown = ordered.prefix(mostShown).map { entry in
            let value = entry.value.isFinite ? Figure.text(entry.value, claim.dimension) : "never"
            return "\(bots[entry.place].name) \(value)"
        }
        let held = values.count { claim.op.holds($0.value, claim.value) }
        let share = held == 0 ? "no bot meets the bound" : "\(held) of \(values.count) bots meet the bound by themselves"
        return "Worst receivers: \(shown.joined(separator: ", ")); \(share)."
    }

    private static func causes(_ claim: Assertion, _ result: RunResult) -> String? {
        let name = claim.metric.name
        guard ["frames.intact", "in.loss", "freeze", "outage", "in.fps", "in.bitrate"].contains(where: name.contains) else {
            return nil
        }
        let rows = result.audit.filter { name.hasPrefix($0.kind) || name == "outage" }
        var causes: [String: Int] = [:]
        for row in rows { causes.merge(row.causes, uniquingKeysWith: +) }
        guard !causes.isEmpty else { return nil }
        let parts = causes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\(Figure.count($0.value)) to \($0.key)" }
        let sent = rows.reduce(0) { $0 + $1.sent }
        return "Of \(Figure.count(sent)) frames sent in the whole run, these were lost: \(parts.joined(separator: ", "))."
    }
}
