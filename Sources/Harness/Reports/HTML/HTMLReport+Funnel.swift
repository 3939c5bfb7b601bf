internal import Measurement

extension HTMLReport {
    static func funnel(_ model: ReportModel) -> Markup {
        let stages = model.figures.stages
        guard !stages.isEmpty else { return .empty }
        let longest = stages.flatMap(\.seconds).max() ?? 0
        let rows = stages.map { stage -> Markup in
            let failed = model.result.failures.filter { $0.phase == stage.name }
            let p50 = stage.seconds.isEmpty ? nil : Aggregate.p50.value(of: stage.seconds)
            let p95 = stage.seconds.isEmpty ? nil : Aggregate.p95.value(of: stage.seconds)
            let example: Markup =
                failed.first.map { first in
                    let who = failed.count == 1 ? first.bot : "\(Figure.count(failed.count)) ended here, such as \(first.bot)"
                    return "<small class=\"why\">\(who): \(first.reason)</small>"
                } ?? .empty
            let isWhole = stage.reached == stage.total
            return """
                <tr><th scope="row">\(phrase(stage.name))\(example)</th>\
                \(number("\(Figure.count(stage.reached)) of \(Figure.count(stage.total))", isBad: !isWhole))\
                <td class="meter">\(share(stage.reached, of: stage.total))</td>\
                \(number(Figure.text(p50, .time)))\(number(Figure.text(p95, .time)))\(number(Figure.text(stage.seconds.max(), .time)))\
                <td class="meter">\(bars(p50, p95, longest))</td></tr>
                """
        }
        let heads = [
            head("Phase"), head("Passed", isNumber: true), meterHead, head("p50", isNumber: true), head("p95", isNumber: true),
            head("Longest", isNumber: true), meterHead,
        ]
        return section(
            "join", "The way in, phase by phase",
            note:
                "Bots until they are let in, then each connection that was begun. Times: the dark bar is the median, the light one the 95th percentile.",
            table("rows", head: heads, rows: rows))
    }

    private static func phrase(_ phase: String) -> String {
        switch phase {
        case "resolve": "Resolve the name"
        case "connect": "Connect to the server"
        case "signaling": "Join by signaling"
        case "authorise": "Be authorised"
        case "gather": "Gather candidates"
        case "check": "Check the path (ICE)"
        case "dtls": "Agree on keys (DTLS)"
        case "first_rtp": "First packet"
        case "first_frame": "First whole frame"
        default: phase
        }
    }

    private static func bars(_ p50: Double?, _ p95: Double?, _ longest: Double) -> Markup {
        guard let p50, let p95, longest > 0 else { return .empty }
        let dark = Figure.decimals(p50 / longest * 100, 1)
        let light = Figure.decimals(p95 / longest * 100, 1)
        return
            "<svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"rail\" width=\"100\" height=\"10\"/><rect class=\"bar light\" width=\"\(light)\" height=\"10\"/><rect class=\"bar\" width=\"\(dark)\" height=\"10\"/></svg>"
    }

    private static func share(_ part: Int, of whole: Int) -> Markup {
        guard whole > 0 else { return .empty }
        let width = Figure.decimals(Double(part) / Double(whole) * 100, 1)
        return
            "<svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"missing\" width=\"100\" height=\"10\"/><rect class=\"intact\" width=\"\(width)\" height=\"10\"/></svg>"
    }
}
