internal import Measurement

/// The end of a run for a person at a terminal: the verdict first, the replay command last.
public enum Summary {
    /// - Parameter result: Without its secrets: a line that is wrapped could hide half of one.
    public static func lines(
        _ result: RunResult, folder: String, isShort: Bool, style: ConsoleStyle = .plain
    ) -> [String] {
        let verdict = style.bold(style.paint(result.verdict.uppercased(), as: result.verdict))
        let title = "\(verdict)  \(result.scenario.name), seed \(result.seed)"
        guard !isShort else { return [title] + result.reasons.map { "  \($0)" } + ["  \(folder)/result.json"] }
        let failed = result.assertions.filter { $0.status != "pass" }
        var lines = ["", title]
        let ofAssertions = Set(failed.map { "\($0.text): \($0.explanation)" })
        for reason in result.reasons where !ofAssertions.contains(reason) {
            lines += reason.wrapped(first: "  ! ", rest: "    ")
        }
        if result.verdict == "fail", !failed.isEmpty {
            lines.append(
                "  \(failed.count) of \(Figure.count(result.assertions.count, "assertion")) \(failed.count == 1 ? "does" : "do") not hold"
            )
        }
        lines.append("")
        lines += failed.flatMap { failure($0, result, style) }
        if !failed.isEmpty { lines.append("") }
        lines += result.assertions.filter { $0.status == "pass" }.map { pass($0, result, style) }
        lines.append("")
        lines += media(result, style)
        lines += audit(result, style)
        lines += faults(result, style)
        if let reconnects = result.reconnects { lines.append("  \(reconnects.line)") }
        lines += generator(result)
        lines += result.failures.prefix(listedFailures).flatMap {
            "\($0.bot) did not get in: \($0.phase): \($0.reason)".wrapped(first: "  ", rest: "    ")
        }
        if result.failures.count > listedFailures { lines.append("  and \(result.failures.count - listedFailures) more") }
        lines += unconnected(result)
        lines.append("")
        lines.append("  report  \(folder)/report.html")
        lines.append("  result  \(folder)/result.json")
        lines.append("  replay  \(result.replay)")
        return lines.enumerated().filter { $0.offset == 0 || !($0.element.isEmpty && lines[$0.offset - 1].isEmpty) }.map(
            \.element)
    }

    /// Pairs of which neither ever connected to the other, each once.
    private static func unconnected(_ result: RunResult) -> [String] {
        var pairs: [(one: String, other: String, reason: String)] = []
        for peer in result.peers {
            guard let reason = peer.unconnected,
                !pairs.contains(where: { peer.isBetween($0.one, $0.other) }),
                !result.peers.contains(where: { $0.isBetween(peer.bot, peer.remote) && $0.unconnected == nil })
            else { continue }
            pairs.append((peer.bot, peer.remote, reason))
        }
        let shown = pairs.prefix(listedFailures).flatMap {
            "\($0.one) and \($0.other) never connected: \($0.reason)".wrapped(first: "  ", rest: "    ")
        }
        return shown + (pairs.count > listedFailures ? ["  and \(pairs.count - listedFailures) more pairs"] : [])
    }

    /// More bots than these that did not get in are counted; all of them are in `result.json`.
    private static let listedFailures = 5

    // MARK: - Assertions

    private static func value(_ row: RunResult.AssertionRow, _ result: RunResult) -> String {
        guard row.status != "error" else { return "nothing" }
        guard let value = row.value else { return "never" }
        let claim = try? Assertion(parsing: row.text, events: result.faults.map(\.name))
        return claim.map { Quantity(value, $0.dimension).description } ?? Figure.digits(value)
    }

    private static func row(_ mark: String, _ row: RunResult.AssertionRow, _ result: RunResult, _ style: ConsoleStyle) -> String {
        let value = value(row, result)
        let room = ConsoleStyle.width - 4 - 2 - value.count
        return "  \(style.paint(mark, as: row.status)) \(row.text.padded(to: room))  \(value)"
    }

    private static func pass(_ assertion: RunResult.AssertionRow, _ result: RunResult, _ style: ConsoleStyle) -> String {
        row("✓", assertion, result, style)
    }

    private static func failure(
        _ assertion: RunResult.AssertionRow, _ result: RunResult, _ style: ConsoleStyle
    ) -> [String] {
        var lines = [row("✗", assertion, result, style)]
        lines += assertion.explanation.wrapped(first: "      ", rest: "      ")
        for evidence in assertion.evidence ?? [] where evidence.question == .who || evidence.question == .when {
            let lead = "      \(evidence.question.rawValue.padded(to: 6))"
            lines += evidence.text.wrapped(first: lead, rest: String(repeating: " ", count: lead.count)).map(style.faint)
        }
        return lines
    }

    // MARK: - Tables

    private static func media(_ result: RunResult, _ style: ConsoleStyle) -> [String] {
        var lines: [String] = []
        for kind in ["video", "audio"] {
            guard let latency = result.metrics["\(kind).latency"] else { continue }
            let bitrate = result.metrics["\(kind).in.bitrate"]
            let loss = result.metrics["\(kind).in.loss"]
            if lines.isEmpty { lines.append(style.faint(columns("media", ["bitrate", "lost", "p50", "p95", "longest"]))) }
            lines.append(
                columns(
                    kind,
                    [
                        show(bitrate?.p50, .bitrate), show(loss?.mean, .ratio), show(latency.p50, .time),
                        show(latency.p95, .time),
                        show(latency.max, .time),
                    ]))
        }
        let lossy = result.network.filter { $0.offered > 0 }
        let offered = lossy.reduce(0) { $0 + $1.offered }
        let dropped = lossy.reduce(0) { sum, row in sum + row.dropped.filter { $0.key != "corrupted" }.reduce(0) { $0 + $1.value }
        }
        if offered > 0 {
            lines.append(
                "  network dropped \(dropped) of \(offered) datagrams (\(show(Double(dropped) / Double(offered), .ratio)))")
        }
        return lines.isEmpty ? [] : lines + [""]
    }

    private static func columns(_ name: String, _ figures: [String]) -> String {
        "  \(name.padded(to: 8))" + figures.map { $0.rightAligned(to: 13) }.joined()
    }

    /// More tracks than these are summed up; all of them are in `result.json`.
    private static let listedTracks = 12
    private static let worstTracks = 5
    private static let counts = ["sent", "intact", "damaged", "withheld", "missing"]

    private static func audit(_ result: RunResult, _ style: ConsoleStyle) -> [String] {
        guard !result.audit.isEmpty else { return [] }
        var rows = result.audit
        var heading = "track"
        if rows.count > listedTracks {
            rows = rows.filter { $0.intact < $0.sent }.sorted {
                ($0.intact * max(1, $1.sent), $0.from, $0.to) < ($1.intact * max(1, $0.sent), $1.from, $1.to)
            }
            rows = Array(rows.prefix(worstTracks))
            heading = "worst of \(result.audit.count) tracks"
        }
        let names = rows.map { "\($0.from) → \($0.to) \($0.label)" }
        let width = min(34, ([heading] + names).map(\.count).max() ?? 0)
        var lines: [String] = []
        if result.audit.count > listedTracks {
            let sent = result.audit.reduce(0) { $0 + $1.sent }
            let intact = result.audit.reduce(0) { $0 + $1.intact }
            lines.append("  \(result.audit.count) tracks: \(sent) frames sent, \(intact) intact")
        }
        guard !rows.isEmpty else { return lines + [""] }
        lines.append(
            style.faint("  \(heading.padded(to: width))" + counts.map { "  " + $0.rightAligned(to: 7) }.joined()))
        for (name, row) in zip(names, rows) {
            let figures = [row.sent, row.intact, row.damaged, row.withheld, row.missing]
            let cells = figures.map { "  " + String($0).rightAligned(to: 7) }.joined()
            if name.count <= width {
                lines.append("  \(name.padded(to: width))\(cells)")
            } else {
                lines += ["  \(name)", "  \(String(repeating: " ", count: width))\(cells)"]
            }
            let causes = row.causes.sorted { $0.key < $1.key }.map { "\($0.value) by \($0.key)" }
            if !causes.isEmpty { lines += causes.joined(separator: ", ").wrapped(first: "    ", rest: "    ").map(style.faint) }
        }
        return lines + [""]
    }

    private static let listedFaults = 12

    private static func faults(_ result: RunResult, _ style: ConsoleStyle) -> [String] {
        guard !result.faults.isEmpty else { return [] }
        var lines = result.faults.prefix(listedFaults).flatMap { fault -> [String] in
            let outage = fault.tracks.map(\.outage).max() ?? 0
            let never = fault.unrecovered
            let recovery =
                if never > 0 {
                    "\(never) \(never == 1 ? "track" : "tracks") never recovered"
                } else if let slowest = fault.recoveries.max() {
                    "recovered in \(show(slowest, .time))"
                } else {
                    fault.tracks.isEmpty ? "no track was hit" : "its tracks were over by its end"
                }
            return "\(fault.name): longest outage \(show(outage, .time)), \(recovery)".wrapped(first: "  ", rest: "    ")
        }
        if result.faults.count > listedFaults { lines.append("  and \(result.faults.count - listedFaults) more faults") }
        return lines
    }

    private static func generator(_ result: RunResult) -> [String] {
        guard result.driver == "run" else { return [] }
        let generator = result.generator
        let text =
            "generator: worst slip \(show(generator.worstSlip, .time)), CPU \(show(generator.cpuSeconds, .time)), "
            + "peak memory \(generator.peakMemory >> 20) MiB"
        return text.wrapped(first: "  ", rest: "    ")
    }

    private static func show(_ value: Double?, _ dimension: Dimension) -> String {
        value.map { Quantity($0, dimension).description } ?? "–"
    }
}
