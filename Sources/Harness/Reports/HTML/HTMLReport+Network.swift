internal import Measurement

extension HTMLReport {
    private static let mostNetworkBots = 24

    /// What each bot's network was told to do, and what it did.
    static func network(_ model: ReportModel) -> Markup {
        let network = model.result.network
        guard !network.isEmpty else { return .empty }
        var configured: [String: NetworkWords] = [:]
        for network in model.figures.networks { configured[network.bot] = network }
        let bots = unique(network.map(\.bot))
        let worst = bots.count <= mostNetworkBots ? Set(bots) : worstBots(network)
        // Most runs duplicate and reorder nothing: two columns of zeros would push others off the page.
        let hasExtras = network.contains { $0.duplicated > 0 || $0.reordered > 0 }
        let rows = network.filter { worst.contains($0.bot) }.map { line($0, configured[$0.bot], hasExtras: hasExtras) }
        let left = bots.count - worst.count
        let more: Markup =
            left > 0
            ? "<p class=\"note\">The \(mostNetworkBots) bots with most loss; the other \(left) are in result.json.</p>" : .empty
        let extras = hasExtras ? [head("Duplicated", isNumber: true), head("Reordered", isNumber: true)] : []
        let heads =
            [
                head("Bot"), head("Configured"), head("Datagrams", isNumber: true), head("Expected loss", isNumber: true),
                head("Measured loss", isNumber: true), head("Dropped by"),
            ] + extras + [head("Payload", isNumber: true)]
        return section(
            "network", "Networks, configured and measured",
            note:
                "Expected and measured loss leave blackouts out. The expectation weights each network by its time; traffic need not be even.",
            folded(table("rows network", head: heads, rows: rows), count: worst.count) + more)
    }

    /// More bots than these are folded up.
    private static let mostOpenNetworks = 8

    private static func folded(_ table: Markup, count: Int) -> Markup {
        count <= mostOpenNetworks
            ? table : "<details><summary>The networks of \(Figure.count(count, "bot"))</summary>\(table)</details>"
    }

    private static func line(_ row: RunResult.NetworkRow, _ configured: NetworkWords?, hasExtras: Bool) -> Markup {
        let isUp = row.direction == "up"
        let dark = row.dropped["blackout"] ?? 0
        let lost = row.dropped.filter { $0.key != "blackout" && $0.key != "corrupted" }.reduce(UInt64(0)) { $0 + $1.value }
        let lit = row.offered - min(row.offered, dark)
        let causes = row.dropped.sorted { $0.key < $1.key }.map { "\(Figure.count($0.value)) \($0.key)" }.joined(separator: ", ")
        let words = ((isUp ? configured?.up : configured?.down) ?? [Figure.none]).map { stage -> Markup in "<div>\(stage)</div>" }
        let expected = isUp ? configured?.upLoss : configured?.downLoss
        let extras: Markup =
            hasExtras ? "\(number(Figure.count(row.duplicated)))\(number(Figure.count(row.reordered)))" : .empty
        return """
            <tr><th scope="row">\(row.bot) \(isUp ? "↑" : "↓")</th><td class="words">\(words)</td>\
            \(number(Figure.count(row.offered)))\(number(expected.map { "≈ " + Figure.text($0, .ratio) } ?? (configured == nil ? Figure.none : "0\u{00A0}%")))\
            \(number(Figure.text(lit == 0 ? nil : Double(lost) / Double(lit), .ratio)))<td>\(causes)</td>\
            \(extras)\(number(Figure.text(Double(row.bytes), .size)))</tr>
            """
    }

    private static func worstBots(_ network: [RunResult.NetworkRow]) -> Set<String> {
        let ordered = network.enumerated().sorted { ($1.element.loss, $0.offset) < ($0.element.loss, $1.offset) }.map(
            \.element.bot)
        return Set(unique(ordered).prefix(mostNetworkBots))
    }

    // MARK: - Generator

    static func generator(_ model: ReportModel) -> Markup {
        let result = model.result
        let generator = result.generator
        var lines: [Markup] = [
            fact(
                "Bots offered and in", "\(Figure.count(result.achieved.peers)) of \(Figure.count(result.offered.peers))",
                isBad: result.achieved.peers < result.offered.peers),
            fact(
                "Tracks sent", "\(Figure.count(result.achieved.tracks)) of \(Figure.count(result.offered.tracks))",
                isBad: result.achieved.tracks < result.offered.tracks),
            fact(
                "Frames sent", "\(Figure.count(result.achieved.frames)) of \(Figure.count(result.offered.frames)) due",
                isBad: false),
            fact("Packets sent", Figure.count(result.achieved.packets), isBad: false),
            fact("Frames that left over 100 ms late", Figure.count(generator.framesLate), isBad: generator.framesLate > 0),
            fact(
                "Latest frame", generator.worstSlip > 0 ? Figure.text(generator.worstSlip, .time) + " late" : "on time",
                isBad: generator.worstSlip > 1),
        ]
        if result.driver == "run" {
            lines += [
                fact("Worst wake-up of a worker", Figure.text(generator.worstLoopLag, .time) + " late", isBad: false),
                fact("Dropped by socket buffers", Figure.count(generator.socketDrops), isBad: generator.socketDrops > 0),
                fact("Refused by the host", Figure.count(generator.sendFailures), isBad: generator.sendFailures > 0),
                fact(
                    "CPU time", Figure.text(generator.cpuSeconds, .time) + " for \(Figure.moment(model.duration))", isBad: false),
                fact("Peak memory", Figure.text(Double(generator.peakMemory), .size), isBad: false),
            ]
        }
        let note =
            result.driver == "run"
            ? "Whether this machine could make the load that was asked for. Where it could not, the verdict is INVALID."
            : "Virtual time: the generator cannot be late, and the host's buffers play no part."
        return section("generator", "Generator health", note: note, "<dl class=\"facts\">\(lines)</dl>")
    }

    private static func fact(_ name: String, _ value: String, isBad: Bool) -> Markup {
        let kind: Markup = isBad ? " class=\"bad\"" : .empty
        return "<div\(kind)><dt>\(name)</dt><dd>\(value)</dd></div>\n"
    }
}
