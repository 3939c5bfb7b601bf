internal import Measurement

/// One quantity over time: a band and its median as a drawing that stretches, with labels beside it that do not.
struct Chart {
    var title: String
    var note: String
    var dimension: Dimension
    var series: PercentileSeries
    /// Drawn as a dashed line: what was sent, beside what was received.
    var comparison: PercentileSeries?
    var faults: [RunResult.FaultRow]
    /// Seconds.
    var duration: Double

    private static let width = 1000.0
    private static let height = 200.0

    var markup: Markup {
        let values =
            series.bands.flatMap { [$0.p5, $0.lowestMedian, $0.highestMedian, $0.p95] }
            + (comparison?.bands.map(\.highestMedian) ?? [])
        let axis = ChartAxis(values, dimension)
        let scale = axis.isLogarithmic ? " · log scale" : ""
        return """
            <figure class="chart"><figcaption><b>\(title)</b><span>\(note + scale)</span></figcaption>\
            <div class="plot">\(FaultLanes(faults: faults, duration: duration).markup)<div class="area">\(yGrid(axis))\
            <svg viewBox="0 0 1000 200" preserveAspectRatio="none" role="img" aria-label="\(summary)">\
            \(shades)\(runs.map { band($0, axis) })\
            \(comparison.map { line($0, axis, "sent") } ?? .empty)\(line(series, axis, "median"))\(tips)</svg></div>\
            \(xLabels)</div></figure>

            """
    }

    private var summary: String {
        let last = series.bands.map(\.p95).max()
        return "\(title): at most \(Figure.text(last, dimension)) at the 95th percentile"
    }

    private func x(_ seconds: Double) -> String {
        Figure.decimals(min(1, max(0, seconds / duration)) * Self.width, 1)
    }

    private func y(_ value: Double, _ axis: ChartAxis) -> String {
        Figure.decimals((1 - axis.position(value)) * Self.height, 1)
    }

    // MARK: - Axes

    private func yGrid(_ axis: ChartAxis) -> Markup {
        axis.ticks.map { tick -> Markup in
            let top = Figure.decimals((1 - tick.position) * 100, 2)
            return "<i class=\"grid\" style=\"top:\(top)%\"></i><span class=\"y\" style=\"top:\(top)%\">\(tick.label)</span>"
        }.joined()
    }

    private var xLabels: Markup {
        let labels = ChartAxis.timeTicks(until: duration).map { tick -> Markup in
            "<span class=\"x\" style=\"left:\(Figure.decimals(tick.position * 100, 2))%\">\(tick.label)</span>"
        }
        return "<div class=\"times\">\(labels)</div>"
    }

    // MARK: - Faults

    private var shades: Markup {
        faults.map { fault -> Markup in
            let text = Self.describe(fault)
            guard fault.end > fault.start else {
                return
                    "<line class=\"moment\" x1=\"\(x(fault.start))\" x2=\"\(x(fault.start))\" y1=\"0\" y2=\"200\"><title>\(text)</title></line>"
            }
            let width = Figure.decimals(max(0.001, (min(fault.end, duration) - fault.start) / duration) * Self.width, 1)
            return
                "<rect class=\"fault\" x=\"\(x(fault.start))\" width=\"\(width)\" y=\"0\" height=\"200\"><title>\(text)</title></rect>"
        }.joined()
    }

    static func describe(_ fault: RunResult.FaultRow) -> String {
        let span =
            fault.end > fault.start
            ? "\(Figure.moment(fault.start)) to \(Figure.moment(fault.end))" : "at \(Figure.moment(fault.start))"
        return "\(fault.name), \(span)"
    }

    // MARK: - Curves

    /// Stretches without a gap.
    private var runs: [[PercentileSeries.Band]] {
        Self.runs(of: series.bands)
    }

    private static func runs(of bands: [PercentileSeries.Band]) -> [[PercentileSeries.Band]] {
        var runs: [[PercentileSeries.Band]] = []
        for band in bands {
            if let last = runs.last?.last, band.start - last.end < 0.001 {
                runs[runs.count - 1].append(band)
            } else {
                runs.append([band])
            }
        }
        return runs
    }

    private func band(_ run: [PercentileSeries.Band], _ axis: ChartAxis) -> Markup {
        let top = run.flatMap { [($0.start, $0.p95), ($0.end, $0.p95)] }
        let bottom = run.flatMap { [($0.start, $0.p5), ($0.end, $0.p5)] }
        return "<polygon class=\"band\" points=\"\(points(top + bottom.reversed(), axis))\"/>"
    }

    /// In steps: a figure holds for its whole second, and neither for what was before nor for what comes after.
    private func line(_ series: PercentileSeries, _ axis: ChartAxis, _ name: String) -> Markup {
        Self.runs(of: series.bands).map { run -> Markup in
            let steps = run.flatMap { band -> [(Double, Double)] in
                guard band.lowestMedian < band.highestMedian else {
                    return [(band.start, band.lowestMedian), (band.end, band.lowestMedian)]
                }
                let values = [band.lowestMedian, band.highestMedian]
                let middle = (band.start + band.end) / 2
                let (first, second) = band.rises ? (values[0], values[1]) : (values[1], values[0])
                return [(band.start, first), (middle, first), (middle, second), (band.end, second)]
            }
            return "<polyline class=\"\(name)\" points=\"\(points(steps, axis))\"/>"
        }.joined()
    }

    private func points(_ points: [(Double, Double)], _ axis: ChartAxis) -> String {
        points.map { "\(x($0.0)),\(y($0.1, axis))" }.joined(separator: " ")
    }

    /// What the pointer shows, without a script.
    private var tips: Markup {
        series.bands.map { band -> Markup in
            let width = Figure.decimals((band.end - band.start) / duration * Self.width, 1)
            let median =
                band.lowestMedian == band.highestMedian
                ? Figure.text(band.lowestMedian, dimension)
                : "\(Figure.text(band.lowestMedian, dimension)) to \(Figure.text(band.highestMedian, dimension))"
            let span = "\(Figure.moment(band.start)) to \(Figure.moment(band.end))"
            let spread = "p5 \(Figure.text(band.p5, dimension)), p95 \(Figure.text(band.p95, dimension))"
            return
                "<rect class=\"tip\" x=\"\(x(band.start))\" width=\"\(width)\" y=\"0\" height=\"200\"><title>\(span): median \(median), \(spread)</title></rect>"
        }.joined()
    }
}
