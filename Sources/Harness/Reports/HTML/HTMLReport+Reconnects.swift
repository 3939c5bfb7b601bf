internal import Measurement

extension HTMLReport {
    private static let mostAttempts = 60

    /// Who came back how: every attempt with its wait, and what the server had to stand.
    static func reconnects(_ model: ReportModel) -> Markup {
        guard let reconnects = model.result.reconnects else { return .empty }
        let attempts = reconnects.attempts
        let failed = attempts.count { $0.outcome == "failed" }
        let facts: [Markup] = [
            fact("Attempts", Figure.count(attempts.count)), fact("Failed", Figure.count(failed)),
            fact("Peak, over 100 ms", Figure.text(reconnects.peak, .frequency)),
            fact("The same without jitter", "\(Figure.text(reconnects.peakWithoutJitter, .frequency)), calculated"),
        ]
        let shown = Array(attempts.prefix(mostAttempts))
        let heads = [
            head("Lost at", isNumber: true), head("Bot"), head("What"), head("Try", isNumber: true),
            head("Wait planned", isNumber: true), head("at most", isNumber: true), head("Waited", isNumber: true),
            head("Took", isNumber: true), head("Outcome"),
        ]
        let left = attempts.count - shown.count
        let more: Markup = left > 0 ? "<p class=\"note\">\(left) more are in result.json.</p>" : .empty
        let rows = table("rows reconnects", head: heads, rows: shown.map(row)) + more
        let list: Markup =
            attempts.count > 12
            ? "<details><summary>\(Figure.count(attempts.count, "attempt")) in the order of time</summary>\(rows)</details>"
            : rows
        return section(
            "reconnects", "Reconnects",
            note:
                "Each wait is drawn from nothing to its bound, which doubles with every failure, as the scenario's policy says. "
                + "“Without jitter” is the same attempts, had each waited for its whole bound.",
            "<dl class=\"facts\">\(facts)</dl>\(rush(reconnects))\(list)")
    }

    private static func fact(_ name: String, _ value: String) -> Markup {
        "<div><dt>\(name)</dt><dd>\(value)</dd></div>\n"
    }

    private static func row(_ attempt: RunResult.Reconnects.Attempt) -> Markup {
        let kind =
            switch attempt.kind {
            case "signaling": "signaling"
            case "ice_restart": "ICE restart"
            default: "re-join"
            }
        let what = attempt.peer.map { "\(kind) with \($0)" } ?? kind
        let outcome = attempt.reason.map { "\(attempt.outcome): \($0)" } ?? attempt.outcome
        let isBad = attempt.outcome == "failed"
        let cell: Markup = isBad ? "<td class=\"bad\">\(outcome)</td>" : "<td>\(outcome)</td>"
        return """
            <tr>\(number(Figure.decimals(attempt.lostAt, 2) + "\u{00A0}s"))<th scope="row">\(attempt.bot)</th><td>\(what)</td>\
            \(number(Figure.count(attempt.number)))\(number(Figure.text(attempt.plannedWait, .time)))\
            \(number(Figure.text(attempt.bound, .time)))\(number(Figure.text(attempt.actualWait, .time)))\
            \(number(Figure.text(attempt.end.map { $0 - attempt.start }, .time)))\(cell)</tr>
            """
    }

    // MARK: - The rush

    /// Fewer attempts than these are seen well enough in the table.
    private static let leastForRush = 8
    private static let mostBins = 160.0

    /// Attempts over time as bars, and as an outline what they would have been without jitter.
    private static func rush(_ reconnects: RunResult.Reconnects) -> Markup {
        let starts = reconnects.attempts.map(\.start)
        guard starts.count >= leastForRush, let first = (starts + reconnects.startsWithoutJitter).min(),
            let last = (starts + reconnects.startsWithoutJitter).max()
        else { return .empty }
        // A quarter of a second, or as many whole ones as the width has room for.
        let binSeconds = max(0.25, ((last - first) / mostBins).rounded(.up))
        let origin = (first / binSeconds).rounded(.down) * binSeconds
        let bins = Int((last - origin) / binSeconds) + 1
        let histogram = { (starts: [Double]) in
            starts.reduce(into: [Int](repeating: 0, count: bins)) { $0[Int(($1 - origin) / binSeconds)] += 1 }
        }
        let actual = histogram(starts)
        let plain = histogram(reconnects.startsWithoutJitter)
        let most = max(1, (actual + plain).max() ?? 1)
        let width = 720.0
        let height = 120.0
        let step = width / Double(bins)
        var bars: [Markup] = []
        for bin in 0..<bins {
            let x = Double(bin) * step
            if plain[bin] > 0 {
                let tall = height * Double(plain[bin]) / Double(most)
                bars.append(
                    "<rect class=\"plain\" x=\"\(svg(x))\" y=\"\(svg(height - tall))\" width=\"\(svg(step))\" height=\"\(svg(tall))\"/>"
                )
            }
            if actual[bin] > 0 {
                let tall = height * Double(actual[bin]) / Double(most)
                bars.append(
                    "<rect class=\"actual\" x=\"\(svg(x + step * 0.1))\" y=\"\(svg(height - tall))\" width=\"\(svg(step * 0.8))\" height=\"\(svg(tall))\"/>"
                )
            }
        }
        let end = origin + Double(bins) * binSeconds
        return """
            <figure class="rush"><svg viewBox="0 0 720 140" role="img" aria-label="Attempts over time">\(bars)\
            <line x1="0" y1="120" x2="720" y2="120"/><text x="0" y="136">\(Figure.moment(origin))</text>\
            <text x="720" y="136" text-anchor="end">\(Figure.moment(end))</text></svg>
            <figcaption>Attempts that began in each \(Figure.text(binSeconds, .time)), at most \(Figure.count(most)): filled as they were, \
            outlined without jitter.</figcaption></figure>
            """
    }

    private static func svg(_ value: Double) -> String {
        Figure.decimals(value, 1)
    }
}
