internal import Measurement

/// The end of a run for a person at a terminal: the verdict first, the replay command last.
public enum Summary {
    public static func lines(_ result: RunResult, folder: String, isShort: Bool) -> [String] {
        let title = "\(result.verdict.uppercased())  \(result.scenario.name), seed \(result.seed)"
        guard !isShort else { return [title] + result.reasons.map { "  \($0)" } + ["  \(folder)/result.json"] }
        var lines = ["", title]
        lines += result.reasons.map { "  ! \($0)" }
        lines.append("")
        let width = result.assertions.map(\.text.count).max() ?? 0
        for row in result.assertions {
            let mark = row.status == "pass" ? "✓" : "✗"
            lines.append("  \(mark) \(row.text.padding(to: width))  \(row.explanation)")
        }
        lines.append("")
        lines += media(result)
        lines += audit(result)
        lines += faults(result)
        lines += generator(result)
        lines += result.failures.map { "  \($0.bot) failed in phase \($0.phase): \($0.reason)" }
        lines.append("")
        lines.append("  result  \(folder)/result.json")
        lines.append("  replay  \(result.replay)")
        return lines
    }

    private static func media(_ result: RunResult) -> [String] {
        var lines: [String] = []
        for kind in ["video", "audio"] {
            guard let latency = result.metrics["\(kind).latency"] else { continue }
            let bitrate = result.metrics["\(kind).in.bitrate"]
            let loss = result.metrics["\(kind).in.loss"]
            lines.append(
                "  \(kind)   bitrate \(show(bitrate?.p50, .bitrate)) · loss after repair \(show(loss?.mean, .ratio)) · latency p50 \(show(latency.p50, .time)), p95 \(show(latency.p95, .time)), max \(show(latency.max, .time))"
            )
        }
        let lossy = result.network.filter { $0.offered > 0 }
        let offered = lossy.reduce(0) { $0 + $1.offered }
        let dropped = lossy.reduce(0) { sum, row in sum + row.dropped.filter { $0.key != "corrupted" }.reduce(0) { $0 + $1.value }
        }
        if offered > 0 {
            lines.append(
                "  network dropped \(dropped) of \(offered) datagrams (\(show(Double(dropped) / Double(offered), .ratio)))")
        }
        return lines
    }

    /// More tracks than these are summed up; all of them are in `result.json`.
    private static let listedTracks = 12

    private static func audit(_ result: RunResult) -> [String] {
        guard result.audit.count > listedTracks else { return result.audit.map(line) }
        let worst = result.audit.filter { $0.intact < $0.sent }.sorted {
            ($0.intact * max(1, $1.sent), $0.from, $0.to) < ($1.intact * max(1, $0.sent), $1.from, $1.to)
        }
        let sent = result.audit.reduce(0) { $0 + $1.sent }
        let intact = result.audit.reduce(0) { $0 + $1.intact }
        return ["  \(result.audit.count) tracks: \(sent) frames sent, \(intact) intact" + (worst.isEmpty ? "" : "; the worst:")]
            + worst.prefix(5).map(line)
    }

    private static func line(_ row: RunResult.AuditRow) -> String {
        var text = "  \(row.from) → \(row.to) \(row.kind): \(row.sent) sent = \(row.intact) intact"
        text += " + \(row.damaged) damaged + \(row.withheld) withheld + \(row.missing) missing"
        let causes = row.causes.sorted { $0.key < $1.key }.map { "\($0.value) by \($0.key)" }
        if !causes.isEmpty { text += " (\(causes.joined(separator: ", ")))" }
        return text
    }

    private static func faults(_ result: RunResult) -> [String] {
        result.faults.map { fault in
            let outage = fault.tracks.map(\.outage).max() ?? 0
            let recoveries = fault.tracks.compactMap(\.recovery)
            let recovery =
                recoveries.count == fault.tracks.count
                ? "recovered in \(show(recoveries.max(), .time))"
                : "\(fault.tracks.count - recoveries.count) tracks never recovered"
            return "  \(fault.name): longest outage \(show(outage, .time)), \(recovery)"
        }
    }

    private static func generator(_ result: RunResult) -> [String] {
        guard result.driver == "run" else { return [] }
        let generator = result.generator
        return [
            "  generator: worst slip \(show(generator.worstSlip, .time)), CPU \(show(generator.cpuSeconds, .time)), peak memory \(generator.peakMemory >> 20) MiB"
        ]
    }

    private static func show(_ value: Double?, _ dimension: Dimension) -> String {
        value.map { Quantity($0, dimension).description } ?? "–"
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
