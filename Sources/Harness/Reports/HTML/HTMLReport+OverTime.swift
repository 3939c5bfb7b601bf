internal import Measurement
internal import RTCCore

extension HTMLReport {
    /// Percentile bands with the faults behind them.
    static func overTime(_ model: ReportModel) -> Markup {
        let kinds = [MediaKind.video, .audio].filter { !model.qualities($0).isEmpty }
        guard !kinds.isEmpty, !model.figures.series.isEmpty else { return .empty }
        let columns = kinds.map { kind -> Markup in
            let charts = [
                chart("Bitrate received", "per track", .bitrateIn, kind, model, comparison: .bitrateOut),
                chart("Latency", "per frame, from the moment it was due", .latency, kind, model),
                chart("Loss before repair", "share of packets, per track", .networkLoss, kind, model),
                chart("Loss after repair", "share of frames, per track", .framesLost, kind, model),
                kind == .video ? chart("Frame rate", "pictures shown per track and second", .frameRate, kind, model) : .empty,
            ]
            return "<div class=\"column\"><h3>\(kind == .video ? "Video" : "Audio")</h3>\n\(charts)</div>"
        }
        let shade: Markup = model.shades.isEmpty ? .empty : "<span class=\"k-fault\">fault</span>"
        return section(
            "time", "Over time",
            "<p class=\"legend\"><span class=\"k-median\">median</span><span class=\"k-band\">5th to 95th percentile</span><span class=\"k-sent\">sent, median</span>\(shade)</p><div class=\"columns\">\(columns)</div>"
        )
    }

    private static func chart(
        _ title: String, _ note: String, _ quantity: SeriesQuantity, _ kind: MediaKind, _ model: ReportModel,
        comparison: SeriesQuantity? = nil
    ) -> Markup {
        guard let series = model.series(quantity, kind) else { return .empty }
        return Chart(
            title: title, note: note, dimension: quantity.dimension, series: series,
            comparison: comparison.flatMap { model.series($0, kind) }, faults: model.shades, duration: model.duration
        ).markup
    }

    // MARK: - Faults

    private static let mostFaults = 100

    static func faults(_ model: ReportModel) -> Markup {
        let faults = model.result.faults
        guard !faults.isEmpty else { return .empty }
        let rows = faults.prefix(mostFaults).map { fault -> Markup in
            let recoveries = fault.recoveries
            let hits =
                fault.hits.prefix(3).joined(separator: ", ") + (fault.hits.count > 3 ? " and \(fault.hits.count - 3) more" : "")
            let length = fault.end > fault.start ? Figure.moment(fault.end - fault.start) : "at once"
            return """
                <tr><th scope="row">\(fault.name)</th>\(number(Figure.moment(fault.start)))\(number(length))<td>\(hits)</td>\
                \(number(Figure.text(fault.tracks.map(\.outage).max(), .time)))\
                \(number(recoveries.isEmpty ? Figure.none : Figure.text(Aggregate.p50.value(of: recoveries), .time)))\
                \(number(recoveries.isEmpty ? Figure.none : Figure.text(recoveries.max(), .time)))\
                \(number(Figure.count(fault.unrecovered), isBad: fault.unrecovered > 0))</tr>
                """
        }
        let heads = [
            head("Fault"), head("At", isNumber: true), head("For", isNumber: true), head("Hit"),
            head("Longest gap", isNumber: true), head("Recovery p50", isNumber: true), head("slowest", isNumber: true),
            head("Never", isNumber: true),
        ]
        return section(
            "faults", "Faults and recovery",
            note:
                "The longest gap between whole frames that the fault overlaps, and the time from its end to the next whole frame, over the tracks that it hit.",
            table("rows", head: heads, rows: rows))
    }
}
