internal import Measurement

extension HTMLReport {
    static func verdict(_ model: ReportModel) -> Markup {
        let result = model.result
        let (kind, mark, meaning) = meaning(of: result)
        let reasons = reasons(result)
        let driver = result.driver == "simulate" ? "simulated in virtual time" : "on real sockets"
        return """
            <header class="verdict \(kind)">
            <p class="badge"><span aria-hidden="true">\(mark)</span> \(result.verdict.uppercased())</p>
            <h1>\(result.scenario.title)</h1>
            <p class="meaning">\(meaning)</p>
            \(reasons)
            <p class="facts"><code>\(result.scenario.path)</code> · \(Figure.moment(model.duration)) \(driver) · seed \(String(result.seed)) · run \(result.scenario.run) · exit code \(Int(result.exitCode))</p>
            </header>
            \(tiles(model))
            """
    }

    private static let mostReasons = 8

    /// What does not hold, each with a way to what is known about it, after what else is wrong with the run.
    private static func reasons(_ result: RunResult) -> Markup {
        let failed = result.assertions.filter { $0.status != "pass" }
        let ofAssertions = Set(failed.map { "\($0.text): \($0.explanation)" })
        let others = result.reasons.filter { !ofAssertions.contains($0) }
        var items = others.prefix(mostReasons).map { reason -> Markup in "<li>\(reason)</li>" }
        items += failed.prefix(mostReasons).enumerated().map { index, row -> Markup in
            "<li><a href=\"#why-\(index + 1)\"><code>\(row.text)</code></a> <span>\(measured(row, result))</span></li>"
        }
        let more = others.count + failed.count - items.count
        if more > 0 { items.append("<li>and \(more) more</li>") }
        return items.isEmpty ? .empty : "<ul class=\"reasons\">\(items)</ul>"
    }

    private static func measured(_ row: RunResult.AssertionRow, _ result: RunResult) -> String {
        guard row.status != "error" else { return "there was nothing to measure" }
        let claim = try? Assertion(parsing: row.text, events: result.faults.map(\.name))
        guard let value = row.value else { return "never came" }
        return "is " + (claim.map { Figure.text(value, $0.dimension) } ?? Figure.digits(value))
    }

    private static func meaning(of result: RunResult) -> (Markup, String, String) {
        let failed = result.assertions.count { $0.status != "pass" }
        let count = result.assertions.count
        switch result.verdict {
        case "pass":
            return (
                "pass", "✓",
                "\(count == 1 ? "The assertion holds" : "All \(count) assertions hold"), and the run was fit to judge."
            )
        case "fail":
            return ("fail", "✗", "\(failed) of \(Figure.count(count, "assertion")) \(failed == 1 ? "does" : "do") not hold.")
        default: return ("invalid", "!", "The run proved nothing about its target: the generator or the run itself was at fault.")
        }
    }

    // MARK: - Tiles

    private static func tiles(_ model: ReportModel) -> Markup {
        let result = model.result
        let seen = model.sightings.count(where: \.isComplete)
        let due = model.figures.tracks.reduce(0) { $0 + $1.framesSent - $1.framesWithheld }
        let intact = model.figures.tracks.reduce(0) { $0 + $1.framesIntact }
        let gap = model.figures.tracks.map(\.longestGap).max()
        let first = result.metrics["first_frame"]
        return """
            <div class="tiles">
            \(tile("Got in", "\(Figure.count(result.achieved.peers)) of \(Figure.count(result.offered.peers))", "bots", isBad: result.achieved.peers < result.offered.peers))
            \(tile("Saw and heard", "\(Figure.count(seen)) of \(Figure.count(model.sightings.count))", "pairs", isBad: seen < model.sightings.count || model.sightings.isEmpty))
            \(tile("First frame", Figure.text(first?.p95, .time), "95th percentile", isBad: (first?.never ?? 0) > 0))
            \(tile("Frames intact", Figure.share(intact, of: due), "of \(Figure.count(due)) due", isBad: false))
            \(tile("Longest gap", Figure.text(gap, .time), "without a whole frame", isBad: false))
            </div>
            """
    }

    private static func tile(_ name: String, _ value: String, _ note: String, isBad: Bool) -> Markup {
        let kind: Markup = isBad ? "tile bad" : "tile"
        return "<div class=\"\(kind)\"><span>\(name)</span><strong>\(value)</strong><small>\(note)</small></div>"
    }

    // MARK: - Assertions

    static func assertions(_ model: ReportModel) -> Markup {
        let rows = model.result.assertions.map { row(for: $0, model) }
        guard !rows.isEmpty else { return .empty }
        return section(
            "assertions", "Assertions",
            note: "Each bar is what was measured, each tick the bound. A bar that ends on the wrong side of its tick fails.",
            table(
                "assertions",
                head: [head(""), head("Claim"), head("Measured", isNumber: true), head("Bound", isNumber: true), meterHead],
                rows: rows))
    }

    private static func row(for assertion: RunResult.AssertionRow, _ model: ReportModel) -> Markup {
        let claim = try? Assertion(parsing: assertion.text, events: model.result.faults.map(\.name))
        let isPass = assertion.status == "pass"
        let value =
            claim.map { Figure.text(assertion.value, $0.dimension) } ?? assertion.value.map { Figure.digits($0) } ?? Figure.none
        let bound = claim.map { "\($0.op.rawValue)\u{00A0}\(Figure.bound($0.value, $0.dimension))" } ?? ""
        let place: Markup = assertion.line.map { "<span class=\"line\">line \($0)</span>" } ?? .empty
        let why: Markup = isPass ? .empty : "<small class=\"why\">\(assertion.explanation)</small>"
        let kind: Markup = isPass ? "pass" : "fail"
        var bar = Markup.empty
        if let claim, let value = assertion.value { bar = meter(value, bound: claim.value, kind: kind) }
        return """
            <tr class="\(kind)"><td class="mark"><span role="img" aria-label="\(assertion.status)">\(isPass ? "✓" : "✗")</span></td>\
            <td class="claim"><code>\(assertion.text)</code>\(place)\(why)</td>\
            <td class="n value">\(value)</td><td class="n bound">\(bound)</td><td class="meter">\(bar)</td></tr>
            """
    }

    /// The bound stands at two thirds of the width; what goes beyond the end is cut off there.
    private static func meter(_ value: Double, bound: Double, kind: Markup) -> Markup {
        guard bound > 0, value >= 0, value.isFinite else { return .empty }
        let length = Figure.decimals(min(1, value / bound / 1.5) * 100, 1)
        return
            "<svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\" class=\"\(kind)\"><rect class=\"rail\" width=\"100\" height=\"10\"/><rect class=\"bar\" width=\"\(length)\" height=\"10\"/><line x1=\"66.7\" x2=\"66.7\" y1=\"0\" y2=\"10\"/></svg>"
    }
}
